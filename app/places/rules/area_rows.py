"""Judging a row of a file of areas by itself: what it names, or what is wrong with it."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.kernel import geo
from app.kernel.geo import Datum, OutOfBounds, Position, Source
from app.kernel.sheets.cells import CellUnreadable, read_text
from app.places.rules.area_files import LEVELS, Picked, Sheet
from app.places.rules.tree import CODE, code_of
from app.places.terms import BOOK_LENGTH_MAX, CODE_LENGTH_MAX, NAME_LENGTH_MAX, Column, ProblemCode, Severity

NUMBER = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,15})?")
BOOK = re.compile(r"[a-z0-9][a-z0-9-]*")
BARE = re.compile(r"[0-9]{1,4}")
SPOKEN = {Column.BUILDING: "号楼", Column.UNIT: "单元"}
"""What a bare number in this column is called: 3 is 3号楼."""
DATUMS = {
    "gcj02": Datum.GCJ02,
    "gcj-02": Datum.GCJ02,
    "火星": Datum.GCJ02,
    "高德": Datum.GCJ02,
    "腾讯": Datum.GCJ02,
    "微信": Datum.GCJ02,
    "wgs84": Datum.WGS84,
    "wgs-84": Datum.WGS84,
    "gps": Datum.WGS84,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row (error) or doubtful (warning). `cell` is empty where the whole row is meant."""

    line: int
    field: str
    code: ProblemCode
    cell: str
    severity: Severity
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Line:
    """What a row names: areas from the highest it writes to the lowest, and what it says of the lowest."""

    line: int
    names: Mapping[Column, str]
    code: str | None
    book: str | None
    position: Position | None


@dataclass(slots=True)
class Findings:
    """What is wrong with a file, gathered while it is judged: one problem for each line, column and code."""

    sheet: Sheet
    problems: list[Problem] = field(default_factory=list)
    _seen: set[tuple[int, str, str]] = field(default_factory=set)
    _counts: Counter[Severity] = field(default_factory=Counter)

    def note(self, line: int, column: Column | None, code: ProblemCode, **detail: object) -> None:
        """Note an error."""
        self._add(line, column, code, Severity.ERROR, detail)

    def warn(self, line: int, code: ProblemCode) -> None:
        """Note something doubtful about a whole row."""
        self._add(line, None, code, Severity.WARNING, {})

    def count(self, severity: Severity) -> int:
        """How many there are."""
        return self._counts[severity]

    def _add(
        self, line: int, column: Column | None, code: ProblemCode, severity: Severity, detail: Mapping[str, object]
    ) -> None:
        name = "" if column is None else str(column)
        if (line, name, code) not in self._seen:
            self._seen.add((line, name, code))
            self._counts[severity] += 1
            self.problems.append(Problem(line, name, code, self.sheet.cell(line, column), severity, detail))


def judge_row(row: Picked, findings: Findings) -> Line | None:
    """Give what a good row names; None after noting what is wrong with a bad one."""
    before = findings.count(Severity.ERROR)
    if row.hidden:
        findings.warn(row.line, ProblemCode.HIDDEN_ROW)
    texts = {column: _text(row, column, findings) for column in row.cells}
    names = {
        column: _name(row, column, texts[column], findings) for column in (*LEVELS, Column.GRID) if texts.get(column)
    }
    code = texts.get(Column.CODE) or None
    if code is not None and not CODE.fullmatch(code):
        findings.note(row.line, Column.CODE, ProblemCode.CODE_FORM, length_max=CODE_LENGTH_MAX)
    book = texts.get(Column.BOOK) or None
    if book is not None and (len(book) > BOOK_LENGTH_MAX or not BOOK.fullmatch(book)):
        findings.note(row.line, Column.BOOK, ProblemCode.BOOK_FORM)
    position = _position(row, texts, findings)
    if not names:
        findings.note(row.line, None, ProblemCode.NOTHING_NAMED)
    if findings.count(Severity.ERROR) > before:
        return None
    return Line(row.line, names, code, book, position)


def _text(row: Picked, column: Column, findings: Findings) -> str:
    try:
        return read_text(row.cells[column])
    except CellUnreadable as unreadable:
        findings.note(row.line, column, ProblemCode(unreadable.problem), **unreadable.detail)
        return ""


def _name(row: Picked, column: Column, text: str, findings: Findings) -> str:
    name = f"{int(text)}{SPOKEN[column]}" if column in SPOKEN and BARE.fullmatch(text) else text
    if len(name) > NAME_LENGTH_MAX:
        findings.note(row.line, column, ProblemCode.TOO_LONG, length_max=NAME_LENGTH_MAX)
    elif not code_of(name):
        findings.note(row.line, column, ProblemCode.NAME_FORM)
    return name


def _position(row: Picked, texts: Mapping[Column, str], findings: Findings) -> Position | None:
    lat, lng = texts.get(Column.LAT), texts.get(Column.LNG)
    if not lat and not lng:
        return None
    if not (lat and lng):
        findings.note(row.line, Column.LNG if lat else Column.LAT, ProblemCode.PAIR_BROKEN)
        return None
    wrong = [column for column in (Column.LAT, Column.LNG) if not NUMBER.fullmatch(texts[column])]
    for column in wrong:
        findings.note(row.line, column, ProblemCode.NUMBER_FORM)
    datum = DATUMS.get(texts.get(Column.DATUM, "").lower().removesuffix("地图").removesuffix("坐标"))
    if datum is None:
        findings.note(row.line, Column.DATUM, ProblemCode.DATUM_WRONG)
    if wrong or datum is None:
        return None
    try:
        return geo.locate(float(lat), float(lng), datum, source=Source.SURVEY)
    except OutOfBounds:
        findings.note(row.line, Column.LAT, ProblemCode.OUT_OF_BOUNDS)
        return None
