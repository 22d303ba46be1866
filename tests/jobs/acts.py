"""Service functions of no feature, for the worker to run."""

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import DomainError, Kind


class Refused(DomainError):
    kind = Kind.CONFLICT
    code = "test.job_refused"
    text = {"zh": "不行", "en": "no"}


def count_up(uow: UnitOfWork, *, name: str) -> None:
    """Add one to a counter, which is a row of web_idempotency_keys."""
    uow.session.execute(
        text(
            "INSERT INTO web_idempotency_keys VALUES (:actor, 'count', :name, '', 1, NULL, now())"
            " ON CONFLICT (actor_id, route, key) DO UPDATE SET status = web_idempotency_keys.status + 1"
        ),
        {"actor": uow.actor.id, "name": name},
    )


def refuse(uow: UnitOfWork) -> None:
    count_up(uow, name="refuse")
    raise Refused


def crash(uow: UnitOfWork) -> None:
    count_up(uow, name="crash")
    raise RuntimeError("boom")


def tick(uow: UnitOfWork) -> None:
    count_up(uow, name="tick")


def drain(uow: UnitOfWork) -> int:
    """Take one of the waiting rows away; returns how many were taken."""
    count_up(uow, name="drain")
    first = "SELECT min(ctid) FROM web_idempotency_keys WHERE route = 'heap'"
    return len(uow.session.execute(text(f"DELETE FROM web_idempotency_keys WHERE ctid = ({first}) RETURNING 1")).all())
