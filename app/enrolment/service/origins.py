"""The way of an opening balance: from a passbook to the row of a file, and back."""

from typing import Any
from uuid import UUID

from app.enrolment import queries
from app.enrolment.errors import ResidentMissing
from app.enrolment.rules.layouts import layouts_of, line_in
from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Cursor, CursorInvalid, Page, whole
from app.points import queries as points_queries


def show_origin(uow: UnitOfWork, *, book: str, resident_id: UUID) -> Any:
    """From which file and row a passbook was opened: `queries.find_origin`. Refuses BookMissing, ResidentMissing."""
    found = queries.find_origin(uow.session, points_queries.get_book(uow.session, book).id, resident_id)
    if found is None:
        raise ResidentMissing(field="listed_id")
    return found


def list_origins(
    uow: UnitOfWork,
    *,
    book: str,
    import_id: UUID,
    line: int | None,
    limit: int,
    cursor: str | None,
) -> Page[Any]:
    """What became of the rows of a file, by row; or of those numbered `line`.

    Refuses BookMissing, ImportMissing, CursorInvalid.
    """
    book_id = points_queries.get_book(uow.session, book).id
    layouts = layouts_of(queries.get_import(uow.session, book_id, import_id).layout or {"sheets": []})
    lines = None if line is None else [line_in(sheet, line) for sheet in range(len(layouts))]
    rows = queries.list_origins(uow.session, book_id, import_id, lines=lines, after=_read_row(cursor), limit=limit + 1)
    if len(rows) <= limit:
        return Page(rows)
    last = rows[limit - 1]
    return Page(rows[:limit], Cursor((last.place, str(last.resident_id))).encode())


def _read_row(cursor: str | None) -> tuple[int, UUID] | None:
    if cursor is None:
        return None
    line, resident_id = Cursor.decode(cursor, int, str).parts
    try:
        return whole(line), UUID(str(resident_id))
    except ValueError:
        raise CursorInvalid from None
