"""The register of awards: one award, and lists of them by who awarded, what paid, and by which rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, collate, func, select
from sqlalchemy.orm import Session, aliased

from app.points import errors
from app.points.models import AwardRecord, Budget, Transaction
from app.points.queries.undoing import taken_back


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """An award, and the transaction that took it back, if any; how many of its points were taken back in parts."""

    record: AwardRecord
    undone_by_id: UUID | None
    taken_back: int = 0


def get_award(session: Session, book_id: int, award_id: UUID) -> AwardRecord:
    """One award of this book. Refuses AwardMissing."""
    record = session.get(AwardRecord, (book_id, award_id))
    if record is None:
        raise errors.AwardMissing
    return record


def find_award_of(session: Session, book_id: int, transaction_id: UUID) -> UUID | None:
    """The award that this transaction paid, if the register has one."""
    query = select(AwardRecord.id).where(AwardRecord.book_id == book_id, AwardRecord.transaction_id == transaction_id)
    return session.scalar(query)


def list_awards_by(
    session: Session,
    book_id: int,
    coordinator_id: UUID,
    *,
    rule: str | None = None,
    performed_from: date | None = None,
    performed_to: date | None = None,
    before: UUID | None,
    limit: int,
) -> Sequence[RegisterLine]:
    """What somebody awarded, the youngest first, ids below `before`; of one rule, and done in a period, if given."""
    query = _newest(book_id, before, limit).where(AwardRecord.awarded_by == coordinator_id)
    if rule is not None:
        query = query.where(AwardRecord.rule_code == rule)
    if performed_from is not None:
        query = query.where(AwardRecord.performed_on >= performed_from)
    if performed_to is not None:
        query = query.where(AwardRecord.performed_on <= performed_to)
    return _with_undoing(session, query)


def list_awards_of_budget(
    session: Session, book_id: int, budget_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[RegisterLine]:
    """What a budget paid for, the youngest first, ids below `before`."""
    return _with_undoing(session, _newest(book_id, before, limit).where(AwardRecord.budget_id == budget_id))


def list_awards_of_allotment(
    session: Session, book_id: int, allotment_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[RegisterLine]:
    """What was awarded from an allotment, the youngest first, ids below `before`."""
    return _with_undoing(session, _newest(book_id, before, limit).where(AwardRecord.allotment_id == allotment_id))


def list_awards_of_sponsor(
    session: Session, book_id: int, sponsor_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[RegisterLine]:
    """What all budgets of a sponsor paid for, the youngest first: a page of each budget, and of these the youngest."""
    page = _newest(book_id, before, limit).where(AwardRecord.budget_id == Budget.id).correlate(Budget).lateral("page")
    records = aliased(AwardRecord, page)
    query = (
        select(records)
        .select_from(Budget)
        .join(page, Budget.book_id == records.book_id)
        .where(Budget.book_id == book_id, Budget.sponsor_id == sponsor_id)
        .order_by(records.id.desc())
        .limit(limit)
    )
    return _with_undoing(session, query)


def list_awards_of_subject(
    session: Session, book_id: int, subject: str, *, before: UUID | None, limit: int
) -> Sequence[RegisterLine]:
    """What was paid for one activity, report or premise, the youngest first, ids below `before`."""
    by_subject = collate(AwardRecord.subject, "C") == subject  # as ix_points_awards_subject has it
    return _with_undoing(session, _newest(book_id, before, limit).where(by_subject))


def list_awards_of_evidence(
    session: Session, book_id: int, evidence: str, *, before: UUID | None, limit: int
) -> Sequence[RegisterLine]:
    """What one proof was paid for, word by word as it was given, the youngest first, ids below `before`."""
    by_evidence = AwardRecord.evidence.collate("C") == evidence  # as ix_points_awards_evidence has it
    return _with_undoing(session, _newest(book_id, before, limit).where(by_evidence))


def list_awards_of_rule(
    session: Session, book_id: int, rule: str, *, before: tuple[date, UUID] | None, limit: int
) -> Sequence[RegisterLine]:
    """What a rule paid for, what was done last first, before (day, id)."""
    by_rule = collate(AwardRecord.rule_code, "C") == rule  # as ix_points_awards_rule has it
    query = select(AwardRecord).where(AwardRecord.book_id == book_id, by_rule)
    if before is not None:
        query = query.where(func.row(AwardRecord.performed_on, AwardRecord.id) < func.row(*before))
    return _with_undoing(
        session, query.order_by(AwardRecord.performed_on.desc(), AwardRecord.id.desc()).limit(limit), by_day=True
    )


def _newest(book_id: int, before: UUID | None, limit: int) -> Select[AwardRecord]:
    query = select(AwardRecord).where(AwardRecord.book_id == book_id)
    if before is not None:
        query = query.where(AwardRecord.id < before)
    return query.order_by(AwardRecord.id.desc()).limit(limit)


def _with_undoing(session: Session, page: Select[AwardRecord], *, by_day: bool = False) -> Sequence[RegisterLine]:
    """Look up what became of a page of awards: the page is cut first."""
    records = aliased(AwardRecord, page.subquery())
    undoing = aliased(Transaction)
    order: list[ColumnElement[Any]] = [records.performed_on.desc()] if by_day else []
    query = (
        select(records, undoing.id)
        .outerjoin(undoing, (undoing.book_id == records.book_id) & (undoing.reverses_id == records.transaction_id))
        .order_by(*order, records.id.desc())
    )
    lines = [(record, undone) for record, undone in session.execute(query)]
    paid = [record.transaction_id for record, _ in lines if record.transaction_id is not None]
    parts = taken_back(session, lines[0][0].book_id, paid) if lines else {}  # a page is one book's
    return [RegisterLine(record, undone, parts.get(record.transaction_id, 0)) for record, undone in lines]
