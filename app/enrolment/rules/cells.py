"""Single cells as people and Excel write them: text, telephone numbers, points, days.

A cell is a text, or a list of a kind and what stands there: ["n", "45"] a number as the workbook stores it,
["d", "2026-12-31"] a day, ["f", ""] a formula, ["e", "#REF!"] Excel's own complaint. An empty text is an empty cell.
"""

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from app.enrolment.terms import CELL_LENGTH_MAX, POINTS_ROW_MAX, YEARS_AHEAD_MAX, ProblemCode
from app.kernel.periods import add_months, month_end

Cell = str | list[str]

SPACES = re.compile(r"\s+")
INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"0[0-9]{9,11}")
PHONE_NOISE = re.compile(r"[ \-()./]")
SCIENTIFIC = re.compile(r"([0-9])(?:\.([0-9]+))?[eE]\+?([0-9]{1,2})")
WHOLE = re.compile(r"[0-9]{1,15}(?:\.0*)?")
DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]+)?")
POINTS_NOISE = re.compile(r"[,' ]|(?:积分|分|点|points?|pts?)\.?$")
YMD = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?")
YM = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})月?")
PACKED = re.compile(r"(?:19|20)[0-9]{6}")
SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
DIGITS_MAX = 20
DIGITS_SAFE = len(str(POINTS_ROW_MAX)) - 1  # a number of so many digits is in range whatever it is
CACHED = 4096
EXCEL_EPOCH = date(1899, 12, 30)


class Wrong(Exception):
    """A cell that does not say what its column needs; `code` says why, `detail` fills its sentence."""

    def __init__(self, code: ProblemCode, **detail: object) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def read_text(cell: Cell) -> str:
    """Give what stands in a cell as plain text: half width, single spaces, nothing invisible; "" for an empty one.

    Wrong: formulas, Excel's complaints, control characters, texts longer than CELL_LENGTH_MAX.
    """
    if not isinstance(cell, str):
        kind, text = cell
        if kind == "f":
            raise Wrong(ProblemCode.FORMULA)
        if kind == "e":
            raise Wrong(ProblemCode.CELL_ERROR, found=text)
        cell = _number_text(text) if kind == "n" else text
    if len(cell) > CELL_LENGTH_MAX:
        raise Wrong(ProblemCode.TOO_LONG, length_max=CELL_LENGTH_MAX)
    if _is_plain(cell):
        return cell.strip()
    text = SPACES.sub(" ", INVISIBLE.sub("", unicodedata.normalize("NFKC", cell))).strip()
    if not text.isprintable():
        raise Wrong(ProblemCode.UNPRINTABLE)
    return text


def _is_plain(cell: str) -> bool:
    """Whether a cell's text is what a person sees but for spaces around it, as most are; what is left is mended."""
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


def read_phone(cell: Cell) -> str | None:
    """Give a mobile or landline number as digits; None for an empty cell. Wrong: anything else.

    A number that a CSV shows as 1.38E+10 has lost its last digits, unless all of them stand there.
    """
    if isinstance(cell, str) and MOBILE.fullmatch(cell):
        return cell
    text = read_text(cell)
    if not text:
        return None
    if MOBILE.fullmatch(text):
        return text
    if (scientific := SCIENTIFIC.fullmatch(text)) is not None:
        first, rest, exponent = scientific[1], scientific[2] or "", int(scientific[3])
        if len(rest) < exponent:
            raise Wrong(ProblemCode.PHONE_DIGITS_LOST)
        text = first + rest[:exponent]
    text = re.sub(r"\.0+$", "", text)
    digits = re.sub(r"^(?:\+|00)?86(?=1[0-9]{10}$)", "", PHONE_NOISE.sub("", text))
    if not (MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits)):
        raise Wrong(ProblemCode.PHONE_FORM)
    return digits


def read_points(cell: Cell) -> int:
    """Give a balance of 0 to POINTS_ROW_MAX whole points. Wrong: empty, fractions, negative or larger ones."""
    if isinstance(cell, str) and len(cell) <= DIGITS_SAFE and cell.isascii() and cell.isdigit():
        return int(cell)
    text = read_text(cell)
    if not WHOLE.fullmatch(text):
        text = POINTS_NOISE.sub("", POINTS_NOISE.sub("", text))
    if not text:
        raise Wrong(ProblemCode.MISSING)
    if WHOLE.fullmatch(text):
        number = int(text.partition(".")[0])
        if number > POINTS_ROW_MAX:
            raise Wrong(ProblemCode.POINTS_RANGE, points_max=POINTS_ROW_MAX)
        return number
    if not DECIMAL.fullmatch(text):
        raise Wrong(ProblemCode.POINTS_FORM)
    if text.startswith("-"):
        raise Wrong(ProblemCode.POINTS_RANGE, points_max=POINTS_ROW_MAX)
    raise Wrong(ProblemCode.POINTS_FRACTION)


def read_day(cell: Cell, today: date) -> date | None:
    """Give an expiry day from `today` to YEARS_AHEAD_MAX years on; None for an empty cell. Wrong: anything else.

    2026/12/31, 2026-12-31, 2026年12月31日, 20261231, Excel's serial number, and 2026年12月 for its last day.
    """
    text = read_text(cell)
    return _checked_day(text, today) if text else None


@lru_cache(maxsize=CACHED)  # a list has few days, however many rows
def _checked_day(text: str, today: date) -> date:
    try:
        day = _day_of(text)
    except (ValueError, OverflowError):
        day = None
    if day is None:
        raise Wrong(ProblemCode.DAY_FORM)
    if day < today:
        raise Wrong(ProblemCode.DAY_PAST, today=today.isoformat())
    if day > (latest := add_months(today, 12 * YEARS_AHEAD_MAX)):
        raise Wrong(ProblemCode.DAY_FAR, latest=latest.isoformat())
    return day


def serial_day(number: float, *, since_1904: bool = False) -> date:
    """Give the day of Excel's serial number. Refuses ValueError or OverflowError for what is no day."""
    return EXCEL_EPOCH + timedelta(days=int(number) + (1462 if since_1904 else 0))


def _day_of(text: str) -> date | None:
    if (found := YMD.fullmatch(text)) is not None:
        return date(int(found[1]), int(found[2]), int(found[3]))
    if PACKED.fullmatch(text):
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if SERIAL.fullmatch(text):
        return serial_day(float(text))
    if (found := YM.fullmatch(text)) is not None:
        return month_end(date(int(found[1]), int(found[2]), 1))
    return None
