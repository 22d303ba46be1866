"""Files on their way: the imports, their pieces, what is wrong with their rows."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from app.enrolment import errors
from app.enrolment.models import File, Import, Line, Piece, Problem
from app.enrolment.terms import GONE, WAITING, Severity


def get_import(session: Session, book_id: int, import_id: UUID) -> Import:
    """One import of this book. Refuses ImportMissing."""
    found = session.get(Import, (book_id, import_id))
    if found is None:
        raise errors.ImportMissing
    return found


def lock_import(session: Session, book_id: int, import_id: UUID) -> Import:
    """The same, held until the transaction ends, as it stands then. Refuses ImportMissing."""
    found = session.get(Import, (book_id, import_id), with_for_update=True, populate_existing=True)
    if found is None:
        raise errors.ImportMissing
    return found


def lock_imports_of_book(session: Session, book_id: int) -> None:
    """Wait until no other import of this book is being committed: two would wait for each other's passbooks."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("enrolment"), book_id)))


def find_import_of_content(
    session: Session, book_id: int, content_hash: bytes, budget_id: UUID | None
) -> Import | None:
    """The import of the same file for the same budget, unless it was refused, undone or discarded."""
    return session.scalar(
        select(Import).where(
            Import.book_id == book_id,
            Import.content_hash == content_hash,
            Import.budget_id.is_not_distinct_from(budget_id),
            Import.state.not_in(GONE),
        )
    )


def find_import_to_discard(session: Session, *, uploaded_before: datetime) -> Import | None:
    """The oldest import of any book that was uploaded before then and still waits, or holds rows.

    Held until the transaction ends. One that somebody is working on at this moment is passed over.
    """
    holds = [
        exists().where(table.book_id == Import.book_id, table.import_id == Import.id) for table in (File, Piece, Line)
    ]
    query = select(Import).where(Import.uploaded_at < uploaded_before, or_(Import.state.in_(WAITING), *holds))
    return session.scalar(
        query.order_by(Import.uploaded_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def list_imports(session: Session, book_id: int, *, before: UUID | None, limit: int) -> Sequence[Import]:
    """Imports, the youngest first, those with an id below `before`."""
    query = select(Import).where(Import.book_id == book_id)
    if before is not None:
        query = query.where(Import.id < before)
    return session.scalars(query.order_by(Import.id.desc()).limit(limit)).all()


def get_content(session: Session, book_id: int, import_id: UUID) -> bytes:
    """The uploaded bytes. Refuses ImportMissing."""
    content = session.scalar(select(File.content).where(File.book_id == book_id, File.import_id == import_id))
    if content is None:
        raise errors.ImportMissing
    return content


def list_pieces(session: Session, book_id: int, import_id: UUID, *, limit: int) -> Sequence[tuple[int, str]]:
    """The first pieces that were not checked yet: number and cells."""
    query = select(Piece.piece, Piece.cells).where(Piece.book_id == book_id, Piece.import_id == import_id)
    return [(row.piece, row.cells) for row in session.execute(query.order_by(Piece.piece).limit(limit))]


def list_problems(
    session: Session, book_id: int, import_id: UUID, *, after: tuple[int, str, str] | None, limit: int
) -> Sequence[Problem]:
    """What is wrong or doubtful, by line, those after a (line, field, code)."""
    query = select(Problem).where(Problem.book_id == book_id, Problem.import_id == import_id)
    if after is not None:
        query = query.where(func.row(Problem.line, Problem.field, Problem.code) > func.row(*after))
    return session.scalars(query.order_by(Problem.line, Problem.field, Problem.code).limit(limit)).all()


def count_problems(session: Session, book_id: int, import_id: UUID) -> tuple[int, int]:
    """How many errors and how many warnings."""
    query = (
        select(Problem.severity, func.count())
        .where(Problem.book_id == book_id, Problem.import_id == import_id)
        .group_by(Problem.severity)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in session.execute(query)}
    return counts.get(Severity.ERROR, 0), counts.get(Severity.WARNING, 0)
