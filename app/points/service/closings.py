"""Closing a month: what is in the books of it is stored, and nothing is dated into it any more."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta

import psycopg
from sqlalchemy.exc import IntegrityError

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page
from app.kernel.periods import add_months, local_date, month_bounds, month_end, month_start
from app.points import errors, queries
from app.points.models import Book, MonthClosing
from app.points.rules.figures import DAYS_BEFORE_CLOSING, People, month_figures
from app.points.service.balances import balances_after, trial_rows
from app.points.service.cursors import cut_page, read_day

GUARD = "points_months_closed"
"""What the database calls its own refusal of postings in closed months."""


def close_month(uow: UnitOfWork, *, book: str, month: date) -> MonthClosing:
    """Close the month that begins on `month`, the oldest that is open, and store its figures and trial balance.

    Waits for postings under way that are dated back; later ones find the month closed. Refuses BookMissing,
    MonthClosed, MonthNotNext, MonthNotOver.
    """
    found = queries.get_book(uow.session, book)
    queries.lock_months(uow.session, found.id)
    last = queries.find_last_closing(uow.session, found.id)
    _check_turn(uow, found, last, month)
    closing = _take_stock(uow, found, last, month)
    uow.session.add(closing)
    uow.session.flush()  # the database says now whether it may be
    return closing


def list_closings(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[MonthClosing]:
    """The months that are closed, the newest first. Refuses BookMissing, CursorInvalid."""
    found = queries.get_book(uow.session, book)
    rows = queries.list_closings(uow.session, found.id, before=read_day(cursor), limit=limit + 1)
    return cut_page(rows, limit, lambda closing: (closing.month.isoformat(),))


def keep_open(uow: UnitOfWork, book_id: int, instants: Sequence[datetime | None]) -> list[datetime | None]:
    """Move dates that lie in closed months to the first instant that does not; None stays (dated now).

    Only where something is dated before this month are the closings looked at, and no month is closed before this
    transaction ends.
    """
    this_month = month_bounds(local_date(uow.now))[0]
    if all(instant is None or instant >= this_month for instant in instants):
        return list(instants)
    until = queries.closed_until(uow.session, book_id)
    return [instant if instant is None or until is None else max(instant, until) for instant in instants]


@contextmanager
def refuse_closed_months(dates: Iterable[datetime]) -> Iterator[None]:
    """Around what writes transactions that bear these dates: give the database's refusal of closed months its name.

    The database knows, for no more than it costs it anyway; asking before would cost every posting a question. Nothing
    can be written after it in this transaction (or savepoint). Refuses PostingMonthClosed.
    """
    try:
        yield
    except (IntegrityError, psycopg.IntegrityError) as error:  # the second: of what goes to the driver itself
        found = error if isinstance(error, psycopg.Error) else error.orig
        if not isinstance(found, psycopg.Error) or found.diag.constraint_name != GUARD:
            raise
        raise errors.PostingMonthClosed(month=_name(local_date(min(dates)))) from None


def _check_turn(uow: UnitOfWork, book: Book, last: MonthClosing | None, month: date) -> None:
    if last is not None and month <= last.month:
        raise errors.MonthClosed(month=_name(month))
    following = add_months(last.month, 1) if last else _first_month(uow, book)
    if month != following:
        raise errors.MonthNotNext(next=_name(following))
    from_day = month_end(month) + timedelta(days=DAYS_BEFORE_CLOSING)
    if local_date(uow.now) < from_day:
        raise errors.MonthNotOver(month=_name(month), day=from_day.isoformat())


def _first_month(uow: UnitOfWork, book: Book) -> date:
    return month_start(local_date(queries.first_recorded_at(uow.session, book.id) or book.created_at))


def _take_stock(uow: UnitOfWork, book: Book, last: MonthClosing | None, month: date) -> MonthClosing:
    starts_at, ends_at = month_bounds(month)
    found = queries.moves_of_months(uow.session, book.id, since=last.ends_at if last else None, until=ends_at)
    moves = found.moves.get(month, [])
    balances = balances_after(last, moves)
    rows = trial_rows(balances, queries.count_accounts(uow.session, book.id, until=ends_at))
    figures = month_figures(moves, balances, found.people.get(month, People()))
    return MonthClosing(
        book_id=book.id,
        month=month,
        ends_at=ends_at,
        figures=asdict(figures),
        balances=[asdict(row) for row in rows],
        dated=queries.count_dated(uow.session, book.id, since=starts_at, until=ends_at),
        closed_by=uow.actor.id,
        closed_at=uow.now,
    )


def _name(month: date) -> str:
    return f"{month:%Y-%m}"
