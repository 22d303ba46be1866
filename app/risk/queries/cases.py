"""Cases with what is in them, and appeals."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.risk.errors import AppealMissing, CaseMissing
from app.risk.models import Appeal, Case, CaseEvent, DecisionRow, Finding
from app.risk.terms import TAKERS_MAX, AppealState, CaseEventKind, CaseState, Label, Pivot

_GROWN = text("""
    SELECT x.id, (SELECT count(*) FROM risk_decisions d WHERE d.book_id = :book_id AND d.case_id = x.id)
               + (SELECT count(*) FROM risk_findings f WHERE f.book_id = :book_id AND f.case_id = x.id) AS revision
      FROM unnest(CAST(:ids AS uuid[])) AS x (id)
""")


def get_case(session: Session, book_id: int, case_id: UUID) -> Case:
    """One case. `count_grown` says how far it grew. Refuses CaseMissing."""
    found = session.get(Case, (book_id, case_id))
    if found is None:
        raise CaseMissing
    return found


def count_grown(session: Session, book_id: int, cases: Sequence[Case]) -> None:
    """Say in cases of a book that are open how far they grew by now. Read what is in them after that, not before."""
    growing = {case.id: case for case in cases if case.state != CaseState.CLOSED}
    if growing:
        for row in session.execute(_GROWN, {"book_id": book_id, "ids": list(growing)}):
            set_committed_value(growing[row.id], "revision", row.revision)


def lock_case(session: Session, book_id: int, case_id: UUID) -> Case:
    """One case, locked, and how far it grew: nothing comes into it until the transaction ends. Refuses CaseMissing."""
    query = select(Case).where(Case.book_id == book_id, Case.id == case_id).with_for_update()
    found = session.scalar(query, execution_options={"populate_existing": True})
    if found is None:
        raise CaseMissing
    count_grown(session, book_id, [found])  # a statement of its own: it sees what the lock has waited for
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichCases:
    """Which cases: all that is given must hold. Without a state: closed ones of a label, taken ones of a taker, all
    about somebody, else those that nobody has taken yet.
    """

    state: CaseState | None = None
    label: Label | None = None
    taken_by: UUID | None = None
    about: Pivot | None = None
    about_id: UUID | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Say it to the database."""
        state = self.state
        if state is None and self.label is None and self.about_id is None:
            state = CaseState.PENDING if self.taken_by is None else CaseState.INVESTIGATING
        said = {"state": state, "label": self.label, "taken_by": self.taken_by, "about": self.about}
        for name, value in (said | {"about_id": self.about_id}).items():
            if value is not None:
                yield getattr(Case, name) == value


def list_cases(session: Session, book_id: int, which: WhichCases, *, before: UUID | None, limit: int) -> Sequence[Case]:
    """Cases that are wanted, newest first; those before an id. With how far they grew."""
    query = select(Case).where(Case.book_id == book_id, *which.conditions())
    if before is not None:
        query = query.where(Case.id < before)
    found = session.scalars(query.order_by(Case.id.desc()).limit(limit)).all()
    count_grown(session, book_id, found)
    return found


def list_case_decisions(
    session: Session, book_id: int, case_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[DecisionRow]:
    """The decisions in a case, newest first; those before an id."""
    query = select(DecisionRow).where(DecisionRow.book_id == book_id, DecisionRow.case_id == case_id)
    if before is not None:
        query = query.where(DecisionRow.id < before)
    return session.scalars(query.order_by(DecisionRow.id.desc()).limit(limit)).all()


def has_part(
    session: Session, case: Case, *, owners: Collection[UUID], people: Collection[UUID], shops: Collection[UUID]
) -> bool:
    """Whether one of these passbooks, accounts or shops has a part in any decision of a case."""
    row = DecisionRow
    part = or_(
        row.resident_id.in_(owners),
        row.person_id.in_(people),
        row.cashier_id.in_(people),
        row.coordinator_id.in_(people),
        row.shop_id.in_(shops),
    )
    return bool(session.scalar(select(exists().where(row.book_id == case.book_id, row.case_id == case.id, part))))


def has_answered(session: Session, case: Case, person_id: UUID) -> bool:
    """Whether somebody answered an appeal in a case."""
    mine = exists().where(Appeal.book_id == case.book_id, Appeal.case_id == case.id, Appeal.answered_by == person_id)
    return bool(session.scalar(select(mine)))


def list_case_events(session: Session, book_id: int, case_id: UUID, *, limit: int) -> Sequence[CaseEvent]:
    """What happened to a case, newest first."""
    query = select(CaseEvent).where(CaseEvent.book_id == book_id, CaseEvent.case_id == case_id)
    return session.scalars(query.order_by(CaseEvent.id.desc()).limit(limit)).all()


def find_last_act(session: Session, book_id: int, case_id: UUID, person_id: UUID) -> datetime | None:
    """When somebody last did something in a case."""
    mine = select(CaseEvent.done_at).where(
        CaseEvent.book_id == book_id, CaseEvent.case_id == case_id, CaseEvent.done_by == person_id
    )
    return session.scalar(mine.order_by(CaseEvent.id.desc()).limit(1))


def list_takers(session: Session, book_id: int, case_id: UUID) -> Sequence[UUID]:
    """Who ever took a case, or took it over: the last ones."""
    taken = select(CaseEvent.done_by).where(
        CaseEvent.book_id == book_id,
        CaseEvent.case_id == case_id,
        CaseEvent.kind.in_([CaseEventKind.TAKEN, CaseEventKind.TAKEN_OVER]),
    )
    return session.scalars(taken.order_by(CaseEvent.id.desc()).limit(TAKERS_MAX)).all()


def list_case_findings(session: Session, book_id: int, case_id: UUID, *, limit: int) -> Sequence[Finding]:
    """What the graph found that is in a case."""
    query = select(Finding).where(Finding.book_id == book_id, Finding.case_id == case_id)
    return session.scalars(query.order_by(Finding.kind, Finding.about_id).limit(limit)).all()


def find_appeal_of(session: Session, book_id: int, decision_id: UUID) -> Appeal | None:
    """The appeal against a decision."""
    return session.scalar(select(Appeal).where(Appeal.book_id == book_id, Appeal.decision_id == decision_id))


def list_appeals_of(session: Session, book_id: int, case_id: UUID, *, limit: int) -> Sequence[Appeal]:
    """Appeals in a case, newest first."""
    query = select(Appeal).where(Appeal.book_id == book_id, Appeal.case_id == case_id)
    return session.scalars(query.order_by(Appeal.id.desc()).limit(limit)).all()


def is_settled(session: Session, case: Case) -> bool:
    """Whether nothing is left to look at: each decision in a case was overturned, and the graph found nothing."""
    key = (case.book_id, case.id)
    heard = exists().where(
        Appeal.book_id == DecisionRow.book_id,
        Appeal.decision_id == DecisionRow.id,
        Appeal.state == AppealState.OVERTURNED,
    )
    left = exists().where(DecisionRow.book_id == key[0], DecisionRow.case_id == key[1], ~heard)
    found = exists().where(Finding.book_id == key[0], Finding.case_id == key[1])
    return bool(session.scalar(select(~left & ~found)))


def list_appeals(
    session: Session, book_id: int, *, state: AppealState, before: UUID | None, limit: int
) -> Sequence[Appeal]:
    """Appeals of one state, newest first; those before an id."""
    query = select(Appeal).where(Appeal.book_id == book_id, Appeal.state == state)
    if before is not None:
        query = query.where(Appeal.id < before)
    return session.scalars(query.order_by(Appeal.id.desc()).limit(limit)).all()


def list_heard(session: Session, book_id: int, case_id: UUID, *, limit: int) -> Sequence[UUID]:
    """Whose appeals in a case were right, the last ones first."""
    query = select(Appeal.resident_id).where(
        Appeal.book_id == book_id, Appeal.case_id == case_id, Appeal.state == AppealState.OVERTURNED
    )
    return session.scalars(query.order_by(Appeal.id.desc()).limit(limit)).all()


def list_heard_on(session: Session, book_id: int, device_id: UUID, *, since: datetime, limit: int) -> Sequence[UUID]:
    """Whose appeals against what was decided on a device were right since an instant, the last ones first."""
    heard = (
        select(Appeal.resident_id)
        .join(DecisionRow, and_(DecisionRow.book_id == Appeal.book_id, DecisionRow.id == Appeal.decision_id))
        .where(Appeal.book_id == book_id, Appeal.state == AppealState.OVERTURNED, Appeal.answered_at > since)
        .where(DecisionRow.device_id == device_id)
    )
    return session.scalars(heard.order_by(Appeal.answered_at.desc()).limit(limit)).all()


def lock_appeal(session: Session, book_id: int, appeal_id: UUID) -> Appeal:
    """One appeal, locked. Refuses AppealMissing."""
    query = select(Appeal).where(Appeal.book_id == book_id, Appeal.id == appeal_id).with_for_update()
    found = session.scalar(query, execution_options={"populate_existing": True})
    if found is None:
        raise AppealMissing
    return found
