"""The job that makes a checked file true: every resident, household and opening balance of it, or none."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import delete, text

from app.enrolment import queries
from app.enrolment.errors import RowsChanged
from app.enrolment.models import Import, Line
from app.enrolment.service.stages import keep_failure
from app.enrolment.terms import ImportState
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor
from app.kernel.errors import DomainError
from app.kernel.periods import local_date
from app.points import queries as points_queries
from app.points import service as points

PAGE_ROWS = 1000
CLEAR_JOB = "enrolment.clear_lines"
CLEAR_ROWS = 20_000
ENROL = text("""
    INSERT INTO enrolment_residents
           (book_id, id, import_id, name, phone, building, unit, room, household_id, passbook_no, enrolled_at)
    SELECT l.book_id, l.resident_id, l.import_id, l.name, l.phone, l.building, l.unit, l.room, l.household_id,
           l.passbook_no, :now
      FROM enrolment_lines l WHERE l.book_id = :book_id AND l.import_id = :import_id ORDER BY l.line""")


def commit_import(uow: UnitOfWork, *, book_id: int, book: str, import_id: str) -> None:
    """Enrol the residents of a checked file and open their passbooks, all in this transaction.

    What was checked may have changed since: a passbook taken over otherwise, a budget spent, a day passed. Then nothing
    is done, the import is `checked` again and says why.
    """
    queries.lock_imports_of_book(uow.session, book_id)
    found = queries.lock_import(uow.session, book_id, UUID(import_id))
    if found.state != ImportState.COMMITTING:
        return
    who = Actor(id=found.committed_by or uow.actor.id, roles=frozenset(), book=book)
    try:
        with uow.session.begin_nested():
            _take_in(replace(uow, actor=who), found, book)
    except DomainError as refusal:
        found.state = str(ImportState.CHECKED)
        found.committed_by = None
        keep_failure(found, refusal)
        return
    found.state = str(ImportState.COMMITTED)
    found.rows_done = found.rows_total or 0
    found.committed_at = uow.now
    found.failure = found.failure_detail = None
    uow.defer(CLEAR_JOB, book_id=book_id, import_id=import_id)


def _take_in(uow: UnitOfWork, found: Import, book: str) -> None:
    """Those who are enrolled first, the budget last: its stripes are locked from the first page to the commit."""
    count, line = queries.find_lapsed_lines(uow.session, found.book_id, found.id, today=local_date(uow.now))
    if count:
        raise RowsChanged(count=count, line=line)
    uow.session.execute(ENROL, {"book_id": found.book_id, "import_id": found.id, "now": uow.now})
    ledger = points_queries.get_book(uow.session, book)
    after, page = 0, 1
    while lines := queries.list_lines(uow.session, found.book_id, found.id, after=after, limit=PAGE_ROWS):
        after = lines[-1].line
        taken = points_queries.taken_over_numbers(uow.session, found.book_id, [line.passbook_no for line in lines])
        if taken:
            first = next(line.line for line in lines if line.passbook_no in taken)
            raise RowsChanged(count=len(taken), line=first)
        points.record_paper_passbooks(
            uow, found.book_id, numbers=[(line.resident_id, line.passbook_no) for line in lines]
        )
        homes = {line.resident_id: line.household_id for line in lines if line.household_id is not None}
        points.join_households(uow, found.book_id, members=homes)
        rows = [
            points.Opening(line.resident_id, line.points, line.expires_on)
            for line in lines
            if line.expires_on is not None
        ]
        page += points.open_passbooks(
            uow, ledger, budget_id=found.budget_id, cause=f"import:{found.id}", first_page=page, rows=rows
        )
    found.pages = page - 1


def clear_lines(uow: UnitOfWork, *, book_id: int, import_id: str) -> None:
    """Forget the staged rows of an import that is committed, some at a time: they stand among the residents now."""
    lines = queries.list_passbook_numbers(uow.session, book_id, UUID(import_id), after=0, limit=CLEAR_ROWS)
    if not lines:
        return
    uow.session.execute(
        delete(Line).where(Line.book_id == book_id, Line.import_id == UUID(import_id), Line.line <= lines[-1][0])
    )
    uow.defer(CLEAR_JOB, book_id=book_id, import_id=import_id)
