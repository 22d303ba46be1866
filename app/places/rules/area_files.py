"""A file of areas as rows: which column is which, and what each row names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.kernel.sheets.errors import FileUnreadable
from app.kernel.sheets.headers import find_field
from app.kernel.sheets.rows import HEADER_ROWS_MAX, Cell, Row, letters
from app.kernel.sheets.xlsx_files import Sheet as Tab
from app.places.errors import AreaHeaderMissing, AreaHeaderRepeated, AreaRowsMissing, AreaRowsTooMany, AreaSheetsMany
from app.places.terms import IMPORT_ROWS_MAX, Column

NAMES: Mapping[Column, str] = {
    Column.DISTRICT: "区 区县 行政区 所属区 district",
    Column.STREET: "街道 镇 街道镇 乡镇 所属街道 street subdistrict town",
    Column.COMMUNITY: "社区 村 社区村 村社区 居委会 所属社区 community",
    Column.ESTATE: "小区 小区名称 小区名 住宅区 物业小区 estate compound",
    Column.BUILDING: "楼栋 楼号 楼栋号 栋 幢 楼 栋号 幢号 building buildingno block",
    Column.UNIT: "单元 单元号 unit unitno entrance",
    Column.GRID: "网格 网格名称 网格号 所属网格 grid",
    Column.CODE: "编码 代码 编号 code",
    Column.BOOK: "账本 账本代码 积分账本 book",
    Column.LAT: "纬度 lat latitude",
    Column.LNG: "经度 lng lon longitude",
    Column.DATUM: "坐标系 坐标 datum",
}
COLUMN_OF = {name: column for column, names in NAMES.items() for name in names.split()}
NAMING = frozenset({Column.COMMUNITY, Column.ESTATE, Column.BUILDING, Column.UNIT, Column.GRID})
"""A header holds one of these at least."""
LEVELS = (Column.DISTRICT, Column.STREET, Column.COMMUNITY, Column.ESTATE, Column.BUILDING, Column.UNIT)
EXAMPLE = "示例"
"""Rows of the template whose community begins so are never taken in."""
HINTS_TITLE = "填写说明"
"""A sheet that begins so explains the list and holds none."""
NAMED_MAX = 5
"""So many sheets a refusal names."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A row below the header, with only the columns that are known; empty ones are absent."""

    line: int
    hidden: bool
    cells: Mapping[Column, Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file, and in which column (counted from 0) each thing stands."""

    columns: Mapping[Column, int]
    rows: list[Picked]

    def cell(self, line: int, column: Column | None) -> str:
        """Name a cell as a spreadsheet does: C17; empty when the whole row is meant or the file has no such column."""
        number = None if column is None else self.columns.get(column)
        return "" if number is None else f"{letters(number)}{line}"


def is_header(cells: Mapping[int, Cell]) -> bool:
    """Whether a row is the header of a file of areas. Refuses AreaHeaderRepeated."""
    return find_columns(cells) is not None


def find_columns(cells: Mapping[int, Cell]) -> dict[Column, int] | None:
    """Where each thing stands, if this row is the header. Refuses AreaHeaderRepeated."""
    columns: dict[Column, int] = {}
    for number, cell in sorted(cells.items()):
        column = find_field(cell, COLUMN_OF)
        if column is None:
            continue
        if column in columns:
            raise AreaHeaderRepeated(column=column, cells=f"{letters(columns[column])}, {letters(number)}")
        columns[column] = number
    return columns if columns.keys() & NAMING else None


def read_sheet(rows: Iterator[Row]) -> Sheet:
    """Find the header and gather the rows below it. Refuses AreaHeaderMissing, AreaHeaderRepeated, AreaRowsTooMany,
    AreaRowsMissing, and as the file's reader.
    """
    columns = _header(rows)
    picked: list[Picked] = []
    for row in rows:
        cells = {name: row.cells[number] for name, number in columns.items() if number in row.cells}
        cells = {name: cell for name, cell in cells.items() if not isinstance(cell, str) or cell.strip()}
        if not cells or str(cells.get(Column.COMMUNITY, "")).startswith(EXAMPLE):
            continue
        for name in (*LEVELS, Column.GRID):  # a merged cell names all the rows beside it
            if name in columns and name not in cells and columns[name] in row.merged:
                cells[name] = row.merged[columns[name]]
        if len(picked) >= IMPORT_ROWS_MAX:
            raise AreaRowsTooMany(rows_max=IMPORT_ROWS_MAX)
        picked.append(Picked(row.line, row.hidden, cells))
    if not picked:
        raise AreaRowsMissing
    return Sheet(columns, picked)


def read_workbook(tabs: Iterator[Tab]) -> Sheet:
    """Read the first visible sheet, and make sure that no other one holds rows which would be left out unsaid.

    Refuses AreaSheetsMany, FileUnreadable where no sheet is visible, and as `read_sheet`.
    """
    visible = (tab for tab in tabs if not tab.hidden)
    first = next(visible, None)
    if first is None:
        raise FileUnreadable(part="sheet")
    sheet = read_sheet(first.rows)
    others = [tab.name for tab in visible if _holds_rows(tab)]
    if others:
        raise AreaSheetsMany(first=first.name, others="”, “".join(others[:NAMED_MAX]))
    return sheet


def _holds_rows(tab: Tab) -> bool:
    """Whether anything stands in a sheet that is not the template's hints."""
    filled = (str(cell).strip() for row in tab.rows for cell in row.cells.values())
    text = next(filter(None, filled), "")
    return bool(text) and not text.startswith(HINTS_TITLE)


def _header(rows: Iterator[Row]) -> dict[Column, int]:
    for row in rows:
        if row.line > HEADER_ROWS_MAX:
            break
        if (columns := find_columns(row.cells)) is not None:
            return columns
    raise AreaHeaderMissing(rows_max=HEADER_ROWS_MAX)
