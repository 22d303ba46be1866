"""A passbook for spreadsheets: CSV line by line, XLSX as a whole. No cell can act as a formula."""

import csv
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from app.kernel.periods import DISTRICT
from app.points.schemas import tellings, words
from app.points.schemas.statement_words import (
    clock_title,
    lapsing_days,
    passbook_number,
    period_title,
    say,
    verify_sentence,
)
from app.points.service import Extract, ToldLine

BOM = "\ufeff"  # without it Excel reads UTF-8 as the computer's own code page
COLUMNS = ("entry", "date", "summary", "kind", "in", "out", "balance", "evidence", "transaction")
WIDTHS = (8, 18, 42, 18, 10, 10, 12, 30, 40)
# What spreadsheets take for the beginning of a formula, in either width, also behind blanks.
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MOMENT_FORMAT = "yyyy-mm-dd hh:mm"
DAY_FORMAT = "yyyy-mm-dd"

Cells = Sequence[Any]


def csv_opening(lang: str) -> str:
    """The mark by which Excel knows the encoding, and the head line."""
    return BOM + _lines([[say(name, lang) for name in COLUMNS]])


def csv_lines(rows: Sequence[ToldLine], lang: str) -> str:
    """The lines of these entries."""
    return _lines([[_text(cell) for cell in _cells(row, lang)] for row in rows])


def workbook(extract: Extract, rows: Sequence[ToldLine], lang: str) -> bytes:
    """A workbook of two sheets: the entries, with real dates and numbers, and an overview."""
    book = Workbook(write_only=True)
    try:
        entries = _sheet(book, say("entries", lang), WIDTHS)
        entries.freeze_panes = "A2"
        entries.append(_head(entries, [say(name, lang) for name in COLUMNS]))
        for row in rows:
            entries.append([_cell(entries, cell) for cell in _cells(row, lang)])
        overview = _sheet(book, say("overview", lang), (26, 70))
        for line in _overview(extract, rows, lang):
            overview.append([_cell(overview, cell) for cell in line])
        made = BytesIO()
        book.save(made)
        return made.getvalue()
    finally:
        _remove_leftovers(book)


def escape(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would calculate it."""
    return f"'{text}" if FORMULA.match(text) else text


def _cells(row: ToldLine, lang: str) -> Cells:
    line = row.line
    return (
        line.version,
        line.recorded_at.astimezone(DISTRICT).replace(tzinfo=None, microsecond=0),
        tellings.summary(row, lang),
        words.kind_of_entry(line.code, lang),
        line.amount if line.amount > 0 else None,
        -line.amount if line.amount < 0 else None,
        line.balance_after,
        line.evidence,
        str(line.transaction_id),
    )


def _overview(extract: Extract, rows: Sequence[ToldLine], lang: str) -> list[Cells]:
    book = extract.passbook
    amounts = [row.line.amount for row in rows]
    return [
        (say("community", lang), book.book.name),
        (say("number", lang), passbook_number(book.owner_id)),
        (say("period", lang), period_title(extract.period, book.as_of, lang)),
        (say("printed", lang), clock_title(book.as_of)),
        (say("opening", lang), extract.before.balance),
        (say("total_in", lang), sum(amount for amount in amounts if amount > 0)),
        (say("total_out", lang), -sum(amount for amount in amounts if amount < 0)),
        (say("closing", lang), extract.end.balance),
        (say("available", lang), book.figures.available),
        (say("held", lang), book.figures.held),
        (),
        (say("lapsing", lang),),
        *lapsing_days(book.lots),
        *([(say("later", lang),)] if book.lots_more else []),
        (),
        (say("head_of", lang).format(version=extract.head_version), extract.head.hex()),
        (verify_sentence(extract.head_version, lang),),
    ]


def _lines(rows: Sequence[Cells]) -> str:
    buffer = StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return escape(value) if isinstance(value, str) else value


def _sheet(book: Workbook, title: str, widths: Sequence[int]) -> Any:
    sheet = book.create_sheet(title)
    for column, width in zip("ABCDEFGHI", widths, strict=False):
        sheet.column_dimensions[column].width = width
    return sheet


def _head(sheet: Any, titles: Sequence[str]) -> Cells:
    cells = [WriteOnlyCell(sheet, title) for title in titles]
    for cell in cells:
        cell.font = Font(bold=True)
    return cells


def _cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, str):
        return escape(NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", value))
    if value is None or isinstance(value, int):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = MOMENT_FORMAT if isinstance(value, datetime) else DAY_FORMAT
    return cell


def _remove_leftovers(book: Workbook) -> None:
    """Remove the files openpyxl writes sheets to: it does so itself, but only when everything went well."""
    for sheet in book.worksheets:
        writer = getattr(sheet, "_writer", None)
        if writer is not None:
            with suppress(Exception):  # a sheet that was left in the middle may not close; its file goes all the same
                sheet.close()
            Path(writer.out).unlink(missing_ok=True)
