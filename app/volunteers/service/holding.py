"""Keeping awards that a second person looks at: held until then, or paid and drawn by chance."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.points.service import AwardOutcome
from app.volunteers import queries, terms
from app.volunteers.models import AwardCheck
from app.volunteers.service.screening import Verdict
from app.volunteers.terms import CheckState, Why


def hold(
    uow: UnitOfWork, book_id: int, verdicts: Sequence[Verdict], foreseen: Sequence[AwardOutcome]
) -> Mapping[UUID, AwardCheck]:
    """Keep the awards that wait, each once; one that had lapsed waits again, as it is now. Gives all, by their fact."""
    waiting = {
        verdict.fact_id: (verdict, outcome)
        for verdict, outcome in zip(verdicts, foreseen, strict=True)
        if verdict.why is not None
    }
    expires_at = uow.now + terms.CHECKS_EXPIRE
    rows = [
        _row(uow, book_id, verdict, outcome) | {"why": str(verdict.why), "expires_at": expires_at}
        for verdict, outcome in waiting.values()
        if not verdict.is_known
    ]
    if rows:
        fresh = insert(AwardCheck)
        again = {name: fresh.excluded[name] for name in (*AGAIN, *COPIED)}
        uow.session.execute(
            fresh.on_conflict_do_update(
                index_elements=["book_id", "fact_id"], set_=again, where=AwardCheck.state == CheckState.EXPIRED
            ),
            rows,
        )
    return queries.checks_of_facts(uow.session, book_id, waiting) if waiting else {}


def sample(uow: UnitOfWork, book_id: int, paid: Sequence[tuple[Verdict, AwardOutcome]]) -> None:
    """Keep those that were drawn and have just been paid, for somebody to look at."""
    rows = [
        _row(uow, book_id, verdict, outcome)
        | {"why": str(Why.SAMPLE), "expires_at": None, "award_id": outcome.record.id}
        for verdict, outcome in paid
        if verdict.sampled and outcome.record is not None and not outcome.replayed and outcome.record.points
    ]
    if rows:
        uow.session.execute(insert(AwardCheck).on_conflict_do_nothing(), rows)


COPIED = (
    "rule_code",
    "rule_version",
    "subject",
    "beneficiary_id",
    "performed_on",
    "title",
    "minutes",
    "events",
    "grade",
    "chosen_points",
    "computed_points",
    "points",
    "budget_id",
    "allotment_id",
    "evidence",
)
AGAIN = ("state", "why", "decision_id", "asked_at", "expires_at")
"""What else is written anew of one that had lapsed."""


def _row(uow: UnitOfWork, book_id: int, verdict: Verdict, outcome: AwardOutcome) -> dict[str, Any]:
    return {name: getattr(outcome.record, name) for name in COPIED} | {
        "book_id": book_id,
        "id": uow.new_id(),
        "fact_id": verdict.fact_id,
        "state": str(CheckState.OPEN),
        "decision_id": verdict.decision_id,
        "awarded_by": uow.actor.id,
        "awarder_owner_id": uow.actor.owner_id,
        "asked_at": uow.now,
    }
