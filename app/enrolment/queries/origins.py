"""Where an opening balance comes from: of each resident the file, its row, and the ledger's line that it became."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.enrolment.terms import SHEET_LINES
from app.points import queries as points

_ENROLLED = f"""
    SELECT r.id AS resident_id, r.name, r.passbook_no, r.line AS place, r.line % {SHEET_LINES} AS line,
           i.layout -> 'sheets' -> (r.line / {SHEET_LINES}) ->> 'name' AS sheet, i.id AS import_id, i.media_type,
           encode(i.content_hash, 'hex') AS sha256, i.uploaded_by, i.uploaded_at, i.committed_by, i.committed_at
      FROM enrolment_residents r
      JOIN enrolment_imports i ON i.book_id = r.book_id AND i.id = r.import_id
     WHERE r.book_id = :book_id AND {{wanted}}"""  # noqa: S608 - constants
_OF_RESIDENT = text(points.with_openings(_ENROLLED.format(wanted="r.id = :resident_id")))
_WHOLE = "r.import_id = :import_id AND (r.line, r.id) > (:line, :id)"
_ROWS = "r.import_id = :import_id AND r.line = ANY (CAST(:lines AS integer[])) AND (r.line, r.id) > (:line, :id)"
_PAGE = " ORDER BY r.line, r.id LIMIT :limit"
_OF_IMPORT = text(points.with_openings(_ENROLLED.format(wanted=_WHOLE) + _PAGE) + " ORDER BY n.place, n.resident_id")
_OF_ROWS = text(points.with_openings(_ENROLLED.format(wanted=_ROWS) + _PAGE) + " ORDER BY n.place, n.resident_id")
_FIRST = (-1, UUID(int=0))


def find_origin(session: Session, book_id: int, resident_id: UUID) -> Any | None:
    """From a passbook to its file and row, and the line of the ledger; None for whom no list enrolled."""
    values = {"book_id": book_id, "of_book": book_id, "resident_id": resident_id}
    return session.execute(_OF_RESIDENT, values).one_or_none()


def list_origins(
    session: Session,
    book_id: int,
    import_id: UUID,
    *,
    lines: Collection[int] | None,
    after: tuple[int, UUID] | None,
    limit: int,
) -> Sequence[Any]:
    """From a file to the passbooks it opened, by row; of these rows alone when `lines` names them."""
    line, resident_id = after or _FIRST
    values = {
        "book_id": book_id,
        "of_book": book_id,
        "import_id": import_id,
        "line": line,
        "id": resident_id,
        "limit": limit,
    }
    if lines is None:
        return session.execute(_OF_IMPORT, values).all()
    return session.execute(_OF_ROWS, values | {"lines": list(lines)}).all()
