"""Recorded facts to be played again."""

from collections.abc import Collection, Iterator
from datetime import date

from sqlalchemy import ColumnElement, collate, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from app.points.models import AwardRecord, Transaction
from app.points.rules.dry_runs import PastFact

STREAM_ROWS = 2000


def count_past_facts(
    session: Session, book_id: int, rules: Collection[str], *, first: date, last: date, most: int
) -> int:
    """How many facts of these rules were recorded in a period; counting stops at one more than `most`."""
    some = select(literal(1)).where(*_of_period(book_id, rules, first, last)).limit(most + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def stream_past_facts(
    session: Session, book_id: int, rules: Collection[str], *, first: date, last: date
) -> Iterator[PastFact]:
    """The facts of these rules in a period that were not undone, in the order they were told, a part at a time."""
    undoing = aliased(Transaction)
    undone = exists().where(undoing.book_id == book_id, undoing.reverses_id == AwardRecord.transaction_id)
    columns = (
        AwardRecord.rule_code,
        AwardRecord.subject,
        AwardRecord.passbook_id,
        AwardRecord.household_id,
        AwardRecord.performed_on,
        AwardRecord.cycle,
        AwardRecord.minutes,
        AwardRecord.events,
        AwardRecord.grade,
        AwardRecord.chosen_points,
        AwardRecord.streak,
        AwardRecord.points,
    )
    query = select(*columns).where(*_of_period(book_id, rules, first, last), ~undone)
    query = query.order_by(AwardRecord.id).execution_options(yield_per=STREAM_ROWS)
    for row in session.execute(query):
        yield PastFact._make(row)


def _of_period(book_id: int, rules: Collection[str], first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    return (
        AwardRecord.book_id == book_id,
        collate(AwardRecord.rule_code, "C").in_(rules),  # as ix_points_awards_rule has it
        AwardRecord.performed_on.between(first, last),
    )
