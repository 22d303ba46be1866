"""A period of a passbook as a file for people: its query, its words, and CSV, XLSX and PDF made of it."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from app.infra.unit_of_work import UnitOfWork
from app.points import service
from app.points.schemas import booklet, sheets
from app.points.service import Extract, ToldLine
from app.web import problems
from app.web.fields import Month
from app.web.parsing import StrictSchema
from app.web.streaming import File, Stream

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
XLSX_ENTRIES_MAX = 10_000
PDF_ENTRIES_MAX = 2_000


class PeriodQuery(StrictSchema):
    """Which months, both included; without them everything up to now."""

    from_month = Month(
        load_default=None,
        data_key="from",
        metadata={"type": "string", "description": "从哪个月起(含),例如 2026-01 / from this month on"},
    )
    to_month = Month(
        load_default=None,
        data_key="to",
        metadata={"type": "string", "description": "到哪个月止(含),例如 2026-06 / up to the end of this month"},
    )


def stream_csv(extract: Extract) -> Stream:
    """Write an extract as CSV, some entries at a time."""
    lang = problems.language()

    def step(uow: UnitOfWork, after: int | None) -> tuple[str, int | None]:
        rows, last = _next(uow, extract, after)
        return sheets.csv_lines(rows, lang), last

    return Stream(sheets.csv_opening(lang), step, "", filename=_filename(extract, "csv"))


def make_xlsx(extract: Extract) -> File:
    """Make a workbook of an extract."""
    lang = problems.language()
    return _file(extract, "xlsx", lambda rows: sheets.workbook(extract, rows, lang))


def make_pdf(extract: Extract) -> File:
    """Print an extract as a passbook."""
    lang = problems.language()
    return _file(extract, "pdf", lambda rows: booklet.print_booklet(extract, rows, lang))


def _file(extract: Extract, ending: str, render: Callable[[Sequence[Any]], bytes]) -> File:
    def step(uow: UnitOfWork, after: int | None) -> tuple[Sequence[ToldLine], int | None]:
        return _next(uow, extract, after)

    return File(step, render, filename=_filename(extract, ending))


def _next(uow: UnitOfWork, extract: Extract, after: int | None) -> tuple[Sequence[ToldLine], int | None]:
    rows = service.continue_extract(uow, extract, extract.before.version if after is None else after)
    last = rows[-1].line.version if rows else None
    return rows, last if last is not None and last < extract.end.version else None


def _filename(extract: Extract, ending: str) -> str:
    months = [f"{month:%Y-%m}" for month in _named(extract.period.first, extract.period.last)]
    return "-".join(["passbook", str(extract.passbook.figures.account_id), *months]) + f".{ending}"


def _named(*months: date | None) -> list[date]:
    return [month for month in months if month is not None]
