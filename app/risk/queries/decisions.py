"""What a decision asks of the database, and decisions that were made."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, tuple_
from sqlalchemy.orm import Session

from app.risk.errors import DecisionMissing
from app.risk.models import Appeal, DecisionRow, FactRow
from app.risk.terms import EventKind, Outcome

_LOOK = text(
    "SELECT risk_look(:book_id, :kind, :subject_id, CAST(:locks AS bigint[]), :resident_id, :person_id, :device_id,"
    " :household_id, :shop_id, :coordinator_id, CAST(:ids AS uuid[]), :now)"
)
_LOOK_ALL = text("""
    SELECT x.n, risk_look(:book_id, x.kind, x.subject_id, x.locks, x.resident_id, x.person_id, x.device_id,
                          x.household_id, x.shop_id, x.coordinator_id, x.ids, :now) AS told
      FROM jsonb_to_recordset(CAST(:asked AS jsonb)) AS x (n integer, kind text, subject_id uuid, locks bigint[],
           resident_id uuid, person_id uuid, device_id uuid, household_id uuid, shop_id uuid, coordinator_id uuid,
           ids uuid[])
""")
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
    return _seen(session.execute(_LOOK, values).scalar_one())


def look_all(session: Session, book_id: int, values: Sequence[dict[str, Any]], *, now: datetime) -> list[Look]:
    """`look` for many facts in one statement, in the order asked. The locks of all of them must be the same."""
    asked = [
        {name: value for name, value in one.items() if name not in {"book_id", "now"}} | {"n": n}
        for n, one in enumerate(values)
    ]
    told = session.execute(_LOOK_ALL, {"book_id": book_id, "now": now, "asked": json.dumps(asked, default=str)})
    return [_seen(row.told) for row in sorted(told, key=lambda row: row.n)]


def _seen(told: dict[str, Any]) -> Look:
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
