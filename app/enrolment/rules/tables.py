"""A file as a table: rows one after another, the header found, the columns that matter picked. Bounded at each step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.enrolment.errors import HeaderMissing, RowsMissing, RowsTooMany
from app.enrolment.rules.headers import find_columns, missing_from
from app.enrolment.terms import EXAMPLE_PASSBOOK, PLACES, ROWS_MAX, Field
from app.kernel.sheets import csv_files
from app.kernel.sheets.rows import HEADER_ROWS_MAX, Cell, Row

TOTALS = frozenset({"合计", "总计", "小计", "共计", "total", "sum"})


@dataclass(frozen=True, slots=True)
class Picked:
    """A row below the header, with only the columns that a list of residents has; missing ones are absent."""

    line: int
    hidden: bool
    cells: Mapping[Field, Cell]


@dataclass(slots=True)
class Table:
    """The rows below a header whose columns were recognised."""

    columns: Mapping[Field, int]
    rows: Iterator[Row]

    def pick(self) -> Iterator[Picked]:
        """Give each row that holds anything of interest. Refuses RowsTooMany, RowsMissing, and as the file's reader."""
        count = 0
        for row in self.rows:
            cells = {name: row.cells[column] for name, column in self.columns.items() if column in row.cells}
            if not cells or not any(map(_filled, cells.values())) or _is_total(cells) or _is_example(cells):
                continue
            for name in PLACES:  # only a home is shared by the rows of a merged cell, never a balance
                if name in self.columns and name not in cells and self.columns[name] in row.merged:
                    cells[name] = row.merged[self.columns[name]]
            count += 1
            if count > ROWS_MAX:
                raise RowsTooMany(rows_max=ROWS_MAX)
            yield Picked(row.line, row.hidden, cells)
        if not count:
            raise RowsMissing


def read_csv(content: bytes) -> Iterator[Row]:
    """Give the rows of a CSV, whose delimiter is known by the header. Refuses EncodingUnknown, ColumnsTooMany."""
    return csv_files.read_csv(content, lambda cells: find_columns(cells) is not None)


def find_table(rows: Iterator[Row]) -> Table:
    """Skip titles down to the header. Refuses HeaderMissing, HeaderRepeated."""
    best: Mapping[Field, int] = {}
    for row in rows:
        if row.line > HEADER_ROWS_MAX:
            break
        columns = find_columns(row.cells)
        if columns is None:
            continue
        if not missing_from(columns):
            return Table(columns, rows)
        best = max(best, columns, key=len)
    raise HeaderMissing(rows_max=HEADER_ROWS_MAX, columns=", ".join(missing_from(best)))


def _filled(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(cell.strip())


def _is_example(cells: Mapping[Field, Cell]) -> bool:
    return cells.get(Field.PASSBOOK_NO) == EXAMPLE_PASSBOOK


def _is_total(cells: Mapping[Field, Cell]) -> bool:
    """A line of totals under the list: it names no passbook."""
    name = cells.get(Field.NAME)
    return Field.PASSBOOK_NO not in cells and isinstance(name, str) and name.strip().strip(":：").lower() in TOTALS
