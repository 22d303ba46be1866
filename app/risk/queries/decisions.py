"""What a decision asks of the database, and decisions that were made."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, text, tuple_
from sqlalchemy.orm import Session

from app.infra import db
from app.risk.errors import DecisionMissing
from app.risk.models import Appeal, DecisionRow, FactRow
from app.risk.terms import NO_BOOK, PAUSED_WITH, WINDOW_ROWS_MAX, EventKind, Outcome, Reason

_LOOK = (
    "SELECT risk_look(%(book_id)s, %(kind)s, %(subject_id)s, %(locks)s::bigint[], %(resident_id)s, %(person_id)s,"
    " %(device_id)s, %(household_id)s, %(shop_id)s, %(coordinator_id)s, %(ids)s::uuid[], %(now)s)"
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
    # as literals: the driver takes longer over two lists than over the rest of the statement
    lists = {name: f"{{{','.join(map(str, values[name]))}}}" for name in ("locks", "ids")}
    ((told,),) = db.fetch(session, _LOOK, values | lists)
    return _seen(told)


def first_decided_at(session: Session, book_id: int) -> datetime | None:
    """When the first decision of a book was made; None: there is none yet."""
    query = select(DecisionRow.decided_at).where(DecisionRow.book_id == book_id)
    return session.scalar(query.order_by(DecisionRow.decided_at, DecisionRow.id).limit(1))


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


def lock_device(session: Session, device_id: UUID) -> None:
    """Let sign-ins from one device be counted one after another. Whoever waits has his account locked, nothing else."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('risk_sign_in:' || :device_id, 0))"),
        {"device_id": str(device_id)},
    )


_RETURNED = text("""
    SELECT p.id, (SELECT count(*)
                    FROM (SELECT f.person_id FROM risk_facts f
                           WHERE f.book_id = :book_id AND f.kind = 'award' AND f.coordinator_id = p.id
                             AND f.decided_at > :since
                           ORDER BY f.decided_at DESC LIMIT :limit) few
                   WHERE few.person_id = :coordinator_id) AS times
      FROM unnest(CAST(:people AS uuid[])) AS p (id)
""")


def count_returned_awards(
    session: Session, book_id: int, coordinator_id: UUID, people: Collection[UUID], *, since: datetime
) -> dict[UUID, int]:
    """Count what each of these accounts awarded a coordinator lately, of his newest so many awards."""
    if not people:
        return {}
    values = {"book_id": book_id, "coordinator_id": coordinator_id, "people": sorted(people), "since": since}
    rows = session.execute(_RETURNED, values | {"limit": WINDOW_ROWS_MAX})
    return {row.id: row.times for row in rows}


def get_decision(session: Session, book_id: int, decision_id: UUID) -> DecisionRow:
    """One decision. Refuses DecisionMissing."""
    found = session.get(DecisionRow, (book_id, decision_id))
    if found is None:
        raise DecisionMissing
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which decisions: all that is given must hold. No outcome: those that were no approvals."""

    outcome: Outcome | None = None
    kind: EventKind | None = None
    reason: Reason | None = None
    resident_id: UUID | None = None
    person_id: UUID | None = None
    shop_id: UUID | None = None
    terminal_id: UUID | None = None
    coordinator_id: UUID | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def whose(self) -> dict[str, UUID]:
        """Give those who are named: for each there is an index of what was no approval."""
        named = ("resident_id", "person_id", "shop_id", "terminal_id", "coordinator_id")
        return {name: found for name in named if (found := getattr(self, name)) is not None}

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Say it to the database."""
        if self.outcome is not Outcome.APPROVE:
            yield DecisionRow.outcome != Outcome.APPROVE  # as the partial indexes say it
        if self.reason is not None:
            yield DecisionRow.reasons.contains([str(self.reason)])
        if self.starts_at is not None:
            yield DecisionRow.decided_at >= self.starts_at
        if self.ends_at is not None:
            yield DecisionRow.decided_at < self.ends_at
        said = {"outcome": self.outcome, "kind": self.kind, **self.whose()}
        for name, value in said.items():
            if value is not None:
                yield getattr(DecisionRow, name) == value


def list_decisions(
    session: Session, book_id: int, wanted: Wanted, *, before: UUID | None, limit: int
) -> Sequence[DecisionRow]:
    """Decisions that are wanted, newest first. Approvals have an index by their time alone: name a short period."""
    query = select(DecisionRow).where(DecisionRow.book_id == book_id, *wanted.conditions())
    if wanted.starts_at is not None and wanted.ends_at is not None:
        return session.scalars(_by_time(query, book_id, before).limit(limit)).all()
    if before is not None:
        query = query.where(DecisionRow.id < before)
    return session.scalars(query.order_by(DecisionRow.id.desc()).limit(limit)).all()


def _by_time(query: Select[DecisionRow], book_id: int, before: UUID | None) -> Select[DecisionRow]:
    """Read a period in the order of its index, and nothing that is newer."""
    if before is not None:
        read = select(DecisionRow.decided_at).where(DecisionRow.book_id == book_id, DecisionRow.id == before)
        query = query.where(tuple_(DecisionRow.decided_at, DecisionRow.id) < tuple_(read.scalar_subquery(), before))
    return query.order_by(DecisionRow.decided_at.desc(), DecisionRow.id.desc())


Held = Sequence[tuple[datetime, datetime | None]]
"""When a passbook was whose it is now, from and to. None of these: nobody's account holds it, and all is his."""


def list_own_decisions(
    session: Session, book_id: int, resident_id: UUID, *, held: Held, before: UUID | None, limit: int
) -> Sequence[DecisionRow]:
    """Decisions about a resident that were no approvals, newest first: of the times when the passbook was his."""
    query = select(DecisionRow).where(DecisionRow.book_id == book_id, *Wanted(resident_id=resident_id).conditions())
    if held:
        at = DecisionRow.decided_at
        query = query.where(or_(*(at.between(since, until) if until else at >= since for since, until in held)))
    if before is not None:
        query = query.where(DecisionRow.id < before)
    return session.scalars(query.order_by(DecisionRow.id.desc()).limit(limit)).all()


def list_own_sign_ins(
    session: Session, person_id: UUID, *, outcome: Outcome | None = None, before: UUID | None, limit: int
) -> Sequence[DecisionRow]:
    """Decisions about somebody's sign-ins that were no approvals, newest first."""
    wanted = Wanted(person_id=person_id, outcome=outcome)
    return list_decisions(session, NO_BOOK, wanted, before=before, limit=limit)


_COPY = text("""
    INSERT INTO risk_decisions (book_id, id, kind, subject_id, decided_at, acted_by, person_id, device_id, points,
           order_fen, features_version, features, version, answers, score, outcome, reasons, failure, case_id)
    SELECT d.book_id, x.id, d.kind, x.id, :now, d.acted_by, x.person_id, d.device_id, 0, 0, d.features_version,
           jsonb_build_object(CAST(:mark AS text), d.id), d.version, d.answers, d.score, :outcome, d.reasons, d.failure,
           d.case_id
      FROM unnest(CAST(:ids AS uuid[]), CAST(:people AS uuid[])) AS x (id, person_id),
           (SELECT * FROM risk_decisions WHERE book_id = :book_id AND case_id = :case_id AND NOT features ? :mark
             ORDER BY id LIMIT 1) AS d
""")


def copy_decision(session: Session, case_id: UUID, people: Mapping[UUID, UUID], *, now: datetime) -> None:
    """Write for people, by the id it will have, what began a case of signing in: their accounts are paused with it.

    Of its features they have none but PAUSED_WITH, which decision it was.
    """
    if people:
        values = {"mark": PAUSED_WITH, "outcome": Outcome.BLOCK_AND_REVIEW, "book_id": NO_BOOK, "case_id": case_id}
        ids = {"ids": list(people), "people": list(people.values()), "now": now}
        session.execute(_COPY, values | ids)


def get_own_decision(
    session: Session, book_id: int, owner_id: UUID, decision_id: UUID, *, held: Held = ()
) -> DecisionRow:
    """One's own decision: of a resident in his book, of a person among sign-ins. Refuses DecisionMissing."""
    found = get_decision(session, book_id, decision_id)
    if owner_id != (found.person_id if book_id == NO_BOOK else found.resident_id):
        raise DecisionMissing
    if held and not any(since <= found.decided_at <= (until or found.decided_at) for since, until in held):
        raise DecisionMissing
    return found


def find_appealed(session: Session, book_id: int, decision_ids: Collection[UUID]) -> dict[UUID, Appeal]:
    """The appeals against some decisions."""
    if not decision_ids:
        return {}
    query = select(Appeal).where(Appeal.book_id == book_id, Appeal.decision_id.in_(decision_ids))
    return {each.decision_id: each for each in session.scalars(query)}


def list_facts(
    session: Session, book_id: int, *, since: datetime, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[FactRow]:
    """Facts since an instant, newest first, a page of them; those before (instant, subject)."""
    query = select(FactRow).where(FactRow.book_id == book_id, FactRow.decided_at >= since)
    if before is not None:
        query = query.where(tuple_(FactRow.decided_at, FactRow.subject_id) < before)
    return session.scalars(query.order_by(FactRow.decided_at.desc(), FactRow.subject_id.desc()).limit(limit)).all()
