"""Judging a row: the resident it names, or everything that is wrong with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TypeVar

from app.enrolment.rules import cells
from app.enrolment.rules.cells import Wrong
from app.enrolment.rules.layouts import Layout
from app.enrolment.rules.places import CACHED, Place, place_from, place_of
from app.enrolment.rules.tables import Picked
from app.enrolment.terms import (
    NAME_LENGTH_MAX,
    PASSBOOK_LENGTH_MAX,
    PLACE_LENGTH_MAX,
    PLACES,
    SHEET_LINES,
    Field,
    ProblemCode,
    Severity,
)
from app.kernel.papers import paper_number
from app.kernel.sheets.cells import is_plain
from app.kernel.sheets.rows import Cell

T = TypeVar("T")
_ORDER = {name: n for n, name in enumerate(Field)}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row (error) or doubtful (warning). `cell` is empty where the whole row is meant."""

    line: int
    field: str
    code: ProblemCode
    cell: str
    sheet: str
    severity: Severity
    detail: Mapping[str, object]


@dataclass(slots=True)
class Person:
    """What a row says. What was wrong in it is None; `expires_on` also when there is nothing in the passbook."""

    line: int
    name: str | None
    phone: str | None
    place: Place
    passbook_no: str | None
    points: int | None
    expires_on: date | None


@dataclass(slots=True)
class Checker:
    """Judges the rows of one file, whose sheets are laid out as `layouts` says, on one day."""

    layouts: Sequence[Layout]
    today: date
    problems: list[Problem] = field(default_factory=list)
    _sheet: int = -1
    _at: Sequence[int] = ()
    _home: tuple[Cell, ...] = ()
    _place: Place | None = None

    def check(self, row: Picked) -> Person:
        """Give what a row says. What is wrong with it or doubtful stands in `problems` afterwards."""
        if row.line // SHEET_LINES != self._sheet:
            self._turn_to(row.line // SHEET_LINES)
        name_at, phone_at, place_at, building_at, unit_at, room_at, passbook_at, points_at, day_at = self._at
        values = (*row.values, "")
        try:
            home = (values[place_at], values[building_at], values[unit_at], values[room_at])
            if home != self._home:  # the rows of one home stand together
                self._home, self._place = home, _place_of_cells(home)
            name = _name(values[name_at])
            phone = cells.read_phone(values[phone_at])
            passbook_no = _passbook_no(values[passbook_at])
            points = cells.read_points(values[points_at])
            expires_on = cells.read_day(values[day_at], self.today)
        except Wrong:
            return self._judge(row)
        place = self._place
        if place is None or phone is None or row.hidden or not place.is_whole or (points and expires_on is None):
            return self._judge(row)
        return Person(row.line, name, phone, place, passbook_no, points, expires_on if points else None)

    def _turn_to(self, sheet: int) -> None:
        fields = list(self.layouts[sheet].columns)
        self._sheet = sheet
        self._at = [fields.index(name) if name in fields else len(fields) for name in Field]
        self._home, self._place = (), None

    def _judge(self, row: Picked) -> Person:
        """The same, part by part: every problem is named."""
        before = len(self.problems)
        name = self._read(row, Field.NAME, _name)
        phone = self._read(row, Field.PHONE, cells.read_phone)
        place = self._read_place(row)
        passbook_no = self._read(row, Field.PASSBOOK_NO, _passbook_no)
        points = self._read(row, Field.POINTS, cells.read_points)
        expires_on = self._read(row, Field.EXPIRES_ON, lambda cell: cells.read_day(cell, self.today))
        if len(self.problems) == before and points and expires_on is None:
            self._note(row, Field.EXPIRES_ON, Wrong(ProblemCode.MISSING))
        self._doubt(row, phone, place, failed=len(self.problems) > before)
        return Person(row.line, name, phone, place, passbook_no, points, expires_on if points else None)

    def _cell(self, row: Picked, name: Field) -> Cell:
        return (*row.values, "")[self._at[_ORDER[name]]]

    def _read(self, row: Picked, name: Field, read: Callable[[Cell], T]) -> T | None:
        try:
            return read(self._cell(row, name))
        except Wrong as wrong:
            self._note(row, name, wrong)
            return None

    def _read_place(self, row: Picked) -> Place:
        texts = {name: self._read(row, name, _place_text) or "" for name in PLACES}
        if texts[Field.PLACE]:
            return place_of(texts[Field.PLACE])
        return place_from(texts[Field.BUILDING], texts[Field.UNIT], texts[Field.ROOM])

    def _doubt(self, row: Picked, phone: str | None, place: Place, *, failed: bool) -> None:
        if row.hidden:
            self._warn(row, "", ProblemCode.HIDDEN_ROW, None)
        if failed:
            return
        if phone is None:
            self._warn(row, Field.PHONE, ProblemCode.PHONE_MISSING, Field.PHONE)
        if not place.is_whole:
            self._warn(row, Field.PLACE, ProblemCode.PLACE_MISSING, self._column_of_gap(place))

    def _column_of_gap(self, place: Place) -> Field | None:
        """The column in which what a home lacks is to be written."""
        columns = self.layouts[self._sheet].columns
        lacking = (Field.BUILDING if place.building is None else Field.ROOM, Field.PLACE, Field.BUILDING, Field.ROOM)
        return next((name for name in lacking if name in columns), None)

    def _warn(self, row: Picked, name: str, code: ProblemCode, column: Field | None) -> None:
        layout = self.layouts[self._sheet]
        cell = layout.cell(column, row.line)
        self.problems.append(Problem(row.line, name, code, cell, layout.name, Severity.WARNING, {}))

    def _note(self, row: Picked, name: Field, wrong: Wrong) -> None:
        layout = self.layouts[self._sheet]
        cell = layout.cell(name, row.line)
        self.problems.append(Problem(row.line, name, wrong.code, cell, layout.name, Severity.ERROR, wrong.detail))


def _place_of_cells(found: Sequence[Cell]) -> Place | None:
    """Give the home that the columns of PLACES name; None where one of them has to be looked at by itself."""
    try:
        return _plain_place(*(cell if isinstance(cell, str) else cells.read_text(cell) for cell in found))
    except Wrong:
        return None


@lru_cache(maxsize=CACHED)  # the rows of one home stand together
def _plain_place(*texts: str) -> Place | None:
    try:
        place, building, unit, room = map(_place_text, texts)
    except Wrong:
        return None
    return place_of(place) if place else place_from(building, unit, room)


def _name(cell: Cell) -> str:
    if isinstance(cell, str) and len(cell) <= NAME_LENGTH_MAX and cell.isalpha() and is_plain(cell):
        return cell
    text = cells.read_text(cell)
    if not text:
        raise Wrong(ProblemCode.MISSING)
    if not text.isascii():
        text = text.replace(" ", "")  # 张 三 is 张三
    if len(text) > NAME_LENGTH_MAX:
        raise Wrong(ProblemCode.TOO_LONG, length_max=NAME_LENGTH_MAX)
    if not (text.isalpha() or any(map(str.isalpha, text))):
        raise Wrong(ProblemCode.NAME_FORM)
    return text


def _passbook_no(cell: Cell) -> str:
    if isinstance(cell, str) and cell.isascii() and cell.isalnum() and len(cell) <= PASSBOOK_LENGTH_MAX:
        return cell.upper()
    text = paper_number(cells.read_text(cell))
    if not text:
        raise Wrong(ProblemCode.MISSING)
    if len(text) > PASSBOOK_LENGTH_MAX or not any(map(str.isalnum, text)):
        raise Wrong(ProblemCode.PASSBOOK_FORM, length_max=PASSBOOK_LENGTH_MAX)
    cells.refuse_made_days(text, whole=False)
    return text


def _place_text(cell: Cell) -> str:
    text = cells.read_text(cell)
    if len(text) > PLACE_LENGTH_MAX:
        raise Wrong(ProblemCode.TOO_LONG, length_max=PLACE_LENGTH_MAX)
    cells.refuse_made_days(text, whole=True)
    return text
