"""The jobs that check a file: some pieces at a time, then the rows against each other and against the enrolled."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert

from app.enrolment import queries
from app.enrolment.models import Import, Line, Piece, Problem
from app.enrolment.rules.checking import Checker, Person
from app.enrolment.rules.checking import Problem as Found
from app.enrolment.rules.layouts import layouts_of
from app.enrolment.rules.places import Place
from app.enrolment.service.comparing import compare_lines
from app.enrolment.service.phones import seal_phone
from app.enrolment.service.reading import CHECK_JOB, rows_of
from app.enrolment.terms import CHECK_PIECES, ImportState
from app.infra.unit_of_work import UnitOfWork
from app.kernel.papers import paper_key
from app.kernel.periods import local_date

COPY_SQL = (
    "COPY enrolment_lines (book_id, import_id, line, resident_id, name, phone_sealed, phone_index, building, unit,"
    " room, household_id, passbook_no, passbook_key, points, expires_on) FROM STDIN"
)

NULL = "\\N"


def check_rows(uow: UnitOfWork, *, book_id: int, import_id: str) -> None:
    """Check the next pieces of a file, and queue the next step; after the last one the rows are compared."""
    found = queries.lock_import(uow.session, book_id, UUID(import_id))
    if found.state != ImportState.CHECKING or found.layout is None:
        return
    pieces = queries.list_pieces(uow.session, book_id, found.id, limit=CHECK_PIECES)
    if not pieces:
        _conclude(uow, found)
        return
    checker = Checker(layouts_of(found.layout), local_date(uow.now))
    stage(uow, _check_pieces(uow, found, pieces, checker))
    write_problems(uow, found, checker.problems)
    numbers = [number for number, _ in pieces]
    uow.session.execute(
        delete(Piece).where(Piece.book_id == book_id, Piece.import_id == found.id, Piece.piece.in_(numbers))
    )
    uow.defer(CHECK_JOB, book_id=book_id, import_id=import_id)


def _conclude(uow: UnitOfWork, found: Import) -> None:
    compare_lines(uow, found)
    found.errors, found.warnings = queries.count_problems(uow.session, found.book_id, found.id)
    found.state = str(ImportState.REFUSED if found.errors else ImportState.CHECKED)
    if found.errors:  # nobody needs the good rows of a file that is not taken
        uow.session.execute(delete(Line).where(Line.book_id == found.book_id, Line.import_id == found.id))


def _check_pieces(uow: UnitOfWork, found: Import, pieces: Sequence[tuple[int, str]], checker: Checker) -> Iterator[str]:
    """Give the rows of each piece as COPY takes them: also the bad ones, which are compared with the others too."""
    for _, cells in pieces:
        rows = list(copy_rows(uow, found, map(checker.check, rows_of(cells))))
        found.rows_done += len(rows)
        yield "".join(rows)


def stage(uow: UnitOfWork, blocks: Iterable[str]) -> None:
    """Write rows by COPY, block by block: the server puts one away while the next is being checked."""
    connection = uow.session.connection().connection.driver_connection
    if connection is None:
        return
    with connection.cursor() as cursor, cursor.copy(COPY_SQL) as copy:
        for block in blocks:
            copy.write(block)


def copy_rows(uow: UnitOfWork, found: Import, people: Iterable[Person]) -> Iterator[str]:
    """Give rows as COPY takes them."""
    start = f"{found.book_id}\t{found.id}"
    home: Place | None = None
    lived, points = "", 0
    for person in people:
        if person.place is not home:  # the rows of one home stand together
            home = person.place
            parts = (_escaped(home.building), _escaped(home.unit), _escaped(home.room))
            lived = "\t".join(map(_copied, (*parts, home.household_id(found.book_id))))
        points += person.points or 0
        number = person.passbook_no
        papers = f"{NULL}\t{NULL}" if number is None else f"{_escaped(number)}\t{_escaped(paper_key(number))}"
        resident_id = uow.new_id()
        yield (
            f"{start}\t{person.line}\t{resident_id.hex}\t{_copied(_escaped(person.name))}\t"
            f"{_sealed(resident_id, person.phone)}\t{lived}\t{papers}\t"
            f"{NULL if person.points is None else person.points}\t{person.expires_on or NULL}\n"
        )
    found.points_total += points


def _sealed(resident_id: UUID, phone: str | None) -> str:
    """Both columns of a number, as COPY reads bytes."""
    if phone is None:
        return "\\N\t\\N"
    made = seal_phone(resident_id, phone)
    return f"\\\\x{made.sealed.hex()}\t\\\\x{made.index.hex()}"


def _copied(value: object) -> str:
    return NULL if value is None else str(value)


def _escaped(text: str | None) -> str | None:
    """Texts of cells are printable: of what COPY reads as its own signs only the backslash is left."""
    return text.replace("\\", "\\\\") if text and "\\" in text else text


def write_problems(uow: UnitOfWork, found: Import, problems: Iterable[Found]) -> None:
    """Keep what is wrong or doubtful."""
    rows: list[dict[str, Any]] = [
        {
            "book_id": found.book_id,
            "import_id": found.id,
            "line": problem.line,
            "field": str(problem.field),
            "code": str(problem.code),
            "cell": problem.cell,
            "sheet": problem.sheet,
            "severity": str(problem.severity),
            "detail": dict(problem.detail),
        }
        for problem in problems
    ]
    if rows:
        uow.session.execute(insert(Problem), rows)
