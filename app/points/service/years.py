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
    """A year of a passbook, with those merged into it.

    `opening`, `closing`: balance before and after; `closing` of a running year is now's.
    """

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
    accounts = _accounts(uow, book, owner_id)
    marks = [queries.list_marks(uow.session, book.id, account, rules.month_edges(year)) for account in accounts]
    entries = sum(own[-1].version - own[0].version for own in marks)
    if entries > ENTRIES_MAX:
        raise errors.YearTooBusy(entries=entries, entries_max=ENTRIES_MAX)
    sums = [
        line
        for account, own in zip(accounts, marks, strict=True)
        for line in queries.list_month_sums(uow.session, book.id, account, versions=[mark.version for mark in own])
    ]
    balances = [sum(mark.balance for mark in edge) for edge in zip(*marks, strict=True)]
    return PassbookYear(
        year,
        balances[0],
        balances[-1],
        entries,
        rules.total(sums),
        rules.by_month(year, sums, balances[1:], today=local_date(uow.now)),
        rules.by_kind(sums),
        _activities(uow, book, [(account, own[0], own[-1]) for account, own in zip(accounts, marks, strict=True)]),
        uow.now,
    )


def _accounts(uow: UnitOfWork, book: Book, owner_id: UUID) -> list[UUID]:
    """The passbook and those merged into it: a person's year is that of all. A closed one shows what was its own."""
    person = queries.persons_of(uow.session, book.id, [owner_id])[owner_id]
    owners = person.members if person.passbook_id == owner_id else (owner_id,)
    return [passbook_of(book.id, owner) for owner in owners]


def _activities(
    uow: UnitOfWork, book: Book, spans: Sequence[tuple[UUID, queries.Mark, queries.Mark]]
) -> list[ActivitySum]:
    """What was done longest, by title. Of several passbooks each tells all, so that none is missed in the sum."""
    limit = ACTIVITIES_SHOWN if len(spans) == 1 else ENTRIES_MAX
    by_title: dict[str, ActivitySum] = {}
    for account, first, last in spans:
        for own in queries.list_top_activities(
            uow.session, book.id, account, after=first.version, through=last.version, limit=limit
        ):
            by_title[own.title] = own.with_more(by_title.get(own.title))
    longest = sorted(by_title.values(), key=lambda one: (-one.minutes, -one.points, one.title))
    return longest[:ACTIVITIES_SHOWN]
