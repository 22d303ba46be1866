"""The jobs that check a file: some pieces at a time, then the rows against each other and against the enrolled."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert

from app.enrolment import queries
from app.enrolment.models import Import, Line, Piece, Problem
from app.enrolment.rules.checking import Checker, Person
from app.enrolment.rules.checking import Problem as Found
from app.enrolment.service.comparing import compare_lines
from app.enrolment.service.reading import CHECK_JOB, rows_of
from app.enrolment.terms import CHECK_PIECES, Field, ImportState, ProblemCode, Severity
from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.kernel.sheets.rows import letters
from app.points import queries as points

COPY_SQL = (
    "COPY enrolment_lines (book_id, import_id, line, resident_id, name, phone, building, unit, room, household_id,"
    " passbook_no, points, expires_on) FROM STDIN"
)


def check_rows(uow: UnitOfWork, *, book_id: int, import_id: str) -> None:
    """Check the next pieces of a file, and queue the next step; after the last one the rows are compared."""
    found = queries.lock_import(uow.session, book_id, UUID(import_id))
    if found.state != ImportState.CHECKING or found.layout is None:
        return
    pieces = queries.list_pieces(uow.session, book_id, found.id, limit=CHECK_PIECES)
    if not pieces:
        _conclude(uow, found)
        return
    columns = {Field(name): column for name, column in found.layout.items()}
    checker = Checker(columns, local_date(uow.now))
    people: list[Person] = []
    for _, cells in pieces:
        for row in rows_of(cells, columns):
            found.rows_done += 1
            if (person := checker.check(row)) is not None:
                people.append(person)
    _stage(uow, found, people)
    _note_taken(uow, found, people, columns)
    _write_problems(uow, found, checker.problems)
    found.points_total += sum(person.points for person in people)
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


def _stage(uow: UnitOfWork, found: Import, people: Sequence[Person]) -> None:
    """Write good rows by COPY: a hundred thousand of them are a second that way, and many otherwise."""
    connection = uow.session.connection().connection.driver_connection
    if not people or connection is None:
        return
    with connection.cursor() as cursor, cursor.copy(COPY_SQL) as copy:
        copy.write("".join(_copy_row(uow, found, person) for person in people))


def _copy_row(uow: UnitOfWork, found: Import, person: Person) -> str:
    place = person.place
    values = (
        *(found.book_id, found.id, person.line, uow.new_id()),
        *(_escaped(person.name), person.phone, _escaped(place.building), _escaped(place.unit)),
        *(_escaped(place.room), place.household_id(found.book_id), _escaped(person.passbook_no)),
        *(person.points, person.expires_on),
    )
    return "\t".join(["\\N" if value is None else str(value) for value in values]) + "\n"


def _escaped(text: str | None) -> str | None:
    """Texts of cells are printable: of what COPY reads as its own signs only the backslash is left."""
    return text.replace("\\", "\\\\") if text and "\\" in text else text


def _note_taken(uow: UnitOfWork, found: Import, people: Sequence[Person], columns: dict[Field, int]) -> None:
    """A paper passbook that is in the ledger already cannot come again."""
    taken = points.taken_over_numbers(uow.session, found.book_id, [person.passbook_no for person in people])
    column = letters(columns[Field.PASSBOOK_NO])
    _write_problems(
        uow,
        found,
        (
            Found(
                person.line,
                Field.PASSBOOK_NO,
                ProblemCode.PASSBOOK_TAKEN,
                f"{column}{person.line}",
                Severity.ERROR,
                {},
            )
            for person in people
            if person.passbook_no in taken
        ),
    )


def _write_problems(uow: UnitOfWork, found: Import, problems: Iterable[Found]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "book_id": found.book_id,
            "import_id": found.id,
            "line": problem.line,
            "field": str(problem.field),
            "code": str(problem.code),
            "cell": problem.cell,
            "severity": str(problem.severity),
            "detail": dict(problem.detail),
        }
        for problem in problems
    ]
    if rows:
        uow.session.execute(insert(Problem), rows)
