"""Where a row stands in a file of several sheets, and what is known of each sheet.

A row is known everywhere by one number: `SHEET_LINES` times its sheet, counted from 0 among those that are read, plus
its number within it. So the rows of a file have one order, and those of a CSV or of a single sheet their own numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.enrolment.terms import SHEET_LINES, Field, SkippedSheet
from app.kernel.sheets.rows import letters


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet that is read: its name ("" for a CSV), and the columns of its fields from left to right."""

    name: str
    columns: Mapping[Field, int]

    def cell(self, name: Field | None, line: int) -> str:
        """Name a cell as a spreadsheet does: C17; empty where the sheet has no such column."""
        column = None if name is None else self.columns.get(name)
        return "" if column is None else f"{letters(column)}{line % SHEET_LINES}"


def line_in(sheet: int, line: int) -> int:
    """Give the number by which the row `line` of a sheet is known."""
    return sheet * SHEET_LINES + line


def layout_of(layouts: Sequence[Layout], line: int) -> Layout:
    """Give the layout of the sheet that a row stands in."""
    return layouts[line // SHEET_LINES]


def shown_row(layouts: Sequence[Layout], line: int) -> str:
    """Name a row for a person: 17, or 3栋!17 in a file of several lists."""
    row = line % SHEET_LINES
    return f"{layout_of(layouts, line).name}!{row}" if len(layouts) > 1 else str(row)


def as_json(layouts: Sequence[Layout], skipped: Mapping[str, SkippedSheet]) -> dict[str, Any]:
    """Give what is kept of the sheets of a file."""
    sheets = [{"name": each.name, "columns": {str(name): n for name, n in each.columns.items()}} for each in layouts]
    return {"sheets": sheets, "skipped": [{"name": name, "why": str(why)} for name, why in skipped.items()]}


def layouts_of(kept: Mapping[str, Any]) -> list[Layout]:
    """Give the layouts back; JSON has lost the order of the columns."""
    return [
        Layout(
            sheet["name"],
            {Field(name): n for name, n in sorted(sheet["columns"].items(), key=lambda column: int(column[1]))},
        )
        for sheet in kept["sheets"]
    ]
