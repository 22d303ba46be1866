"""What every reader gives: rows of cells, within limits.

A cell is a text, or a list of a kind and what stands there: ["n", "45"] a number as the workbook stores it,
["d", "2026-12-31"] a day, ["f", ""] a formula, ["e", "#REF!"] Excel's own complaint. An empty text is an empty cell.
"""

from dataclasses import dataclass, field

Cell = str | list[str]

COLUMNS_MAX = 256
CELL_LENGTH_MAX = 1000
HEADER_ROWS_MAX = 30
"""The header stands within so many rows; what is above it is a title."""


@dataclass(slots=True)
class Row:
    """A row of a sheet: its number as a spreadsheet shows it, and what stands in its columns, counted from 0."""

    line: int
    cells: dict[int, Cell]
    hidden: bool = False
    merged: dict[int, Cell] = field(default_factory=dict)
    """What a cell that is merged over this row says, where its first row lies above; by column."""


def letters(column: int) -> str:
    """Name a column, counted from 0, as a spreadsheet does: A, Z, AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
