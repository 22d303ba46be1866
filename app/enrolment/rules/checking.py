"""Judging a row: the resident it names, or everything that is wrong with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TypeVar

from app.enrolment.rules import cells
from app.enrolment.rules.cells import Wrong
from app.enrolment.rules.places import CACHED, Place, place_from, place_of
from app.enrolment.rules.tables import Picked
from app.enrolment.terms import (
    NAME_LENGTH_MAX,
    PASSBOOK_LENGTH_MAX,
    PLACE_LENGTH_MAX,
    PLACES,
    Field,
    ProblemCode,
    Severity,
)
from app.kernel.sheets.rows import Cell, letters

T = TypeVar("T")


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
class Person:
    """A row that can be imported. `expires_on` is None when there is nothing in the passbook."""

    line: int
    name: str
    phone: str | None
    place: Place
    passbook_no: str
    points: int
    expires_on: date | None


@dataclass(slots=True)
class Checker:
    """Judges the rows of one file, whose columns stand where `columns` says, on one day."""

    columns: Mapping[Field, int]
    today: date
    problems: list[Problem] = field(default_factory=list)

    def check(self, row: Picked) -> Person | None:
        """Give the person of a good row; else None, with at least one error in `problems`. Warnings stand there too."""
        before = len(self.problems)
        name = self._read(row, Field.NAME, _name)
        phone = self._read(row, Field.PHONE, cells.read_phone)
        place = self._place(row)
        passbook_no = self._read(row, Field.PASSBOOK_NO, _passbook_no)
        points = self._read(row, Field.POINTS, cells.read_points)
        expires_on = self._read(row, Field.EXPIRES_ON, lambda cell: cells.read_day(cell, self.today))
        failed = len(self.problems) > before
        if not failed and points and expires_on is None:
            self._note(row, Field.EXPIRES_ON, Wrong(ProblemCode.MISSING))
            failed = True
        self._doubt(row, phone, place, failed=failed)
        if failed or name is None or passbook_no is None or points is None:
            return None
        return Person(row.line, name, phone, place, passbook_no, points, expires_on if points else None)

    def _read(self, row: Picked, name: Field, read: Callable[[Cell], T]) -> T | None:
        try:
            return read(row.cells.get(name, ""))
        except Wrong as wrong:
            self._note(row, name, wrong)
            return None

    def _place(self, row: Picked) -> Place:
        found = [row.cells.get(name, "") for name in PLACES]
        if (place := _place_of_cells(found)) is not None:
            return place
        texts = {name: self._read(row, name, _place_text) or "" for name in PLACES if name in row.cells}
        if texts.get(Field.PLACE):
            return place_of(texts[Field.PLACE])
        return place_from(texts.get(Field.BUILDING, ""), texts.get(Field.UNIT, ""), texts.get(Field.ROOM, ""))

    def _doubt(self, row: Picked, phone: str | None, place: Place, *, failed: bool) -> None:
        if row.hidden:
            self._warn(row, "", ProblemCode.HIDDEN_ROW)
        if failed:
            return
        if phone is None:
            self._warn(row, Field.PHONE, ProblemCode.PHONE_MISSING)
        if place.building is None or place.room is None:
            self._warn(row, Field.PLACE, ProblemCode.PLACE_MISSING)

    def _warn(self, row: Picked, name: str, code: ProblemCode) -> None:
        self.problems.append(Problem(row.line, name, code, "", Severity.WARNING, {}))

    def _note(self, row: Picked, name: Field, wrong: Wrong) -> None:
        cell = f"{letters(self.columns[name])}{row.line}" if name in self.columns else ""
        self.problems.append(Problem(row.line, name, wrong.code, cell, Severity.ERROR, wrong.detail))


def _place_of_cells(found: Sequence[Cell]) -> Place | None:
    """Give the home that plain texts in the columns of PLACES name; None where a cell has to be looked at by itself."""
    texts = [cell for cell in found if isinstance(cell, str)]
    return _plain_place(*texts) if len(texts) == len(found) else None


@lru_cache(maxsize=CACHED)  # the rows of one home stand together
def _plain_place(place: str, building: str, unit: str, room: str) -> Place | None:
    try:
        place, building, unit, room = map(_place_text, (place, building, unit, room))
    except Wrong:
        return None
    return place_of(place) if place else place_from(building, unit, room)


def _name(cell: Cell) -> str:
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
    text = cells.read_text(cell).replace(" ", "").upper()
    if not text:
        raise Wrong(ProblemCode.MISSING)
    if len(text) > PASSBOOK_LENGTH_MAX or not any(map(str.isalnum, text)):
        raise Wrong(ProblemCode.PASSBOOK_FORM, length_max=PASSBOOK_LENGTH_MAX)
    return text


def _place_text(cell: Cell) -> str:
    text = cells.read_text(cell)
    if len(text) > PLACE_LENGTH_MAX:
        raise Wrong(ProblemCode.TOO_LONG, length_max=PLACE_LENGTH_MAX)
    return text
