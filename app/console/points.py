"""`flask --app wsgi points`: the independent proofs, which read one snapshot and change nothing, and the months."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
from flask import current_app
from flask.cli import with_appcontext

from app.console.months import close_month, show_figures
from app.infra.config import EXTENSION, Config
from app.infra.db import db
from app.kernel.errors import DomainError
from app.points.service import audit, export

QUIET_SECONDS = 3.0
LINE_SECONDS = 10.0
BOOK_HELP = "Only this book, by its code."


@click.group("points")
def points() -> None:
    """Proofs of the ledger, and its months."""


points.add_command(close_month)
points.add_command(show_figures)


@points.command("audit")
@click.option("--book", help=BOOK_HELP)
@click.option(
    "--workers", type=click.IntRange(1, 16), default=2, show_default=True, help="Connections working at once."
)
@with_appcontext
def audit_ledger(book: str | None, workers: int) -> None:
    """Derive everything again from the entries alone. Exit 0: clean; 1: something differs; 2: not audited."""
    config: Config = current_app.extensions[EXTENSION]
    with _not_done_told():
        workers = min(workers, config.pool_size)
        verdict = audit.audit_books(db.engine, book=book, workers=workers, report=_Screen().show)
    for check, findings in verdict.findings.items():
        for found in findings:
            where = f"[{found.book}] " if found.book else ""
            click.echo(f"{check}: {where}{found.subject}: expected {found.expected}, found {found.found}")
        rest = verdict.counts[check] - len(findings)
        if rest:
            click.echo(f"{check}: and {rest:,} more")
    click.echo(_sentence(verdict))
    sys.exit(0 if verdict.clean else 1)


@points.command("export")
@click.option("--book", required=True, help=BOOK_HELP)
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in export.Format]),
    required=True,
    help="Whose journal to write.",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else standard output.")
@with_appcontext
def export_ledger(book: str, form: str, output: Path | None) -> None:
    """Write the journal of a book for hledger or beancount, with balance assertions for every day."""
    with _not_done_told(), _open(output) as file:
        count = export.export_book(db.engine, book=book, form=export.Format(form), write=file.write)
    click.echo(f"{count:,} transactions", err=True)


@contextmanager
def _open(output: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that appears only when it is whole."""
    if output is None:
        yield sys.stdout
        return
    draft = output.with_name(f"{output.name}.part")
    try:
        with draft.open("w", encoding="utf-8") as file:
            yield file
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)


class _NotDone(click.ClickException):
    """There is no verdict. Exit 1 belongs to a verdict alone."""

    exit_code = 2


@contextmanager
def _not_done_told() -> Iterator[None]:
    try:
        yield
    except DomainError as refused:
        raise _NotDone(f"{refused.detail('en')} {refused.detail('zh')}") from None
    except KeyboardInterrupt:
        raise _NotDone("interrupted 已中断") from None
    except Exception as error:  # noqa: BLE001 - whatever it was, Python would exit 1, which means "differs"
        traceback.print_exc()
        raise _NotDone(f"failed 未完成: {type(error).__name__}") from None


class _Screen:
    """Progress on standard error, once it takes long: a line that is written over, or in a log one now and then."""

    def __init__(self) -> None:
        self._next = QUIET_SECONDS

    def show(self, progress: audit.Progress) -> None:
        if progress.seconds < self._next:
            return
        terminal = sys.stderr.isatty()
        self._next = progress.seconds + (0 if terminal else LINE_SECONDS)
        rate = progress.done * progress.entries / progress.seconds
        said = f"audit: {progress.done:4.0%} of {progress.entries:,} entries, {rate:,.0f} entries/s"
        click.echo(f"\r{said}" if terminal else said, err=True, nl=not terminal)


def _sentence(verdict: audit.Verdict) -> str:
    size = (
        f"{verdict.entries:,} entries, {verdict.transactions:,} transactions, {verdict.accounts:,} accounts, "
        f"{verdict.books} books in {verdict.seconds:.1f} s ({verdict.rate:,.0f} entries/s)"
    )
    if verdict.clean:
        return f"账目一致 clean: {size}"
    wrong = ", ".join(f"{check} {count:,}" for check, count in sorted(verdict.counts.items()))
    return f"账目不一致 NOT CLEAN: {wrong}; {size}"
