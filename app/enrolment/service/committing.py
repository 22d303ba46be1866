"""The job that makes a checked file true: every resident, household and opening balance of it, or none."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Date, Text, Uuid, delete, insert, literal, select, text, type_coerce

from app.enrolment import queries
from app.enrolment.errors import RowsChanged
from app.enrolment.models import Import, Line, Resident
from app.enrolment.rules.layouts import layouts_of, shown_row
from app.enrolment.service.stages import keep_failure, progress_name
from app.enrolment.terms import ImportState
from app.infra.progress import Progress
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor
from app.kernel.errors import DomainError
from app.kernel.periods import local_date
from app.points import queries as points_queries
from app.points import service as points

PART_ROWS = 10_000
FIRST_ROWS = 1000
"""So many rows go first. The plans of what follows are made when these are there: in tables that were analysed while
they were empty, every index looks as good as another, and a plan that is kept reads the whole book for each row.
"""
CLEAR_JOB = "enrolment.clear_lines"
WAITING_JOB = "enrolment.match_waiting"
CLEAR_ROWS = 20_000
COPIED = (
    *("book_id", "import_id", "line", "name", "phone_sealed", "phone_index", "building", "unit", "room"),
    *("household_id", "passbook_no", "passbook_key"),
)
"""What of a line becomes the resident's as it is."""
Part = tuple[ColumnElement[bool], ...]


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
            take_in(replace(uow, actor=who), found, book)
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
    uow.defer(WAITING_JOB, book=book, after=None)


def take_in(uow: UnitOfWork, found: Import, book: str) -> None:
    """Enrol and open, or refuse RowsChanged and as `points.open_passbooks`.

    Those who are enrolled first, the budget last: its stripes are locked from the first page to the commit.

    No row leaves the database on its way: each part is some statements from table to table. A row counts as half done
    when its resident is enrolled, and as done when the passbook is open.
    """
    layouts = layouts_of(found.layout or {"sheets": []})
    for changed in (
        queries.find_lapsed_lines(uow.session, found.book_id, found.id, today=local_date(uow.now)),
        queries.find_taken_lines(uow.session, found.book_id, found.id),
    ):
        count, line = changed
        if count:
            raise RowsChanged(count=count, line=shown_row(layouts, line or 0))
    progress = Progress(progress_name(found))
    progress.tell(0)
    parts = list(_parts(uow, found))
    done, steps, rows_total = 0, 2 * len(parts), found.rows_total or 0
    for part in parts:
        _enrol(uow, found.book_id, part)
        done += 1
        progress.tell(rows_total * done // steps)
    ledger = points_queries.get_book(uow.session, book)
    page, budget_id = 1, found.budget_id
    for part in parts:
        if budget_id is None:  # somebody was enrolled by hand with an empty passbook
            break
        uow.session.execute(text("DISCARD PLANS"))
        held, day = type_coerce(Line.points, BigInteger), type_coerce(Line.expires_on, Date)  # together or not at all
        rows = select(Line.resident_id, held, day).where(*part, Line.expires_on.is_not(None))
        page += points.open_passbooks(
            uow, ledger, budget_id=budget_id, cause=f"import:{found.id}", first_page=page, rows=rows
        )
        done += 1
        progress.tell(rows_total * done // steps)
    found.pages = page - 1


def _parts(uow: UnitOfWork, found: Import) -> Iterator[Part]:
    """The good rows, PART_ROWS at a time: so many are a second's statement at most, and little memory."""
    ours = Line.book_id == found.book_id, Line.import_id == found.id
    after, limit = 0, min(FIRST_ROWS, PART_ROWS)
    while last := queries.find_end_of_part(uow.session, found.book_id, found.id, after=after, limit=limit):
        yield (*ours, Line.line > after, Line.line <= last)
        after, limit = last, PART_ROWS


def _enrol(uow: UnitOfWork, book_id: int, part: Part) -> None:
    copied = [getattr(Line, name) for name in COPIED]
    residents = select(Line.resident_id, literal(uow.now), *copied).where(*part).order_by(Line.line)
    uow.session.execute(insert(Resident).from_select(["id", "enrolled_at", *COPIED], residents))
    numbers = select(Line.resident_id, type_coerce(Line.passbook_no, Text)).where(*part)
    points.record_paper_passbooks(uow, book_id, numbers=numbers.order_by(Line.line))
    home = type_coerce(Line.household_id, Uuid)
    homes = select(Line.resident_id, home).where(*part, Line.household_id.is_not(None))
    points.settle_households(uow, book_id, members=homes.order_by(Line.line))


def clear_lines(uow: UnitOfWork, *, book_id: int, import_id: str) -> None:
    """Forget the staged rows of an import that is committed, some at a time: they stand among the residents now."""
    ours = UUID(import_id)
    last = queries.find_end_of_part(uow.session, book_id, ours, after=0, limit=CLEAR_ROWS)
    if last is None:
        return
    uow.session.execute(delete(Line).where(Line.book_id == book_id, Line.import_id == ours, Line.line <= last))
    uow.defer(CLEAR_JOB, book_id=book_id, import_id=import_id)
