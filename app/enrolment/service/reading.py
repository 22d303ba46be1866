"""The first job of an import: the file becomes pieces of plain rows, in one pass and bounded memory."""

import json
from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import delete, insert

from app.enrolment import queries
from app.enrolment.models import File, Import, Piece
from app.enrolment.rules.layouts import as_json
from app.enrolment.rules.tables import Picked, Tables, open_tables
from app.enrolment.service.stages import finish_refused
from app.enrolment.terms import PIECE_ROWS, SHEET_LINES, ImportState
from app.infra.unit_of_work import UnitOfWork
from app.kernel.sheets.errors import FileRefused

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
            tables = open_tables(content, found.media_type)
            found.rows_total = _write_pieces(uow, found, tables)
            found.layout = as_json(tables.layouts, tables.skipped)
    except FileRefused as refused:
        finish_refused(found, refused)
    else:
        uow.defer(CHECK_JOB, book_id=book_id, import_id=import_id)
    uow.session.execute(delete(File).where(File.book_id == book_id, File.import_id == found.id))


def _write_pieces(uow: UnitOfWork, found: Import, tables: Tables) -> int:
    total = 0
    for number, part in enumerate(_parts(tables.pick()), start=1):
        values = {"book_id": found.book_id, "import_id": found.id, "piece": number, "cells": cells_of(part)}
        uow.session.execute(insert(Piece).values(values))
        total += len(part)
    return total


def _parts(rows: Iterator[Picked]) -> Iterator[list[Picked]]:
    """Cut rows into parts of one sheet and at most PIECE_ROWS."""
    part: list[Picked] = []
    for row in rows:
        if part and (len(part) >= PIECE_ROWS or row.line // SHEET_LINES != part[0].line // SHEET_LINES):
            yield part
            part = []
        part.append(row)
    if part:
        yield part


def cells_of(part: Sequence[Picked]) -> str:
    """Give rows of one sheet as JSON: numbers, hidden numbers, then column by column, which is few lists for many rows
    and does not keep the collector of garbage busy.
    """
    lines = [row.line for row in part]
    hidden = [row.line for row in part if row.hidden]
    columns = list(zip(*(row.values for row in part), strict=True))
    return json.dumps([lines, hidden, columns], ensure_ascii=False, separators=(",", ":"))


def rows_of(cells: str) -> Iterator[Picked]:
    """Give the rows of a piece back."""
    lines, hidden, columns = json.loads(cells)
    unseen = frozenset(hidden)
    for line, values in zip(lines, zip(*columns, strict=True), strict=True):
        yield Picked(line, line in unseen, values)
