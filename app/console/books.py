"""`flask --app wsgi books`: setting up points programmes. Done by hand, a few times in a district's life."""

import re
from typing import Any

import click
from flask.cli import with_appcontext

from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM
from app.kernel.errors import DomainError
from app.points import queries, service

CODE = re.compile(r"[a-z][a-z0-9-]{1,31}")


class Words(click.ParamType[str]):
    """A text of 1 to `length_max` characters."""

    name = "text"

    def __init__(self, length_max: int) -> None:
        self.length_max = length_max

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        if not 1 <= len(text) <= self.length_max or not text.isprintable():
            self.fail(f"must be 1 to {self.length_max} printable characters", param, ctx)
        return text


class DayOfYear(click.ParamType[tuple[int, int]]):
    """A month and a day, MM-DD."""

    name = "MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        found = re.fullmatch(r"([0-9]{1,2})-([0-9]{1,2})", str(value))
        if not found:
            self.fail("must be a month and a day such as 12-31", param, ctx)
        return int(found[1]), int(found[2])


class Code(click.ParamType[str]):
    """The code of a book, as it stands in addresses."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not CODE.fullmatch(str(value)):
            self.fail("must be 2 to 32 of a-z, 0-9 and -, a letter first", param, ctx)
        return str(value)


@click.group("books")
def books() -> None:
    """Points programmes."""


@books.command("create")
@click.argument("code", type=Code())
@click.option("--name", type=Words(100), required=True, help="What people call it.")
@click.option("--currency", "currency_name", type=Words(30), required=True, help="What its points are called.")
@click.option(
    "--validity-months", type=click.IntRange(1, 120), default=24, show_default=True, help="How long they live."
)
@click.option(
    "--fixed-day",
    type=DayOfYear(),
    help="Points lapse on this day of the year, after their validity; without it, at the end of a month.",
)
@click.option("--grace-days", type=click.IntRange(1, 366), default=30, show_default=True, help="After a late refund.")
@click.option(
    "--expired-cost-goes-to",
    type=click.Choice(["sponsor", "book"]),
    default="sponsor",
    show_default=True,
    help="Where the money behind expired points goes.",
)
@with_appcontext
def create(**details: Any) -> None:
    """Open a points programme under CODE."""
    try:
        book = run_in_transaction(lambda uow: service.create_book(uow, **details), actor=SYSTEM)
    except DomainError as refused:
        raise click.ClickException(f"{refused.detail('en')} {refused.detail('zh')}") from None
    click.echo(f"{book.code} ({book.name})")


@books.command("list")
@with_appcontext
def show() -> None:
    """List the points programmes, one per line: code, name, currency."""
    for book in run_in_transaction(lambda uow: queries.list_books(uow.session), actor=SYSTEM):
        click.echo(f"{book.code}\t{book.name}\t{book.currency_name}")
