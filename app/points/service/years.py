"""A passbook's year: what came and went by month and by kind, and what it was for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.points import errors, queries
from app.points.models import Book
from app.points.queries import ActivitySum
from app.points.rules import years as rules
from app.points.rules.accounts import passbook_of
from app.points.rules.years import Flow, KindFigures, MonthFigures

YEAR_FIRST, YEAR_LAST = 2000, 2199
ENTRIES_MAX = 100_000
"""Most entries of one year that are added up for one request."""
ACTIVITIES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class PassbookYear:
    """A year of a passbook. `opening`, `closing`: balance before and after; `closing` of a running year is now's."""

    year: int
    opening: int
    closing: int
    entries: int
    flow: Flow
    months: Sequence[MonthFigures]
    kinds: Sequence[KindFigures]
    activities: Sequence[ActivitySum]
    as_of: datetime


def show_own_year(uow: UnitOfWork, *, book: str, year: int) -> PassbookYear:
    """A year of the passbook of whoever asks. Refuses BookMissing, YearOutside, YearTooBusy."""
    return _year(uow, queries.get_book(uow.session, book), uow.actor.id, year)


def show_passbook_year(uow: UnitOfWork, *, book: str, owner_id: UUID, year: int) -> PassbookYear:
    """A year of somebody's passbook. Refuses BookMissing, AccountMissing, YearOutside, YearTooBusy."""
    found = queries.get_book(uow.session, book)
    queries.get_account(uow.session, found.id, passbook_of(found.id, owner_id))
    return _year(uow, found, owner_id, year)


def _year(uow: UnitOfWork, book: Book, owner_id: UUID, year: int) -> PassbookYear:
    if not YEAR_FIRST <= year <= YEAR_LAST:
        raise errors.YearOutside(first=YEAR_FIRST, last=YEAR_LAST)
    account = passbook_of(book.id, owner_id)
    marks = queries.list_marks(uow.session, book.id, account, rules.month_edges(year))
    entries = marks[-1].version - marks[0].version
    if entries > ENTRIES_MAX:
        raise errors.YearTooBusy(entries=entries, entries_max=ENTRIES_MAX)
    sums = queries.list_month_sums(uow.session, book.id, account, versions=[mark.version for mark in marks])
    activities = queries.list_top_activities(
        uow.session,
        book.id,
        account,
        after=marks[0].version,
        through=marks[-1].version,
        limit=ACTIVITIES_SHOWN,
    )
    balances = [mark.balance for mark in marks]
    return PassbookYear(
        year,
        balances[0],
        balances[-1],
        entries,
        rules.total(sums),
        rules.by_month(year, sums, balances[1:], today=local_date(uow.now)),
        rules.by_kind(sums),
        activities,
        uow.now,
    )
