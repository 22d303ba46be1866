"""Single cells of a list of residents: telephone numbers, points, days."""

import re
from datetime import date
from functools import lru_cache

from app.enrolment.terms import POINTS_ROW_MAX, YEARS_AHEAD_MAX, ProblemCode
from app.kernel.periods import add_months, month_end
from app.kernel.sheets import cells
from app.kernel.sheets.cells import CellUnreadable, serial_day
from app.kernel.sheets.rows import Cell

MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"0[0-9]{9,11}")
PHONE_NOISE = re.compile(r"[ \-()./]")
SCIENTIFIC = re.compile(r"([0-9])(?:\.([0-9]+))?[eE]\+?([0-9]{1,2})")
WHOLE = re.compile(r"[0-9]{1,15}(?:\.0*)?")
DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]+)?")
POINTS_UNIT = re.compile(r" ?(?:积分|分|点|points?|pts?)\.?$")
THOUSANDS = re.compile(r"-?[0-9]{1,3}(?:([,' ])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]+)?")
SEPARATORS = re.compile(r"[,' ]")
YMD = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?")
YM = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})月?")
PACKED = re.compile(r"(?:19|20)[0-9]{6}")
UNCLEAR = re.compile(r"[0-9]{4}\.1")  # Excel drops the last zero of 2027.10
MADE_DAYS = re.compile(
    r"[0-9]{1,2}月[0-9]{1,2}日|[0-9]{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-[0-9]{1,2}",
    re.IGNORECASE,
)  # what a CSV shows where Excel took 3-1 for a day
MADE_WHOLE_DAYS = re.compile(r"(?:19|20)[0-9]{2}[-/][0-9]{1,2}[-/][0-9]{1,2}")
SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
DIGITS_SAFE = len(str(POINTS_ROW_MAX)) - 1  # a number of so many digits is in range whatever it is
CACHED = 4096


class Wrong(Exception):
    """A cell that does not say what its column needs; `code` says why, `detail` fills its sentence."""

    def __init__(self, code: ProblemCode, **detail: object) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def read_text(cell: Cell) -> str:
    """Give what stands in a cell as plain text: half width, single spaces, nothing invisible; "" for an empty one.

    Wrong: formulas, Excel's complaints, days where none belong, cells that another one is merged over, control
    characters, texts longer than CELL_LENGTH_MAX.
    """
    if not isinstance(cell, str):
        if cell[0] == "m":
            raise Wrong(ProblemCode.MERGED)
        if cell[0] == "d":
            raise Wrong(ProblemCode.MADE_A_DAY, found=cell[1])
    try:
        return cells.read_text(cell)
    except CellUnreadable as unreadable:
        raise Wrong(ProblemCode(unreadable.problem), **unreadable.detail) from None


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
        text = _bare_number(text)
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


def _bare_number(text: str) -> str:
    """A number without its unit and its separators of thousands: 1,200 but not 5,0, which may be 5 or 50."""
    text = POINTS_UNIT.sub("", text)
    return SEPARATORS.sub("", text) if THOUSANDS.fullmatch(text) else text


def refuse_made_days(text: str, *, whole: bool) -> None:
    """Refuse what Excel made of a text such as 3-1 or, where `whole`, 2003-1-5. Wrong: MADE_A_DAY."""
    if MADE_DAYS.fullmatch(text) or (whole and MADE_WHOLE_DAYS.fullmatch(text)):
        raise Wrong(ProblemCode.MADE_A_DAY, found=text)


def read_day(cell: Cell, today: date) -> date | None:
    """Give an expiry day from `today` to YEARS_AHEAD_MAX years on; None for an empty cell. Wrong: anything else.

    2026/12/31, 2026-12-31, 2026年12月31日, 20261231, Excel's serial number, and 2026年12月 for its last day; not
    2026.1, which may be what Excel left of 2026.10.
    """
    if isinstance(cell, str):
        return _day_of_text(cell, today)
    return _day_of_text(cell[1] if cell[0] == "d" else read_text(cell), today)


@lru_cache(maxsize=CACHED)  # a list has few days, however many rows
def _day_of_text(cell: str, today: date) -> date | None:
    text = read_text(cell)
    return _checked_day(text, today) if text else None


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


def _day_of(text: str) -> date | None:
    if UNCLEAR.fullmatch(text):
        raise Wrong(ProblemCode.DAY_UNCLEAR, january=f"{text[:4]}-01", october=f"{text[:4]}-10")
    if (found := YMD.fullmatch(text)) is not None:
        return date(int(found[1]), int(found[2]), int(found[3]))
    if PACKED.fullmatch(text):
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if SERIAL.fullmatch(text):
        return serial_day(float(text))
    if (found := YM.fullmatch(text)) is not None:
        return month_end(date(int(found[1]), int(found[2]), 1))
    return None
