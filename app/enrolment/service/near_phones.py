"""People of one name and home whose numbers differ in one digit: numbers are sealed, so they are opened to be compared.

Only numbers of such people that are not the same are opened, group by group.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import text

from app.enrolment.rules.phones import differ_in_one_digit
from app.enrolment.service.phones import open_phone
from app.enrolment.terms import GROUP_MAX
from app.infra.unit_of_work import UnitOfWork

BUFFERED = 2000
"""Rows held at a time."""

# Texts are compared in place of bytes: of bytes only PostgreSQL 18 gives the least.
_LINES = text("""
    SELECT g.household_id, g.name, g.line, g.resident_id, g.phone_sealed
      FROM (SELECT l.household_id, l.name, l.line, l.resident_id, l.phone_sealed,
                   count(*) OVER home AS many, min(encode(l.phone_index, 'hex') COLLATE "C") OVER home AS one,
                   max(encode(l.phone_index, 'hex') COLLATE "C") OVER home AS other
              FROM enrolment_lines l
             WHERE l.book_id = :book_id AND l.import_id = :import_id AND l.household_id IS NOT NULL
               AND l.phone_index IS NOT NULL AND l.name IS NOT NULL
            WINDOW home AS (PARTITION BY l.household_id, l.name)) g
     WHERE g.many BETWEEN 2 AND :group_max AND g.one <> g.other
     ORDER BY g.household_id, g.name, g.line
""")

_ENROLLED = text("""
    SELECT b.line, b.resident_id, b.phone_sealed, a.id AS other_id, a.phone_sealed AS other_sealed, a.passbook_no
      FROM enrolment_lines b
     CROSS JOIN LATERAL (SELECT x.id, x.name, x.phone_index, x.phone_sealed, x.passbook_no FROM enrolment_residents x
                          WHERE x.book_id = :book_id AND x.household_id = b.household_id LIMIT :group_max) a
     WHERE b.book_id = :book_id AND b.import_id = :import_id AND b.household_id IS NOT NULL
       AND b.phone_index IS NOT NULL AND a.name = b.name AND a.phone_index <> b.phone_index
     ORDER BY b.line, a.passbook_no
""")


@dataclass(frozen=True, slots=True)
class Near:
    """A row whose number is nearly that of another row (by its line) or of a resident (by the passbook)."""

    line: int
    other: int | str


def find_near_lines(uow: UnitOfWork, book_id: int, import_id: UUID) -> Iterator[Near]:
    """Find rows whose number differs in one digit from that of an earlier one of the same name and home."""
    values = {"book_id": book_id, "import_id": import_id, "group_max": GROUP_MAX}
    rows = uow.session.execute(_LINES, values, execution_options={"yield_per": BUFFERED})
    for _, group in groupby(rows, key=lambda row: (row.household_id, row.name)):
        known: list[tuple[int, str]] = []
        for row in group:
            phone = open_phone(row.resident_id, row.phone_sealed)
            earlier = _first_near(known, phone)
            if earlier is not None:
                yield Near(row.line, earlier)
            known.append((row.line, phone))


def find_near_residents(uow: UnitOfWork, book_id: int, import_id: UUID) -> Iterator[Near]:
    """Find rows whose number differs in one digit from that of an enrolled resident of the same name and home."""
    values = {"book_id": book_id, "import_id": import_id, "group_max": GROUP_MAX}
    rows = uow.session.execute(_ENROLLED, values, execution_options={"yield_per": BUFFERED})
    for (line, resident_id, sealed), group in groupby(rows, key=lambda row: row[:3]):
        phone = open_phone(resident_id, sealed)
        for row in group:
            if differ_in_one_digit(phone, open_phone(row.other_id, row.other_sealed)):
                yield Near(line, row.passbook_no)
                break


def _first_near(known: Sequence[tuple[int, str]], phone: str) -> int | None:
    return next((line for line, other in known if differ_in_one_digit(phone, other)), None)
