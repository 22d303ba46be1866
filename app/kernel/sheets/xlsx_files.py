"""The first visible sheet of an XLSX workbook, row by row."""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping

from app.kernel.sheets.cells import serial_day
from app.kernel.sheets.errors import ColumnsTooMany, FileBomb, FileUnreadable
from app.kernel.sheets.rows import CELL_LENGTH_MAX, COLUMNS_MAX, Cell, Row
from app.kernel.sheets.xlsx_guard import open_archive
from app.kernel.sheets.xlsx_xml import Events, feed, run

SHEET_ROWS_MAX = 1_048_576
ROW_CELLS_MAX = 16_384
STRINGS_COUNT_MAX = 1_000_000
MERGES_MAX = 100_000
DAY_FORMATS = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def read_xlsx(content: bytes) -> Iterator[Row]:
    """Give the rows of the first visible sheet. Refuses FileOldOrLocked, FileUnreadable, FileBomb, FileEntities,
    ColumnsTooMany.
    """
    archive = open_archive(content)
    book = _Workbook()
    run(archive, "xl/workbook.xml", book)
    parts = _Relations()
    run(archive, "xl/_rels/workbook.xml.rels", parts)
    styles = _Styles()
    strings = _Strings()
    names = set(archive.namelist())
    if "xl/styles.xml" in names:
        run(archive, "xl/styles.xml", styles)
    if "xl/sharedStrings.xml" in names:
        run(archive, "xl/sharedStrings.xml", strings)
    sheet = parts.targets.get(book.sheet or "")
    if sheet is None:
        raise FileUnreadable(part="sheet")
    merges = _Merges()
    run(archive, sheet, merges)
    yield from _rows(archive, sheet, _Sheet(strings.values, styles.days, since_1904=book.since_1904), merges)


def _rows(archive: zipfile.ZipFile, part: str, sheet: "_Sheet", merges: "_Merges") -> Iterator[Row]:
    running: dict[int, tuple[int, Cell]] = {}  # column → last row of the merged cell above, and what it says
    for _ in feed(archive, part, sheet):
        for row in sheet.take():
            running = {column: (last, cell) for column, (last, cell) in running.items() if last >= row.line}
            row.merged = {column: cell for column, (_, cell) in running.items()}
            for column, last in merges.starting.pop(row.line, ()):
                if column in row.cells:
                    running[column] = (last, row.cells[column])
            yield row


class _Workbook(Events):
    """Which sheet is the first that is not hidden, and from when days are counted."""

    def __init__(self) -> None:
        super().__init__()
        self.sheet: str | None = None
        self.since_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and self.sheet is None and attributes.get("state", "visible") == "visible":
            self.sheet = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), None)
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904") in {"1", "true"}


class _Relations(Events):
    """Where the parts lie."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            self.targets[attributes.get("Id", "")] = path


class _Styles(Events):
    """Which styles show a number as a day."""

    def __init__(self) -> None:
        super().__init__()
        self.days: set[int] = set()
        self._formats: dict[int, bool] = {}
        self._inside = False
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            code = LITERAL.sub("", attributes.get("formatCode", "").lower())
            self._formats[_number(attributes.get("numFmtId"))] = "y" in code or "d" in code
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            number = _number(attributes.get("numFmtId"))
            if self._formats.get(number, number in DAY_FORMATS):
                self.days.add(self._count)
            self._count += 1

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._inside = False


class _Strings(Events):
    """The shared strings; what is only read aloud (rPh) is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[str] = []
        self._pieces: list[str] = []
        self._aloud = False

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002 - the shape of an event
        if name == "si":
            self._pieces = []
        elif name == "t" and not self._aloud:
            self.parser.CharacterDataHandler = self._pieces.append
        elif name == "rPh":
            self._aloud = True

    def end(self, name: str) -> None:
        if name == "t":
            self.parser.CharacterDataHandler = None
        elif name == "rPh":
            self._aloud = False
        elif name == "si":
            if len(self.values) >= STRINGS_COUNT_MAX:
                raise FileBomb(part="sharedStrings")
            self.values.append("".join(self._pieces))


class _Merges(Events):
    """Cells that are merged over several rows: first row → (column, last row) of each. They stand after the rows."""

    def __init__(self) -> None:
        super().__init__()
        self.starting: dict[int, list[tuple[int, int]]] = {}
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name != "mergeCell":
            return
        self._count += 1
        if self._count > MERGES_MAX:
            raise FileBomb(part="mergeCells")
        first, _, last = attributes.get("ref", "").partition(":")
        top, bottom = _place(first), _place(last or first)
        if top is not None and bottom is not None and bottom[1] > top[1] and top[0] < COLUMNS_MAX:
            self.starting.setdefault(top[1], []).append((top[0], min(bottom[1], SHEET_ROWS_MAX)))


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
        line = _number(attributes["r"]) if "r" in attributes else self._row.line + 1
        if not self._row.line < line <= SHEET_ROWS_MAX:
            raise FileUnreadable(part=f"row {line}")
        self._row = Row(line, {}, hidden=attributes.get("hidden") in {"1", "true"})
        self._cells, self._column = 0, -1

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        place = _place(attributes["r"]) if "r" in attributes else (self._column + 1, 0)
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
                index = _number(text)
                if index >= len(self.strings):
                    raise FileUnreadable(part="sharedStrings")
                return self.strings[index]
            case "n":
                return self._day(text) if _number(self._style) in self.days else ["n", text]
            case "e":
                return ["e", text[:20]]
            case "d":
                return text[:10]
            case _:
                return text

    def _day(self, text: str) -> Cell:
        try:
            return ["d", serial_day(float(text), since_1904=self.since_1904).isoformat()]
        except (ValueError, OverflowError):
            return ["n", text]

    def _too_wide(self) -> ColumnsTooMany:
        return ColumnsTooMany(line=self._row.line, columns_max=COLUMNS_MAX, length_max=CELL_LENGTH_MAX)


def _number(text: str | None) -> int:
    """A small whole number of the format. Refuses FileUnreadable."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise FileUnreadable(part="number")
    return int(text)


def _place(reference: str) -> tuple[int, int] | None:
    """C17 → (2, 17); None for what is no reference to a cell."""
    found = REFERENCE.fullmatch(reference)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(found[2])
