"""The first job of an import: the file becomes pieces of plain rows, in one pass and bounded memory."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from uuid import UUID

from sqlalchemy import delete, insert

from app.enrolment import queries
from app.enrolment.models import File, Import, Piece
from app.enrolment.rules.tables import Picked, Table, find_table, read_csv
from app.enrolment.service.stages import finish_refused
from app.enrolment.terms import PIECE_ROWS, XLSX, Field, ImportState
from app.infra.unit_of_work import UnitOfWork
from app.kernel.sheets.errors import FileRefused
from app.kernel.sheets.rows import Cell
from app.kernel.sheets.xlsx_files import read_xlsx

CHECK_JOB = "enrolment.check_rows"


def read_file(uow: UnitOfWork, *, book_id: int, import_id: str) -> None:
    """Read an uploaded file into pieces and queue their checking; a file that cannot be read ends its import refused.

    A file that fails in its middle leaves no piece behind.
    """
    found = queries.lock_import(uow.session, book_id, UUID(import_id))
    if found.state != ImportState.CHECKING or found.layout is not None:
        return
    content = queries.get_content(uow.session, book_id, found.id)
    try:
        with uow.session.begin_nested():
            table = find_table(read_xlsx(content) if found.media_type == XLSX else read_csv(content))
            found.rows_total = _write_pieces(uow, found, table)
            found.layout = {str(field): column for field, column in table.columns.items()}
    except FileRefused as refused:
        finish_refused(found, refused)
    else:
        uow.defer(CHECK_JOB, book_id=book_id, import_id=import_id)
    uow.session.execute(delete(File).where(File.book_id == book_id, File.import_id == found.id))


def _write_pieces(uow: UnitOfWork, found: Import, table: Table) -> int:
    total = 0
    rows = table.pick()
    fields = _in_order(table.columns)
    for number, part in enumerate(iter(lambda: list(islice(rows, PIECE_ROWS)), []), start=1):
        cells = json.dumps([_plain(row, fields) for row in part], ensure_ascii=False, separators=(",", ":"))
        values = {"book_id": found.book_id, "import_id": found.id, "piece": number, "cells": cells}
        uow.session.execute(insert(Piece).values(values))
        total += len(part)
    return total


def _plain(row: Picked, fields: Sequence[Field]) -> list[object]:
    return [row.line, row.hidden, [row.cells.get(field, "") for field in fields]]


def _in_order(columns: Mapping[Field, int]) -> list[Field]:
    """The columns from left to right; a layout that was stored as JSON has lost the order of its keys."""
    return sorted(columns, key=columns.__getitem__)


def rows_of(cells: str, columns: Mapping[Field, int]) -> Iterator[Picked]:
    """Give the rows of a piece back."""
    fields = _in_order(columns)
    for line, hidden, values in json.loads(cells):
        filled: dict[Field, Cell] = {name: cell for name, cell in zip(fields, values, strict=True) if cell}
        yield Picked(line, hidden, filled)
