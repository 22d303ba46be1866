"""One act, one transaction: the only place that commits, reads the clock, and makes ids and chance."""

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

import structlog
import uuid_utils.compat
from sqlalchemy.orm import Session

from app.infra import db, failures, metrics, queue
from app.infra.failures import Failure
from app.infra.logging import current_request_id
from app.kernel.actor import Actor
from app.kernel.errors import Declined

log = structlog.get_logger(__name__)
T = TypeVar("T")

ATTEMPTS_MAX = 3
RECONNECTS_MAX = 1
BACKOFF_SECONDS = 0.02
TOKEN_BYTES = 32


def clock() -> datetime:
    """Read the clock: aware, UTC."""
    return datetime.now(UTC)


def backoff_seconds(attempt: int, *, unit: float = 0.25, maximum: float = 10) -> float:
    """Choose a wait after `attempt` failures: random, so that rivals part, its bound doubling up to `maximum`."""
    return random.uniform(unit / 2, min(unit * 2**attempt, maximum))  # noqa: S311 - guards nothing


def new_id() -> UUID:
    """Make a UUIDv7: unique, and close to its neighbours in time, so that indexes stay compact."""
    return uuid_utils.compat.uuid7()


@dataclass(slots=True)
class UnitOfWork:
    """What a service function needs of the outside: the session, who acts, the time, ids, chance, the queue.

    `now` is aware UTC and the same for the whole attempt.
    """

    session: Session
    actor: Actor
    now: datetime
    request_id: str = ""
    new_id: Callable[[], UUID] = field(default=new_id)

    def new_token(self) -> str:
        """Make an unguessable URL-safe text of 256 bits."""
        return secrets.token_urlsafe(TOKEN_BYTES)

    def new_bytes(self, count: int) -> bytes:
        """Make `count` unguessable bytes."""
        return secrets.token_bytes(count)

    def new_digits(self, count: int) -> str:
        """Make `count` unguessable decimal digits (a one-use code)."""
        return f"{secrets.randbelow(10**count):0{count}}"

    def defer(self, task_name: str, **arguments: object) -> int:
        """Queue a job on this transaction: it exists if and only if the act commits. Returns the job's id.

        Never on a payment's path: a queued job sends NOTIFY, and NOTIFY makes commits wait for each other.
        """
        return queue.defer(self.session, task_name, arguments)


def run_in_transaction(work: Callable[[UnitOfWork], T], *, actor: Actor, now: datetime | None = None) -> T:
    """Run `work` in a transaction of its own, commit, and return what it returned.

    Serialization failures, deadlocks and lock timeouts run it again, three times at most; so does, once, a
    connection lost before COMMIT was sent. Each attempt reads the clock anew unless `now` is given. A `Declined`
    commits and is raised again; every other exception rolls back. Refuses DatabaseUnavailable, DatabaseBusy.
    """
    reconnects = 0
    for attempt in range(1, ATTEMPTS_MAX + 1):
        transaction = _Transaction()
        try:
            return transaction.run(work, actor=actor, now=now or clock())
        except failures.DATABASE_ERRORS as error:
            failure = failures.classify(error)
            if failure is Failure.DEFECT:
                raise
            metrics.transaction_failures_total.labels(failure.name.lower()).inc()
            log.warning(
                "transaction_failed",
                failure=failure.name,
                attempt=attempt,
                commit_sent=transaction.commit_sent,
                error=type(error).__name__,
            )
            may_repeat = failure is Failure.CONTENDED or (
                failure is Failure.LOST and not transaction.commit_sent and reconnects < RECONNECTS_MAX
            )
            if not may_repeat or attempt == ATTEMPTS_MAX:
                raise failures.refusal(failure) from error
            reconnects += failure is Failure.LOST
        time.sleep(backoff_seconds(attempt, unit=BACKOFF_SECONDS))
    raise AssertionError("the last attempt either returned or raised")


class _Transaction:
    """One attempt. Remembers whether COMMIT was sent: after that nobody can tell a lost act from a kept one."""

    def __init__(self) -> None:
        self.commit_sent = False

    def run(self, work: Callable[[UnitOfWork], T], *, actor: Actor, now: datetime) -> T:
        session = db.new_session()
        try:
            uow = UnitOfWork(session=session, actor=actor, now=now, request_id=current_request_id())
            try:
                result = work(uow)
            except Declined:
                self._commit(session)
                raise
            self._commit(session)
            return result
        finally:
            session.close()  # rolls back what was not committed

    def _commit(self, session: Session) -> None:
        session.flush()  # a constraint that fails here fails before COMMIT is sent
        self.commit_sent = True
        session.commit()
