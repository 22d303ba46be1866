"""The sheets of an XLSX workbook, row by row."""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.kernel.sheets.cells import serial_day
from app.kernel.sheets.errors import ColumnsTooMany, FileUnreadable
from app.kernel.sheets.rows import CELL_LENGTH_MAX, COLUMNS_MAX, Cell, Row
from app.kernel.sheets.xlsx_guard import open_archive
from app.kernel.sheets.xlsx_parts import (
    SHEET_ROWS_MAX,
    Merges,
    Relations,
    Strings,
    Styles,
    Workbook,
    number_of,
    place_of,
)
from app.kernel.sheets.xlsx_xml import Events, feed, run

ROW_CELLS_MAX = 16_384


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook. `rows` reads it when it is iterated, once."""

    name: str
    hidden: bool
    rows: Iterator[Row]


def read_sheets(content: bytes) -> Iterator[Sheet]:
    """Give the sheets in the order of their tabs. Refuses FileOldOrLocked, FileUnreadable, FileBomb, FileEntities,
    ColumnsTooMany.
    """
    archive = open_archive(content)
    book, parts, styles, strings = Workbook(), Relations(), Styles(), Strings()
    run(archive, "xl/workbook.xml", book)
    run(archive, "xl/_rels/workbook.xml.rels", parts)
    names = set(archive.namelist())
    if "xl/styles.xml" in names:
        run(archive, "xl/styles.xml", styles)
    if "xl/sharedStrings.xml" in names:
        run(archive, "xl/sharedStrings.xml", strings)
    for name, hidden, relation in book.sheets:
        part = parts.targets.get(relation)
        if part is None:
            raise FileUnreadable(part="sheet")
        events = _Sheet(strings.values, styles.days, since_1904=book.since_1904)
        yield Sheet(name, hidden, _rows(archive, part, events))


def _rows(archive: zipfile.ZipFile, part: str, sheet: "_Sheet") -> Iterator[Row]:
    merges = Merges()
    run(archive, part, merges)
    running: dict[int, tuple[int, Cell]] = {}  # column → last row of the merged cell above, and what it says
    for _ in feed(archive, part, sheet):
        for row in sheet.take():
            running = {column: (last, cell) for column, (last, cell) in running.items() if last >= row.line}
            row.merged = {column: cell for column, (_, cell) in running.items()}
            for column, last in merges.starting.pop(row.line, ()):
                if column in row.cells:
                    running[column] = (last, row.cells[column])
            yield row


class _Sheet(Events):
    """The rows, gathered until `take` fetches them."""

    def __init__(self, strings: list[str], days: set[int], *, since_1904: bool) -> None:
        super().__init__()
        self.strings, self.days, self.since_1904 = strings, days, since_1904
        self._ready: list[Row] = []
        self._row = Row(0, {})
        self._cells = 0
        self._column = -1
        self._type = self._style = ""
        self._formula = self._aloud = False
        self._pieces: list[str] = []

    def take(self) -> list[Row]:
        """Give the rows that have ended since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "v" or (name == "t" and not self._aloud):
            self.parser.CharacterDataHandler = self._pieces.append
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._aloud = True

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self.parser.CharacterDataHandler = None
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._ready.append(self._row)
        elif name == "rPh":
            self._aloud = False

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        line = number_of(attributes["r"]) if "r" in attributes else self._row.line + 1
        if not self._row.line < line <= SHEET_ROWS_MAX:
            raise FileUnreadable(part=f"row {line}")
        self._row = Row(line, {}, hidden=attributes.get("hidden") in {"1", "true"})
        self._cells, self._column = 0, -1

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        place = place_of(attributes["r"]) if "r" in attributes else (self._column + 1, 0)
        self._cells += 1
        if place is None or place[0] >= ROW_CELLS_MAX or self._cells > ROW_CELLS_MAX:
            raise self._too_wide()
        self._column = place[0]
        self._type, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        self._formula, self._pieces = False, []

    def _end_cell(self) -> None:
        text = "".join(self._pieces) if len(self._pieces) != 1 else self._pieces[0]
        if not text and not self._formula:
            return
        if self._column >= COLUMNS_MAX or len(text) > 32_767:
            raise self._too_wide()
        self._row.cells[self._column] = ["f", ""] if self._formula else self._value(text)

    def _value(self, text: str) -> Cell:
        match self._type:
            case "s":
                index = number_of(text)
                if index >= len(self.strings):
                    raise FileUnreadable(part="sharedStrings")
                return self.strings[index]
            case "n":
                return self._day(text) if number_of(self._style) in self.days else ["n", text]
            case "e":
                return ["e", text[:20]]
            case "d":
                return ["d", text[:10]]
            case _:
                return text

    def _day(self, text: str) -> Cell:
        try:
            return ["d", serial_day(float(text), since_1904=self.since_1904).isoformat()]
        except (ValueError, OverflowError):
            return ["n", text]

    def _too_wide(self) -> ColumnsTooMany:
        return ColumnsTooMany(line=self._row.line, columns_max=COLUMNS_MAX, length_max=CELL_LENGTH_MAX)
