"""`flask --app wsgi books`: setting up points programmes. Done by hand, a few times in a district's life."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from marshmallow import ValidationError

from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM
from app.kernel.errors import DomainError
from app.points import queries
from app.programmes import schemas
from app.programmes import service as programmes
from app.programmes.service import Template
from app.web import messages
from app.web.parsing import parse_json

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
@click.option(
    "--template", "source", help="A file of JSON, or the name of a template that comes with Linli: community."
)
@click.option("--like", type=Code(), help="Set it up as this book is: its budgets, rules that pay, and shops.")
@click.option("--shops-from", type=Code(), help="Accept the shops of this book, too: the same shops, by their ids.")
@click.option("--name", type=Words(100), help="What people call it. Needed without a template.")
@click.option(
    "--currency", "currency_name", type=Words(30), help="What its points are called. Needed without a template."
)
@click.option("--validity-months", type=click.IntRange(1, 120), help="How long they live.  [default: 24]")
@click.option(
    "--fixed-day",
    type=DayOfYear(),
    help="Points lapse on this day of the year, after their validity; without it, at the end of a month.",
)
@click.option("--grace-days", type=click.IntRange(1, 366), help="After a late refund.  [default: 30]")
@click.option(
    "--expired-cost-goes-to",
    type=click.Choice(["sponsor", "book"]),
    help="Where the money behind expired points goes.  [default: sponsor]",
)
@with_appcontext
def create(code: str, source: str | None, like: str | None, **details: Any) -> None:
    """Open a points programme under CODE: bare, from a template, or like another one. What is said here wins."""
    if source and like:
        raise click.UsageError("--template or --like, not both")
    fixed = details.pop("fixed_day")
    said = {name: value for name, value in details.items() if value is not None}
    said |= {"expiry_policy": "yearly", "expiry_month": fixed[0], "expiry_day": fixed[1]} if fixed else {}
    try:
        template = replace(_template(source, like, said), **said)
        made = run_in_transaction(
            lambda uow: programmes.create_programme(uow, code=code, template=template), actor=SYSTEM
        )
    except DomainError as refused:
        told = f"{refused.detail('en')} {refused.detail('zh')}"
        named = refused.field is None or told.startswith(refused.field)  # what is wrong in a template says where
        raise click.ClickException(told if named else f"{refused.field}: {told}") from None
    click.echo(f"{made.code} ({made.name})")
    for kind, parts in (("sponsor", made.sponsors), ("budget", made.budgets)):
        for part in parts:
            click.echo(f"{kind}\t{part.id}\t{part.name}")
    for rule in made.rules:
        click.echo(f"rule\t{rule.proposal_id}\t{rule.code}")
    if made.shop_count:
        click.echo(f"shops\t{made.shop_count}")


def _template(source: str | None, like: str | None, said: Mapping[str, Any]) -> Template:
    """What the book begins with: read from a file, off a book, or nothing but what was said."""
    if like:
        return run_in_transaction(lambda uow: programmes.describe_programme(uow, book=like), actor=SYSTEM)
    if source is None:
        missing = [option for option, name in (("--name", "name"), ("--currency", "currency_name")) if name not in said]
        if missing:
            raise click.UsageError(f"without a template it needs {' and '.join(missing)}")
        return Template(said["name"], said["currency_name"], 24, 30, "sponsor")
    if source in schemas.BUILT_IN:
        return schemas.load_built_in(source)
    try:
        return schemas.load_template(parse_json(Path(source).read_bytes()))
    except OSError as error:
        raise click.UsageError(f"--template {source}: {error.strerror}") from None
    except ValidationError as wrong:
        found = messages.flatten(wrong, "en")
        raise click.ClickException("\n".join(f"{source}: {each['detail']}" for each in found)) from None


@books.command("template")
@click.argument("code", type=Code())
@with_appcontext
def describe(code: str) -> None:
    """Print how the book CODE is set up, as a template to keep or to change."""
    try:
        template = run_in_transaction(lambda uow: programmes.describe_programme(uow, book=code), actor=SYSTEM)
    except DomainError as refused:
        raise click.ClickException(f"{refused.detail('en')} {refused.detail('zh')}") from None
    click.echo(json.dumps(asdict(template), ensure_ascii=False, indent=2))


@books.command("list")
@with_appcontext
def show() -> None:
    """List the points programmes, one per line: code, name, currency."""
    for book in run_in_transaction(lambda uow: queries.list_books(uow.session), actor=SYSTEM):
        click.echo(f"{book.code}\t{book.name}\t{book.currency_name}")
