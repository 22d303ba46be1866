"""A file as tables: sheets one after another, in each the header found, the columns that matter picked. Bounded at each
step.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from app.enrolment.errors import HeaderRepeated, HeaderTwoRows, RowsMissing, RowsTooMany
from app.enrolment.rules.headers import field_of, find_columns, missing_from, refuse_headless
from app.enrolment.rules.layouts import Layout, line_in
from app.enrolment.terms import (
    CSV,
    EXAMPLE_PASSBOOK,
    HINTS_SHEETS,
    HINTS_TITLE,
    PLACES,
    ROWS_MAX,
    SHEET_LINES,
    XLSX,
    Field,
    SkippedSheet,
)
from app.kernel.sheets import csv_files, xlsx_files, xlsx_guard
from app.kernel.sheets.rows import HEADER_ROWS_MAX, Cell, Row
from app.kernel.sheets.xlsx_files import Sheet

TOTALS = frozenset({"合计", "总计", "小计", "共计", "total", "sum"})
WORKBOOKS = (b"PK", xlsx_guard.OLE_MAGIC)
FILLED_DOWN = frozenset({*PLACES, Field.PHONE, Field.EXPIRES_ON})
"""What the rows of a merged cell share: a home, its telephone, a day. Never a name, a passbook or a balance."""
HEADINGS_MIN = 2
"""A row with so many headings is one of headings."""


@dataclass(slots=True)
class Picked:
    """A row below the header. `values`: what stands in the columns of its layout, in their order; "" for nothing."""

    line: int
    hidden: bool
    values: Sequence[Cell]


@dataclass(slots=True)
class Tables:
    """The lists of a file. `layouts` and `skipped` (name → why) are whole when `pick` has ended."""

    sheets: Iterable[Sheet]
    layouts: list[Layout] = field(default_factory=list)
    skipped: dict[str, SkippedSheet] = field(default_factory=dict)

    def pick(self) -> Iterator[Picked]:
        """Give each row that holds anything of interest, sheet after sheet.

        Refuses RowsTooMany, RowsMissing, as `find_table`, and as the file's reader.
        """
        total = 0
        for sheet in self.sheets:
            found = None if sheet.hidden else find_table(sheet)
            if not isinstance(found, Table):
                self.skipped[sheet.name] = found or SkippedSheet.HIDDEN
                continue
            self.layouts.append(found.layout)
            before = total
            for picked in found.pick(len(self.layouts) - 1):
                total += 1
                if total > ROWS_MAX:
                    raise RowsTooMany(rows_max=ROWS_MAX)
                yield picked
            if total == before:
                self.layouts.pop()
                self.skipped[sheet.name] = SkippedSheet.NO_ROWS
        if not total:
            raise RowsMissing


@dataclass(slots=True)
class Table:
    """The rows below a header whose columns were recognised."""

    layout: Layout
    rows: Iterator[Row]

    def pick(self, sheet: int) -> Iterator[Picked]:
        """Give each row that holds anything of interest, as of the sheet of this number. Refuses RowsTooMany."""
        columns = list(self.layout.columns.values())
        fields = list(self.layout.columns)
        passbook_at = fields.index(Field.PASSBOOK_NO)
        start = line_in(sheet, 0)
        for row in self.rows:
            get = row.cells.get
            values: list[Cell] = [get(column, "") for column in columns]
            passbook = values[passbook_at]
            if passbook == EXAMPLE_PASSBOOK or not (_filled(passbook) or any(map(_filled, values))):
                continue
            if not passbook and _is_total(values[fields.index(Field.NAME)]):
                continue
            if row.line >= SHEET_LINES:
                raise RowsTooMany(rows_max=ROWS_MAX)
            if row.merged:
                _fill_down(fields, columns, row, values)
            yield Picked(start + row.line, row.hidden, values)


def media_type_of(content: bytes, said: str) -> str:
    """Tell what a file is by what it holds: browsers on Windows call a CSV what Excel's old workbooks are called."""
    return XLSX if said == XLSX or content.startswith(WORKBOOKS) else CSV


def open_tables(content: bytes, media_type: str) -> Tables:
    """Open a file; its reading begins with `pick`."""
    if media_type == XLSX:
        return Tables(xlsx_files.read_sheets(content))
    return Tables([Sheet("", hidden=False, rows=read_csv(content))])


def read_csv(content: bytes) -> Iterator[Row]:
    """Give the rows of a CSV, whose delimiter is known by the header. Refuses EncodingUnknown, ColumnsTooMany."""
    return csv_files.read_csv(content, lambda cells: find_columns(cells) is not None)


def find_table(sheet: Sheet) -> Table | SkippedSheet:
    """Skip titles down to the header, or say why the sheet holds no list.

    Refuses HeaderMissing or SheetHeaderMissing where something stands without a header, HeaderRepeated, HeaderTwoRows.
    """
    best: Mapping[Field, int] = {}
    first, above = "", None
    for row in sheet.rows:
        first = first or next((str(cell) for cell in row.cells.values() if _filled(cell)), "")
        if row.line > HEADER_ROWS_MAX:
            if first:
                break
            continue
        columns = _columns(sheet, {**row.merged, **row.cells})
        if columns is not None and not missing_from(columns):
            return _below(sheet, columns, row)
        if above is not None and _is_second(above, row):
            raise HeaderTwoRows(first=above.line, second=row.line)
        best = max(best, columns or {}, key=len)
        above = row
    if not first:
        return SkippedSheet.EMPTY
    if sheet.name.strip().casefold() in HINTS_SHEETS or first.strip().startswith(HINTS_TITLE):
        return SkippedSheet.HINTS
    raise refuse_headless(sheet.name, best)


def _below(sheet: Sheet, columns: Mapping[Field, int], header: Row) -> Table:
    """The table below a header, which has a second row of headings where merged cells say what belongs together."""
    following = next(sheet.rows, None)
    if following is None or _headings(following) < HEADINGS_MIN:
        rows = sheet.rows if following is None else chain([following], sheet.rows)
        return Table(Layout(sheet.name, columns), rows)
    both = _columns(sheet, {**following.merged, **following.cells}) if following.merged else None
    if both is None or missing_from(both):
        raise HeaderTwoRows(first=header.line, second=following.line)
    return Table(Layout(sheet.name, both), sheet.rows)


def _columns(sheet: Sheet, cells: Mapping[int, Cell]) -> Mapping[Field, int] | None:
    try:
        return find_columns(cells)
    except HeaderRepeated as repeated:
        where = f"{sheet.name}: " if sheet.name else ""
        raise HeaderRepeated(column=repeated.params["column"], cells=f"{where}{repeated.params['cells']}") from None


def _is_second(above: Row, row: Row) -> bool:
    """Whether two rows are a header together, and neither is one alone."""
    if not _headings(above) or not _headings(row):
        return False
    try:
        columns = find_columns({**above.cells, **row.cells})
    except HeaderRepeated:
        return False
    return columns is not None and not missing_from(columns)


def _headings(row: Row) -> int:
    return sum(field_of(cell) is not None for cell in row.cells.values())


def _fill_down(fields: Sequence[Field], columns: Sequence[int], row: Row, values: list[Cell]) -> None:
    for at, (name, column) in enumerate(zip(fields, columns, strict=True)):
        if not values[at] and column in row.merged:
            values[at] = row.merged[column] if name in FILLED_DOWN else ["m", ""]


def _filled(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(cell.strip())


def _is_total(name: Cell) -> bool:
    """A line of totals under the list: it names no passbook."""
    return isinstance(name, str) and name.strip().strip(":：").lower() in TOTALS
