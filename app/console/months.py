"""`flask --app wsgi points close-month` and `points figures`: the months of a book on the command line."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click
from flask.cli import with_appcontext

from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import SYSTEM
from app.kernel.errors import DomainError
from app.points import service
from app.points.service.figures import write_table

T = TypeVar("T")
BOOK_HELP = "The book, by its code."


class Month(click.ParamType[date]):
    """A month, YYYY-MM; read as its first day."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", str(value)):
            self.fail("must be a month such as 2026-11", param, ctx)
        return date.fromisoformat(f"{value}-01")


@click.command("close-month")
@click.option("--book", required=True, help=BOOK_HELP)
@click.option("--month", type=Month(), required=True, help="The oldest month that is open.")
@with_appcontext
def close_month(book: str, month: date) -> None:
    """Close a month: afterwards nothing is dated into it, corrections are new transactions."""

    def close(uow: UnitOfWork) -> tuple[int, int]:
        closing = service.close_month(uow, book=book, month=month)
        return closing.dated, closing.figures["outstanding"]

    dated, outstanding = _told(close)
    click.echo(f"{month:%Y-%m} 已结账 closed: {dated:,} transactions dated in it, {outstanding:,} points outstanding")


@click.command("figures")
@click.option("--book", required=True, help=BOOK_HELP)
@click.option("--from", "first", type=Month(), required=True, help="The first month.")
@click.option("--to", "last", type=Month(), required=True, help="The last month, 24 at most in all.")
@with_appcontext
def show_figures(book: str, first: date, last: date) -> None:
    """Print the figures of a book by month, as CSV."""
    report = _told(lambda uow: service.show_figures(uow, book=book, first=first, last=last))
    click.echo(write_table(report), nl=False)


def _told(work: Callable[[UnitOfWork], T]) -> T:
    try:
        return run_in_transaction(work, actor=SYSTEM)
    except DomainError as refused:
        raise click.ClickException(f"{refused.detail('en')} {refused.detail('zh')}") from None
