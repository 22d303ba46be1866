"""Single cells as people and Excel write them, as text."""

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from app.kernel.sheets.rows import CELL_LENGTH_MAX, Cell

SPACES = re.compile(r"\s+")
INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
DIGITS_MAX = 20
EXCEL_EPOCH = date(1899, 12, 30)


class CellProblem(StrEnum):
    """Why a cell says nothing that can be read."""

    FORMULA = "formula"
    CELL_ERROR = "cell_error"
    TOO_LONG = "too_long"
    UNPRINTABLE = "unprintable"


class CellUnreadable(Exception):
    """A cell that holds no text; `detail` fills the sentence about it."""

    def __init__(self, problem: CellProblem, **detail: object) -> None:
        super().__init__(problem)
        self.problem = problem
        self.detail = detail


def read_text(cell: Cell) -> str:
    """Give what stands in a cell as plain text: half width, single spaces, nothing invisible; "" for an empty one.

    CellUnreadable: formulas, Excel's complaints, control characters, texts longer than CELL_LENGTH_MAX.
    """
    if not isinstance(cell, str):
        kind, text = cell
        if kind == "f":
            raise CellUnreadable(CellProblem.FORMULA)
        if kind == "e":
            raise CellUnreadable(CellProblem.CELL_ERROR, found=text)
        cell = _number_text(text) if kind == "n" else text
    if len(cell) > CELL_LENGTH_MAX:
        raise CellUnreadable(CellProblem.TOO_LONG, length_max=CELL_LENGTH_MAX)
    if is_plain(cell):
        return cell.strip()
    text = SPACES.sub(" ", INVISIBLE.sub("", unicodedata.normalize("NFKC", cell))).strip()
    if not text.isprintable():
        raise CellUnreadable(CellProblem.UNPRINTABLE)
    return text


def is_plain(cell: str) -> bool:
    """Say whether a cell's text is what a person sees but for spaces around it, as most are; what is left is mended."""
    if cell.isascii():
        return cell.strip().isprintable()
    return cell.isprintable() and "  " not in cell and unicodedata.is_normalized("NFKC", cell)


def _number_text(raw: str) -> str:
    """A number as a person would have typed it: 13800000000 for 1.38E10 and for 13800000000.0."""
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return raw
    if not number.is_finite() or abs(number.adjusted()) > DIGITS_MAX:
        return raw
    return format(number.to_integral_value() if number == number.to_integral_value() else number.normalize(), "f")


def serial_day(number: float, *, since_1904: bool = False) -> date:
    """Give the day of Excel's serial number. Refuses ValueError or OverflowError for what is no day."""
    return EXCEL_EPOCH + timedelta(days=int(number) + (1462 if since_1904 else 0))
