"""The parts of a workbook beside its rows: which sheets there are, styles, shared strings, merged cells."""

import posixpath
import re

from app.kernel.sheets.errors import FileBomb, FileUnreadable
from app.kernel.sheets.rows import COLUMNS_MAX
from app.kernel.sheets.xlsx_xml import Events

SHEET_ROWS_MAX = 1_048_576
SHEET_NAME_MAX = 40
"""Excel allows 31 characters."""
STRINGS_COUNT_MAX = 1_000_000
MERGES_MAX = 100_000
DAY_FORMATS = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class Workbook(Events):
    """Which sheets there are, in their order (name, hidden or not, relation), and from when days are counted."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, bool, str]] = []
        self.since_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            called = "".join(filter(str.isprintable, attributes.get("name", "")))[:SHEET_NAME_MAX]
            self.sheets.append((called, attributes.get("state", "visible") != "visible", relation))
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904") in {"1", "true"}


class Relations(Events):
    """Where the parts lie."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            self.targets[attributes.get("Id", "")] = path


class Styles(Events):
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
            self._formats[number_of(attributes.get("numFmtId"))] = "y" in code or "d" in code
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            number = number_of(attributes.get("numFmtId"))
            if self._formats.get(number, number in DAY_FORMATS):
                self.days.add(self._count)
            self._count += 1

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._inside = False


class Strings(Events):
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


class Merges(Events):
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
        top, bottom = place_of(first), place_of(last or first)
        if top is not None and bottom is not None and bottom[1] > top[1] and top[0] < COLUMNS_MAX:
            self.starting.setdefault(top[1], []).append((top[0], min(bottom[1], SHEET_ROWS_MAX)))


def number_of(text: str | None) -> int:
    """A small whole number of the format. Refuses FileUnreadable."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise FileUnreadable(part="number")
    return int(text)


def place_of(reference: str) -> tuple[int, int] | None:
    """C17 → (2, 17); None for what is no reference to a cell."""
    found = REFERENCE.fullmatch(reference)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(found[2])
