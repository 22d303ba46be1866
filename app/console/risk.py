"""`flask --app wsgi risk`: the rules that come with Linli, to read or to put in force as a book's own first version."""

import json

import click
from flask.cli import with_appcontext

from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM
from app.kernel.errors import DomainError
from app.risk import service
from app.risk.service import shelf


@click.group("risk")
def risk() -> None:
    """Anti-fraud."""


@risk.command("start-defaults")
@click.option("--book", help="The book, by its code; without it the rules for signing in, beside all books.")
@with_appcontext
def start_defaults(book: str | None) -> None:
    """Put the rules that come with Linli in force as version 1, to be seen and changed; a book with versions keeps
    them.
    """
    try:
        made = run_in_transaction(lambda uow: _version(service.start_defaults(uow, book=book)), actor=SYSTEM)
    except DomainError as refused:
        raise click.ClickException(f"{refused.detail('en')} {refused.detail('zh')}") from None
    click.echo(f"version {made} 已生效 active" if made else "已有规则,未改动 has versions already, nothing changed")


@risk.command("show-defaults")
def show_defaults() -> None:
    """Print the rules that come with Linli: the body of a rule set to change and save."""
    click.echo(json.dumps(shelf.defaults_plain(), ensure_ascii=False, indent=1))


def _version(made: object) -> int | None:
    return getattr(made, "version", None)
