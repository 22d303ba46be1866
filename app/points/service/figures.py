"""The figures of a programme, month by month: closed months as they were stored, open ones counted now."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import add_months, local_date, month_bounds, month_start
from app.points import errors, queries
from app.points.models import Book, MonthClosing
from app.points.rules.figures import MONTHS_MAX, MonthFigures, People, month_figures
from app.points.service.balances import balances_after


@dataclass(frozen=True, slots=True)
class MonthReport:
    """The figures of one month. Those of an open month may still change."""

    month: date
    closed: bool
    figures: MonthFigures


@dataclass(frozen=True, slots=True)
class FiguresReport:
    """A book's months, oldest first, without gaps."""

    book: Book
    months: Sequence[MonthReport]


def show_figures(uow: UnitOfWork, *, book: str, first: date, last: date) -> FiguresReport:
    """The figures of the months that begin on `first` to `last`; months still to come are left out.

    Closed months are read; what was recorded since the last closing is counted once, set-based. Refuses BookMissing,
    MonthsReversed, MonthsTooMany.
    """
    if last < first:
        raise errors.MonthsReversed(first=f"{first:%Y-%m}")
    if last >= add_months(first, MONTHS_MAX):
        raise errors.MonthsTooMany(months_max=MONTHS_MAX)
    found = queries.get_book(uow.session, book)
    last = min(last, month_start(local_date(uow.now)))
    closings = queries.closings_of(uow.session, found.id, first=first, last=last)
    newest = queries.find_last_closing(uow.session, found.id)
    live = _count_open(uow, found, newest, last) if newest is None or last > newest.month else {}
    months = []
    while first <= last:
        months.append(_report(first, closings.get(first), live))
        first = add_months(first, 1)
    return FiguresReport(found, months)


def write_table(report: FiguresReport, say: Callable[[str], str] = str) -> str:
    """The months as CSV, a line for each; columns named as the figures are, or as `say` says (yes and no as well)."""
    text = io.StringIO()
    columns = [field.name for field in fields(MonthFigures)]
    table = csv.writer(text)
    table.writerow([say(name) for name in ("month", "closed", *columns)])
    for row in report.months:
        figures = asdict(row.figures)
        closed = say("yes" if row.closed else "no")
        table.writerow([f"{row.month:%Y-%m}", closed, *(figures[name] for name in columns)])
    return text.getvalue()


def _report(month: date, closing: MonthClosing | None, live: dict[date, MonthFigures]) -> MonthReport:
    if closing is not None:
        return MonthReport(month, closed=True, figures=MonthFigures(**closing.figures))
    # neither closed nor counted: it lies before the first month of the book
    return MonthReport(month, closed=False, figures=live.get(month) or month_figures([], {}, People()))


def _count_open(uow: UnitOfWork, book: Book, newest: MonthClosing | None, last: date) -> dict[date, MonthFigures]:
    """The figures of every month after the newest closing up to `last`, from the first in which anything moved."""
    found = queries.moves_of_months(
        uow.session, book.id, since=newest.ends_at if newest else None, until=month_bounds(last)[1]
    )
    month = add_months(newest.month, 1) if newest else min(found.moves, default=last)
    counted: dict[date, MonthFigures] = {}
    balances = balances_after(newest, [])
    while month <= last:
        moves = found.moves.get(month, [])
        for move in moves:
            balances[move.kind] = balances.get(move.kind, 0) + move.into - move.out
        counted[month] = month_figures(moves, balances, found.people.get(month, People()))
        month = add_months(month, 1)
    return counted
