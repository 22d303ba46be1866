"""Residents, and the lines that become residents."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.enrolment.errors import ResidentMissing
from app.enrolment.models import Line, Resident
from app.points import queries as points

NUMBERS_OF_IMPORT = (
    "SELECT l.line, l.passbook_no FROM enrolment_lines l WHERE l.book_id = :book_id AND l.import_id = :import_id"
)
_TAKEN = text(f"SELECT count(*), min(t.line) FROM ({points.taken_over(NUMBERS_OF_IMPORT)}) t")  # noqa: S608 - constants


def find_end_of_part(session: Session, book_id: int, import_id: UUID, *, after: int, limit: int) -> int | None:
    """The last of the next `limit` good rows below line `after`; None when there are no more."""
    part = (
        select(Line.line)
        .where(Line.book_id == book_id, Line.import_id == import_id, Line.line > after)
        .order_by(Line.line)
        .limit(limit)
        .subquery()
    )
    last: int | None = session.scalar(select(func.max(part.c.line)))
    return last


def find_taken_lines(session: Session, book_id: int, import_id: UUID) -> tuple[int, int | None]:
    """How many lines bring a paper passbook that is in the ledger already, and the first of them."""
    count, first = session.execute(_TAKEN, {"book_id": book_id, "of_book": book_id, "import_id": import_id}).one()
    return count, first


def find_lapsed_lines(session: Session, book_id: int, import_id: UUID, *, today: date) -> tuple[int, int | None]:
    """How many lines are good to a day that has passed meanwhile, and the first of them."""
    query = select(func.count(), func.min(Line.line)).where(
        Line.book_id == book_id, Line.import_id == import_id, Line.expires_on < today
    )
    count, first = session.execute(query).one()
    return count, first


def list_residents(session: Session, book_id: int, *, after: UUID | None, limit: int) -> Sequence[Resident]:
    """Residents by id, those after `after`."""
    query = select(Resident).where(Resident.book_id == book_id)
    if after is not None:
        query = query.where(Resident.id > after)
    return session.scalars(query.order_by(Resident.id).limit(limit)).all()


def list_residents_by_phone(session: Session, book_id: int, phone_index: bytes, *, limit: int) -> Sequence[Resident]:
    """Residents of this number."""
    query = select(Resident).where(Resident.book_id == book_id, Resident.phone_index == phone_index)
    return session.scalars(query.order_by(Resident.id).limit(limit)).all()


def list_residents_of_home(session: Session, book_id: int, household_id: UUID, *, limit: int) -> Sequence[Resident]:
    """Residents of one home of the lists."""
    query = select(Resident).where(Resident.book_id == book_id, Resident.household_id == household_id)
    return session.scalars(query.order_by(Resident.id).limit(limit)).all()


def find_resident(session: Session, book_id: int, resident_id: UUID) -> Resident | None:
    """One resident, if this book has enrolled them."""
    return session.get(Resident, (book_id, resident_id))


def get_resident(session: Session, book_id: int, resident_id: UUID) -> Resident:
    """The same. Refuses ResidentMissing."""
    found = find_resident(session, book_id, resident_id)
    if found is None:
        raise ResidentMissing
    return found


def list_enrolled(
    session: Session, book_id: int, import_id: UUID, *, after: tuple[int, UUID] | None, limit: int
) -> Sequence[tuple[int, UUID]]:
    """Whom an import enrolled: row and id, in that order, those after `after`."""
    query = select(Resident.line, Resident.id).where(Resident.book_id == book_id, Resident.import_id == import_id)
    if after is not None:
        query = query.where(func.row(Resident.line, Resident.id) > func.row(*after))
    rows = session.execute(query.order_by(Resident.line, Resident.id).limit(limit))
    return [(row.line, row.id) for row in rows]


def names_of(session: Session, book_id: int, resident_ids: Collection[UUID]) -> list[str]:
    """Names of these residents with their passbook numbers, for a sentence to the treasurer."""
    query = select(Resident.name, Resident.passbook_no).where(
        Resident.book_id == book_id, Resident.id.in_(resident_ids)
    )
    return [f"{row.name} ({row.passbook_no})" for row in session.execute(query.order_by(Resident.id))]
