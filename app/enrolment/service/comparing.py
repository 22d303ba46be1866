"""Duplicates and near-duplicates: the rows of a file against each other, and against what the book
holds already: residents, and paper passbooks that were taken over.

Rows of one name in one home, or of one telephone number, are compared pair by pair, in groups of at most GROUP_MAX; so
a hundred thousand equal rows cost no more than others. What is found is a warning, but for a passbook that comes twice.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import insert, text

from app.enrolment import queries
from app.enrolment.models import Import, Problem
from app.enrolment.service.near_phones import Near, find_near_lines, find_near_residents
from app.enrolment.terms import GROUP_MAX, Field, ProblemCode, Severity
from app.infra.unit_of_work import UnitOfWork
from app.kernel.sheets.rows import letters
from app.points import queries as points

_NOTE = """
    INSERT INTO enrolment_problems (book_id, import_id, line, field, code, cell, severity, detail)
    SELECT :book_id, :import_id, d.line, :field, :code, CAST(:column AS text) || d.line, :severity,
           jsonb_strip_nulls(jsonb_build_object('other', d.other))
      FROM ({found}) d"""

# Every row of a group but its first, with the line of the first.
_REPEATED = """
    SELECT line, other FROM (
        SELECT l.line, min(l.line) OVER (PARTITION BY {key}) AS other
          FROM enrolment_lines l WHERE l.book_id = :book_id AND l.import_id = :import_id AND {known}) g
     WHERE g.line > g.other"""

# Rows of one group that are nearly the same as an earlier one.
_NEAR = """
    SELECT b.line, min(a.line) AS other
      FROM (SELECT g.* FROM (SELECT l.*, count(*) OVER (PARTITION BY {key}) AS many FROM enrolment_lines l
             WHERE l.book_id = :book_id AND l.import_id = :import_id AND {known}) g
             WHERE g.many BETWEEN 2 AND :group_max) a
      JOIN (SELECT g.* FROM (SELECT l.*, count(*) OVER (PARTITION BY {key}) AS many FROM enrolment_lines l
             WHERE l.book_id = :book_id AND l.import_id = :import_id AND {known}) g
             WHERE g.many BETWEEN 2 AND :group_max) b
        ON {same} AND a.line < b.line
     WHERE {near}
     GROUP BY b.line"""

# Rows that are like a resident who is enrolled already, by the index that leads there.
_ENROLLED = """
    SELECT b.line, (array_agg(a.passbook_no ORDER BY a.passbook_no))[1] AS other
      FROM enrolment_lines b
     CROSS JOIN LATERAL (SELECT x.name, x.passbook_no FROM enrolment_residents x
                          WHERE x.book_id = :book_id AND {same} LIMIT :group_max) a
     WHERE b.book_id = :book_id AND b.import_id = :import_id AND {known} AND {near}
     GROUP BY b.line"""

# Rows whose paper passbook is in the ledger already: it cannot come again.
_TAKEN = f"SELECT t.line, NULL::integer AS other FROM ({points.taken_over(queries.NUMBERS_OF_IMPORT)}) t"  # noqa: S608 - constants

# 王小明 and 王晓明, 张伟 and 张玮; not the whole family, whose names differ in more than one character
_ONE_CHARACTER = """length(a.name) = length(b.name) AND length(a.name) > 1 AND a.name <> b.name AND 1 = (
    SELECT count(*) FROM generate_series(1, length(a.name)) n WHERE substr(a.name, n, 1) <> substr(b.name, n, 1))"""


def _near(key: str, known: str, same: str, near: str) -> str:
    return _NEAR.format(key=key, known=known, same=same, near=near)


def _enrolled(same: str, known: str, near: str) -> str:
    return _ENROLLED.format(same=same, known=known, near=near)


_SEARCHES: Mapping[ProblemCode, tuple[Field, Severity, str]] = {
    ProblemCode.PASSBOOK_TAKEN: (
        Field.PASSBOOK_NO,
        Severity.ERROR,
        _TAKEN,
    ),
    ProblemCode.PASSBOOK_REPEATED: (
        Field.PASSBOOK_NO,
        Severity.ERROR,
        _REPEATED.format(key="l.passbook_no", known="true"),
    ),
    ProblemCode.PERSON_REPEATED: (
        Field.NAME,
        Severity.WARNING,
        _REPEATED.format(key="l.phone_index, l.name", known="l.phone_index IS NOT NULL"),
    ),
    ProblemCode.NAME_NEAR: (
        Field.NAME,
        Severity.WARNING,
        _near("l.phone_index", "l.phone_index IS NOT NULL", "a.phone_index = b.phone_index", _ONE_CHARACTER),
    ),
    ProblemCode.PERSON_ENROLLED: (
        Field.NAME,
        Severity.WARNING,
        _enrolled("x.phone_index = b.phone_index", "b.phone_index IS NOT NULL", "a.name = b.name"),
    ),
    ProblemCode.NAME_NEAR_ENROLLED: (
        Field.NAME,
        Severity.WARNING,
        _enrolled("x.phone_index = b.phone_index", "b.phone_index IS NOT NULL", _ONE_CHARACTER),
    ),
}


def compare_lines(uow: UnitOfWork, found: Import) -> None:
    """Note every row that repeats, or nearly repeats, another one of its file or an enrolled resident."""
    columns = {Field(name): column for name, column in (found.layout or {}).items()}
    for code, (field, severity, search) in _SEARCHES.items():
        values = {
            "book_id": found.book_id,
            "of_book": found.book_id,
            "import_id": found.id,
            "field": str(field),
            "code": str(code),
            "column": letters(columns[field]) if field in columns else "",
            "severity": str(severity),
            "group_max": GROUP_MAX,
        }
        wanted = {name: value for name, value in values.items() if f":{name}" in _NOTE + search}
        uow.session.execute(text(_NOTE.format(found=search)), wanted)
    column = letters(columns[Field.PHONE]) if Field.PHONE in columns else ""
    _note_near(uow, found, ProblemCode.PHONE_NEAR, column, find_near_lines(uow, found.book_id, found.id))
    _note_near(uow, found, ProblemCode.PHONE_NEAR_ENROLLED, column, find_near_residents(uow, found.book_id, found.id))


def _note_near(uow: UnitOfWork, found: Import, code: ProblemCode, column: str, near: Iterable[Near]) -> None:
    rows = [
        {
            "book_id": found.book_id,
            "import_id": found.id,
            "line": each.line,
            "field": str(Field.PHONE),
            "code": str(code),
            "cell": f"{column}{each.line}",
            "severity": str(Severity.WARNING),
            "detail": {"other": each.other},
        }
        for each in near
    ]
    if rows:
        uow.session.execute(insert(Problem), rows)
