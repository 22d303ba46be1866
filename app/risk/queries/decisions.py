"""What a decision asks of the database, and decisions that were made."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.infra import db
from app.risk.errors import DecisionMissing
from app.risk.models import Appeal, DecisionRow, FactRow
from app.risk.terms import EventKind, Outcome

_LOOK = (
    "SELECT risk_look(%(book_id)s, %(kind)s, %(subject_id)s, %(locks)s::bigint[], %(resident_id)s, %(person_id)s,"
    " %(device_id)s, %(household_id)s, %(shop_id)s, %(coordinator_id)s, %(ids)s::uuid[], %(now)s)"
)
WINDOWS = ("resident", "pair", "device", "coordinator", "household", "person")


@dataclass(frozen=True, slots=True)
class Look:
    """What `risk_look` told. `decision`: (id, outcome, score, reasons, version) of a fact that was decided before.

    `sets`: (version, state, id) of the rule sets in force or in shadow; `snoozes`: (rule, pivot); `lists`: (code,
    value); `findings`: (kind, about, value); `windows` by whose they are.
    """

    decision: Sequence[Any] | None
    sets: Sequence[Sequence[Any]]
    snoozes: Sequence[Sequence[str]]
    lists: Sequence[Sequence[str]]
    findings: Sequence[Sequence[Any]]
    windows: dict[str, Sequence[int]]
    earned_at: datetime | None


def look(session: Session, values: dict[str, Any]) -> Look:
    """Take the locks of a fact and read all that is needed to decide it, in one statement."""
    ((told,),) = db.fetch(session, _LOOK, values)
    earned = told.get("earned")
    return Look(
        decision=told.get("decision"),
        sets=told.get("sets") or (),
        snoozes=told.get("snoozes") or (),
        lists=told.get("lists") or (),
        findings=told.get("findings") or (),
        windows={name: told[name] for name in WINDOWS if name in told},
        earned_at=datetime.fromisoformat(earned) if earned else None,
    )


def get_decision(session: Session, book_id: int, decision_id: UUID) -> DecisionRow:
    """One decision. Refuses DecisionMissing."""
    found = session.get(DecisionRow, (book_id, decision_id))
    if found is None:
        raise DecisionMissing
    return found


def list_decisions(
    session: Session,
    book_id: int,
    *,
    outcomes: Collection[Outcome],
    kind: EventKind | None,
    resident_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> Sequence[DecisionRow]:
    """Decisions with one of `outcomes` (none of them an approval, for which there is no index), newest first."""
    query = select(DecisionRow).where(
        DecisionRow.book_id == book_id, DecisionRow.outcome != Outcome.APPROVE, DecisionRow.outcome.in_(outcomes)
    )
    if kind is not None:
        query = query.where(DecisionRow.kind == kind)
    if resident_id is not None:
        query = query.where(DecisionRow.resident_id == resident_id)
    if before is not None:
        query = query.where(DecisionRow.id < before)
    return session.scalars(query.order_by(DecisionRow.id.desc()).limit(limit)).all()


def list_own_decisions(
    session: Session, book_id: int, resident_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[DecisionRow]:
    """Decisions about a resident that were no approvals, newest first."""
    return list_decisions(
        session, book_id, outcomes=tuple(Outcome), kind=None, resident_id=resident_id, before=before, limit=limit
    )


def get_own_decision(session: Session, book_id: int, resident_id: UUID, decision_id: UUID) -> DecisionRow:
    """One's own decision. Refuses DecisionMissing, also for another's."""
    found = get_decision(session, book_id, decision_id)
    if found.resident_id != resident_id:
        raise DecisionMissing
    return found


def find_appealed(session: Session, book_id: int, decision_ids: Collection[UUID]) -> dict[UUID, Appeal]:
    """The appeals against some decisions."""
    if not decision_ids:
        return {}
    query = select(Appeal).where(Appeal.book_id == book_id, Appeal.decision_id.in_(decision_ids))
    return {each.decision_id: each for each in session.scalars(query)}


def list_facts(
    session: Session, book_id: int, *, since: datetime, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[FactRow]:
    """Facts since an instant in their order, a page of them; those after (instant, subject)."""
    query = select(FactRow).where(FactRow.book_id == book_id, FactRow.decided_at >= since)
    if after is not None:
        query = query.where(tuple_(FactRow.decided_at, FactRow.subject_id) > after)
    return session.scalars(query.order_by(FactRow.decided_at, FactRow.subject_id).limit(limit)).all()
