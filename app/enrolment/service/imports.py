"""What the treasurer does with files: upload, look, commit, undo. What takes long is queued, and done by jobs."""

from hashlib import sha256
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.enrolment import queries
from app.enrolment.errors import ImportDiscarded, ImportNotReady
from app.enrolment.models import File, Import, Problem, Resident
from app.enrolment.rules.tables import media_type_of
from app.enrolment.service.reading import CHECK_JOB
from app.enrolment.service.stages import progress_name
from app.enrolment.service.undoing import causes_of, too_late
from app.enrolment.terms import KEPT_DAYS, MOVED_NAMED, ImportState
from app.infra.progress import find_progress
from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Cursor, CursorInvalid, Page, page_by_id, read_id
from app.kernel.papers import paper_number
from app.points import errors as points_errors
from app.points import queries as points_queries
from app.points import service as points

READ_JOB = "enrolment.read_file"
COMMIT_JOB = "enrolment.commit_import"
UNDO_JOB = "enrolment.undo_import"
LINE_MAX = 2**31 - 1


def upload_file(uow: UnitOfWork, *, book: str, budget_id: UUID, content: bytes, media_type: str) -> Import:
    """Keep a file and queue its checking. The same file for the same budget again is the same import (checked on).

    Refuses BookMissing, BudgetMissing. What is wrong with the file stands in its import.
    """
    ledger = points_queries.get_book(uow.session, book)
    budget = points_queries.get_budget(uow.session, ledger.id, budget_id)
    digest = sha256(content).digest()
    made = register(uow, ledger.id, budget.id, content, media_type_of(content, media_type))
    if made is None:  # a twin, perhaps one that was only just uploaded: read in a statement of its own
        twin = queries.find_import_of_content(uow.session, ledger.id, digest, budget.id)
        if twin is None:  # it ended between the two statements
            raise ImportNotReady(state=str(ImportState.CHECKING))
        if twin.state == ImportState.CHECKING:  # its job may have been lost; a job too many does nothing
            job = READ_JOB if twin.layout is None else CHECK_JOB
            uow.defer(job, book_id=ledger.id, import_id=str(twin.id))
        return twin
    uow.session.execute(insert(File).values(book_id=ledger.id, import_id=made, content=content))
    uow.defer(READ_JOB, book_id=ledger.id, import_id=str(made))
    return queries.get_import(uow.session, ledger.id, made)


def register(uow: UnitOfWork, book_id: int, budget_id: UUID | None, content: bytes, media_type: str) -> UUID | None:
    """Begin an import. None: the same content came before for this budget, and is not over."""
    made: UUID | None = uow.session.execute(
        insert(Import)
        .values(
            book_id=book_id,
            id=uow.new_id(),
            budget_id=budget_id,
            content_hash=sha256(content).digest(),
            media_type=media_type,
            bytes=len(content),
            state=str(ImportState.CHECKING),
            rows_done=0,
            errors=0,
            warnings=0,
            points_total=0,
            uploaded_by=uow.actor.id,
            uploaded_at=uow.now,
        )
        .on_conflict_do_nothing()
        .returning(Import.id)
    ).scalar()
    return made


def show_import(uow: UnitOfWork, *, book: str, import_id: UUID) -> Import:
    """How far an import is, and what came of it. Refuses BookMissing, ImportMissing."""
    found = queries.get_import(uow.session, points_queries.get_book(uow.session, book).id, import_id)
    if found.state == ImportState.COMMITTING:
        found.rows_committing = find_progress(progress_name(found))
    return found


def list_imports(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Import]:
    """Imports, the youngest first. Refuses BookMissing, CursorInvalid."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_imports(uow.session, book_id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda found: found.id)


def list_problems(uow: UnitOfWork, *, book: str, import_id: UUID, limit: int, cursor: str | None) -> Page[Problem]:
    """What is wrong or doubtful, by line. Refuses BookMissing, ImportMissing, CursorInvalid."""
    found = show_import(uow, book=book, import_id=import_id)
    rows = queries.list_problems(uow.session, found.book_id, found.id, after=_read_problem(cursor), limit=limit + 1)
    if len(rows) <= limit:
        return Page(rows)
    last = rows[limit - 1]
    return Page(rows[:limit], Cursor((last.line, last.field, last.code)).encode())


def start_commit(uow: UnitOfWork, *, book: str, import_id: UUID) -> Import:
    """Queue the taking in of a checked file; a repeat while it waits queues it again, which changes nothing.

    Refuses BookMissing, ImportMissing, ImportDiscarded, ImportNotReady, BudgetTooSmall.
    """
    ledger = points_queries.get_book(uow.session, book)
    found = queries.lock_import(uow.session, ledger.id, import_id)
    if found.state == ImportState.DISCARDED:
        raise ImportDiscarded(days=KEPT_DAYS.days)
    if found.state not in {ImportState.CHECKED, ImportState.COMMITTING}:
        raise ImportNotReady(state=found.state)
    if found.budget_id is not None:
        left = points_queries.sum_budget_points(uow.session, ledger.id, [found.budget_id]).get(found.budget_id, 0)
        if left < found.points_total:
            raise points_errors.BudgetTooSmall(missing=found.points_total - left)
    found.state = str(ImportState.COMMITTING)
    found.committed_by = uow.actor.id
    found.failure = found.failure_detail = None
    uow.defer(COMMIT_JOB, book_id=ledger.id, book=book, import_id=str(found.id))
    return found


def start_undo(uow: UnitOfWork, *, book: str, import_id: UUID, reason: str) -> Import:
    """Queue the taking back of a committed import as a whole.

    Refuses BookMissing, ImportMissing, ImportNotReady, UndoTooLate (naming who used points already).
    """
    ledger = points_queries.get_book(uow.session, book)
    found = queries.lock_import(uow.session, ledger.id, import_id)
    if found.state not in {ImportState.COMMITTED, ImportState.UNDOING}:
        raise ImportNotReady(state=found.state)
    transactions = points_queries.list_opening_transactions(uow.session, ledger.id, causes_of(found))
    count, owners = points_queries.list_moved_openings(uow.session, ledger.id, transactions, limit=MOVED_NAMED)
    if count:
        raise too_late(uow, found, points.Moved(count, owners))
    found.state = str(ImportState.UNDOING)
    found.undone_by = uow.actor.id
    found.undo_reason = reason
    found.failure = found.failure_detail = None
    uow.defer(UNDO_JOB, book_id=ledger.id, book=book, import_id=str(found.id))
    return found


def list_residents(
    uow: UnitOfWork, *, book: str, passbook_no: str | None, limit: int, cursor: str | None
) -> Page[Resident]:
    """Who is enrolled, or whoever came with one paper passbook. Refuses BookMissing, CursorInvalid."""
    book_id = points_queries.get_book(uow.session, book).id
    if passbook_no is not None:
        owner = points_queries.find_owner_of_paper(uow.session, book_id, paper_number(passbook_no))
        found = None if owner is None else queries.find_resident(uow.session, book_id, owner)
        return Page([] if found is None else [found])
    rows = queries.list_residents(uow.session, book_id, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda resident: resident.id)


def _read_problem(cursor: str | None) -> tuple[int, str, str] | None:
    if cursor is None:
        return None
    line, field, code = Cursor.decode(cursor, int, str, str).parts
    if not 0 <= int(line) <= LINE_MAX:
        raise CursorInvalid
    return int(line), str(field), str(code)
