"""Duplicates and near-duplicates: the rows of a file against each other, and against what the book
holds already: residents, and paper passbooks that were taken over.

Rows of one name in one home, or of one telephone number, are compared pair by pair, in groups of at most GROUP_MAX; so
a hundred thousand equal rows cost no more than others. What is found is a warning, but for a passbook that comes twice.
Rows with errors take part. No search joins the rows of a file with each other: how many they are is not known to the
planner, least of all with a first large file, and what it would choose for two handfuls takes hours for a hundred
thousand.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import exists, insert, select, text

from app.enrolment import queries
from app.enrolment.models import Import, Problem, Resident
from app.enrolment.rules.layouts import Layout, layout_of, layouts_of, shown_row
from app.enrolment.service.near_phones import Near, find_near_lines, find_near_residents
from app.enrolment.terms import GROUP_MAX, SHEET_LINES, Field, ProblemCode, Severity
from app.infra.unit_of_work import UnitOfWork
from app.kernel.sheets.rows import letters
from app.points import queries as points

NOTED_AT_ONCE = 1000
"""Near numbers are written so many at a time: a list that is near throughout is never in memory whole."""

_ROW = f"mod({{line}}, {SHEET_LINES})"
_SHEET = f"1 + {{line}} / {SHEET_LINES}"
_NOTE = f"""
    INSERT INTO enrolment_problems (book_id, import_id, line, field, code, cell, sheet, severity, detail)
    SELECT :book_id, :import_id, d.line, :field, :code,
           coalesce(nullif((CAST(:letters AS text[]))[{_SHEET.format(line="d.line")}], '')
                    || {_ROW.format(line="d.line")}, ''),
           (CAST(:names AS text[]))[{_SHEET.format(line="d.line")}], :severity,
           jsonb_strip_nulls(jsonb_build_object('other', {{other}}))
      FROM ({{found}}) d"""  # noqa: S608 - constants
_NUMBER = "d.other"
_OTHER_ROW = f"""CASE WHEN cardinality(CAST(:names AS text[])) > 1
                THEN (CAST(:names AS text[]))[{_SHEET.format(line="d.other")}] || '!' ELSE '' END
           || {_ROW.format(line="d.other")}"""

_OURS = "FROM enrolment_lines l WHERE l.book_id = :book_id AND l.import_id = :import_id"

# Every row of a group but its first, with the line of the first.
_REPEATED = f"""
    SELECT line, other FROM (
        SELECT l.line, min(l.line) OVER (PARTITION BY {{key}}) AS other {_OURS} AND {{known}}) g
     WHERE g.line > g.other"""  # noqa: S608 - constants

# Every row whose number is written otherwise than that of the first of its group.
_SPELT = f"""
    SELECT line, other FROM (
        SELECT l.line, l.passbook_no, first_value(l.line) OVER w AS other, first_value(l.passbook_no) OVER w AS number
          {_OURS} AND l.passbook_key <> '' WINDOW w AS (PARTITION BY l.passbook_key ORDER BY l.line)) g
     WHERE g.passbook_no <> g.number"""  # noqa: S608 - constants

# Rows of one group that are nearly the same as an earlier one.
_NEAR = f"""
    SELECT b.line, min(a.line) AS other
      FROM (SELECT array_agg(m.line) AS lines, array_agg(m.name) AS names, array_agg(m.phone_index) AS phones
              FROM (SELECT l.*, count(*) OVER (PARTITION BY {{key}}) AS many {_OURS} AND {{known}}) m
             WHERE m.many BETWEEN 2 AND :group_max
             GROUP BY {{group}}) g
     CROSS JOIN LATERAL unnest(g.lines, g.names, g.phones) b (line, name, phone_index)
     CROSS JOIN LATERAL unnest(g.lines, g.names, g.phones) a (line, name, phone_index)
     WHERE a.line < b.line AND {{near}}
     GROUP BY b.line"""  # noqa: S608 - constants

# Rows that are like a resident who is enrolled already, by the index that leads there.
_ENROLLED = """
    SELECT b.line, (array_agg(a.passbook_no ORDER BY a.passbook_no))[1] AS other
      FROM enrolment_lines b
     CROSS JOIN LATERAL (SELECT x.name, x.phone_index, x.passbook_no FROM enrolment_residents x
                          WHERE x.book_id = :book_id AND {same} LIMIT :group_max) a
     WHERE b.book_id = :book_id AND b.import_id = :import_id AND {known} AND {near}
     GROUP BY b.line"""

# Rows whose paper passbook is in the ledger already: it cannot come again.
_TAKEN = f"SELECT t.line, NULL::text AS other FROM ({points.taken_over(queries.NUMBERS_OF_IMPORT)}) t"  # noqa: S608 - constants

_ONE_OFF = """length(a.{part}) = length(b.{part}) AND a.{part} <> b.{part} AND 1 = (
    SELECT count(*) FROM generate_series(1, length(a.{part})) n
     WHERE substr(a.{part}, n, 1) <> substr(b.{part}, n, 1))"""
# 王小明 and 王晓明, 张伟 and 张玮; not the whole family, whose names differ in more than one character
_ONE_CHARACTER = f"length(a.name) > 1 AND {_ONE_OFF.format(part='name')}"
# Without a telephone number the name has to do; of two characters, one is the family's and may be all they share.
_LIKE_NAMED = f"""(a.phone_index IS NULL OR b.phone_index IS NULL)
    AND (a.name = b.name OR (length(a.name) > 2 AND {_ONE_OFF.format(part="name")}))"""


def _near(key: str, known: str, near: str) -> str:
    group = key.replace("l.", "m.")
    return _NEAR.format(key=key, group=group, known=known, near=near)


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
        _REPEATED.format(key="l.passbook_no", known="l.passbook_no IS NOT NULL"),
    ),
    ProblemCode.PASSBOOK_NEAR: (
        Field.PASSBOOK_NO,
        Severity.WARNING,
        _SPELT,
    ),
    ProblemCode.PERSON_REPEATED: (
        Field.NAME,
        Severity.WARNING,
        _REPEATED.format(key="l.phone_index, l.name", known="l.phone_index IS NOT NULL AND l.name IS NOT NULL"),
    ),
    ProblemCode.PERSON_BARE: (
        Field.NAME,
        Severity.WARNING,
        _REPEATED.format(key="l.name", known="l.phone_index IS NULL AND l.household_id IS NULL AND l.name IS NOT NULL"),
    ),
    ProblemCode.PERSON_NEAR: (
        Field.NAME,
        Severity.WARNING,
        _near("l.household_id", "l.household_id IS NOT NULL", _LIKE_NAMED),
    ),
    ProblemCode.NAME_NEAR: (
        Field.NAME,
        Severity.WARNING,
        _near("l.phone_index", "l.phone_index IS NOT NULL", _ONE_CHARACTER),
    ),
    ProblemCode.PASSBOOK_NEAR_ENROLLED: (
        Field.PASSBOOK_NO,
        Severity.WARNING,
        _enrolled("x.passbook_key = b.passbook_key", "b.passbook_key <> ''", "a.passbook_no <> b.passbook_no"),
    ),
    ProblemCode.PERSON_NEAR_ENROLLED: (
        Field.NAME,
        Severity.WARNING,
        _enrolled("x.household_id = b.household_id", "b.household_id IS NOT NULL", _LIKE_NAMED),
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


_AMONG_ENROLLED = frozenset(code for code, (_, _, search) in _SEARCHES.items() if "enrolment_residents" in search)
_BY_NUMBER = _AMONG_ENROLLED | {ProblemCode.PASSBOOK_TAKEN}


def compare_lines(uow: UnitOfWork, found: Import) -> None:
    """Note every row that repeats, or nearly repeats, another one of its file or an enrolled resident."""
    enrolled = uow.session.scalar(select(exists().where(Resident.book_id == found.book_id)))
    for code in _SEARCHES:
        if enrolled or code not in _AMONG_ENROLLED:
            statement, values = search_for(code, found)
            uow.session.execute(text(statement), values)
    _note_near(uow, found, ProblemCode.PHONE_NEAR, find_near_lines(uow, found.book_id, found.id))
    if enrolled:
        _note_near(uow, found, ProblemCode.PHONE_NEAR_ENROLLED, find_near_residents(uow, found.book_id, found.id))


def search_for(code: ProblemCode, found: Import) -> tuple[str, dict[str, Any]]:
    """Give the statement that notes what is found under a code, and its values."""
    layouts = layouts_of(found.layout or {"sheets": []})
    field, severity, search = _SEARCHES[code]
    columns = [letters(each.columns[field]) if field in each.columns else "" for each in layouts]
    statement = _NOTE.format(found=search, other=_NUMBER if code in _BY_NUMBER else _OTHER_ROW)
    values = {
        "book_id": found.book_id,
        "of_book": found.book_id,
        "import_id": found.id,
        "field": str(field),
        "code": str(code),
        "letters": columns,
        "names": [each.name for each in layouts],
        "severity": str(severity),
        "group_max": GROUP_MAX,
    }
    return statement, {name: value for name, value in values.items() if f":{name}" in statement}


def _note_near(uow: UnitOfWork, found: Import, code: ProblemCode, near: Iterable[Near]) -> None:
    layouts = layouts_of(found.layout or {"sheets": []})
    rows = (
        {
            "book_id": found.book_id,
            "import_id": found.id,
            "line": each.line,
            "field": str(Field.PHONE),
            "code": str(code),
            "cell": layout_of(layouts, each.line).cell(Field.PHONE, each.line),
            "sheet": layout_of(layouts, each.line).name,
            "severity": str(Severity.WARNING),
            "detail": {"other": _other(layouts, each)},
        }
        for each in near
    )
    while part := list(islice(rows, NOTED_AT_ONCE)):
        uow.session.execute(insert(Problem), part)


def _other(layouts: Sequence[Layout], near: Near) -> str:
    return shown_row(layouts, near.other) if isinstance(near.other, int) else near.other
