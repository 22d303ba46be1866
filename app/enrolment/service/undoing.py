"""The job that takes an import back: every opening reversed and every resident it enrolled let go, or nothing."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import delete

from app.enrolment import queries
from app.enrolment.errors import UndoTooLate
from app.enrolment.models import Import, Resident
from app.enrolment.service.stages import keep_failure
from app.enrolment.terms import ImportState
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor
from app.kernel.errors import DomainError
from app.points import queries as points_queries
from app.points import service as points

PAGE_ROWS = 1000
SEPARATOR = "、"


def causes_of(found: Import) -> list[str]:
    """Under which causes the ledger holds the openings of an import."""
    return [f"import:{found.id}:{page}" for page in range(1, (found.pages or 0) + 1)]


def too_late(uow: UnitOfWork, found: Import, moved: points.Moved) -> UndoTooLate:
    """Say who has used opening points already; the first of them by name."""
    names = queries.names_of(uow.session, found.book_id, moved.owner_ids)
    return UndoTooLate(count=moved.count, names=SEPARATOR.join(names))


def undo_import(uow: UnitOfWork, *, book_id: int, book: str, import_id: str) -> None:
    """Take a committed import back as a whole. When somebody has used points meanwhile it stays committed and says so.

    Residents whose passbook moved otherwise since stay enrolled, without the opening: the passbook is theirs.
    """
    queries.lock_imports_of_book(uow.session, book_id)
    found = queries.lock_import(uow.session, book_id, UUID(import_id))
    if found.state != ImportState.UNDOING:
        return
    who = Actor(id=found.undone_by or uow.actor.id, roles=frozenset(), book=book)
    try:
        with uow.session.begin_nested():
            _take_back(replace(uow, actor=who), found)
    except DomainError as refusal:
        found.state = str(ImportState.COMMITTED)
        found.undone_by = found.undo_reason = None
        keep_failure(found, refusal)
        return
    found.state = str(ImportState.UNDONE)
    found.undone_at = uow.now
    found.failure = found.failure_detail = None


def _take_back(uow: UnitOfWork, found: Import) -> None:
    transactions, moved = points.lock_openings(uow, found.book_id, causes=causes_of(found))
    if moved.count:
        raise too_late(uow, found, moved)
    reason = found.undo_reason or ""
    points.take_back_openings(uow, found.book_id, transactions=transactions, reason=reason)
    after: tuple[int, UUID] | None = None
    while rows := queries.list_enrolled(uow.session, found.book_id, found.id, after=after, limit=PAGE_ROWS):
        after = rows[-1]
        ids = [resident_id for _, resident_id in rows]
        staying = points_queries.owners_with_history(uow.session, found.book_id, ids)
        gone = [resident_id for resident_id in ids if resident_id not in staying]
        points.forget_paper_passbooks(uow, found.book_id, resident_ids=gone)
        points.leave_households(uow, found.book_id, resident_ids=gone)
        uow.session.execute(delete(Resident).where(Resident.book_id == found.book_id, Resident.id.in_(gone)))
