"""Words and limits of places."""

from datetime import time
from enum import StrEnum


class AreaKind(StrEnum):
    """What an area is; which may stand under which is decided in rules/tree.py."""

    DISTRICT = "district"  # 区
    STREET = "street"  # 街道
    COMMUNITY = "community"  # 社区
    GRID = "grid"  # 网格: stands in a community beside its estates, and covers buildings of them
    ESTATE = "estate"  # 小区
    BUILDING = "building"  # 楼栋
    UNIT = "unit"  # 单元, a stairwell; who looks after it is a UnitKind


class UnitKind(StrEnum):
    """What kind of organisation looks after an area."""

    SQUAD = "squad"  # 城管中队
    PROPERTY = "property"  # 物业公司
    STATION = "station"  # 站
    DEPARTMENT = "department"  # 部门
    TEAM = "team"  # 专班


class DayKind(StrEnum):
    """What the calendar says of a day."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # by the State Council's notice, days off in lieu included
    ADJUSTED = "adjusted"  # 调休: a day of a weekend on which work is done


class DaySource(StrEnum):
    """Who says so."""

    LIBRARY = "library"
    EDITED = "edited"
    ASSUMED = "assumed"  # nobody has published that year yet: Monday to Friday


class Clearable(StrEnum):
    """What can be taken away from an area again."""

    GRID = "grid_id"
    POSITION = "position"


class Purpose(StrEnum):
    """What a posted code is scanned for."""

    REPORT = "report"
    CHECK_IN = "check_in"
    SHOP = "shop"
    NOTICE = "notice"
    SERVICE = "service"


class Per(StrEnum):
    """Where codes for a whole area are posted: one for each of its buildings, or for each stairwell."""

    BUILDING = "building"
    UNIT = "unit"


class Column(StrEnum):
    """What a column of a file of areas may hold."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    ESTATE = "estate"
    BUILDING = "building"
    UNIT = "unit"
    GRID = "grid"
    CODE = "code"
    BOOK = "book"
    LAT = "lat"
    LNG = "lng"
    DATUM = "datum"


class ProblemCode(StrEnum):
    """What may be wrong with a row of a file of areas, or doubtful; the sentences are in schemas/words.py."""

    FORMULA = "formula"
    CELL_ERROR = "cell_error"
    TOO_LONG = "too_long"
    UNPRINTABLE = "unprintable"
    NAME_FORM = "name_form"
    CODE_FORM = "code_form"
    CODE_TAKEN = "code_taken"
    NAME_TAKEN = "name_taken"
    PARENT_NEEDED = "parent_needed"
    OUTSIDE = "outside"
    NOTHING_NAMED = "nothing_named"
    GRID_NEEDS_BUILDING = "grid_needs_building"
    BOOK_WRONG = "book_wrong"
    BOOK_FORM = "book_form"
    BOOK_TAKEN = "book_taken"
    NUMBER_FORM = "number_form"
    PAIR_BROKEN = "pair_broken"
    DATUM_WRONG = "datum_wrong"
    OUT_OF_BOUNDS = "out_of_bounds"
    REPEATED = "repeated"
    CONFLICT = "conflict"
    HIDDEN_ROW = "hidden_row"


class ImportState(StrEnum):
    """Where a file is on its way."""

    CHECKED = "checked"
    COMMITTED = "committed"


class Severity(StrEnum):
    """Whether a row stops the import, or is only doubtful."""

    ERROR = "error"
    WARNING = "warning"


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
PDF = "application/pdf"

NAME_LENGTH_MAX = 50
CODE_LENGTH_MAX = 20
CODE_PATTERN = r"[0-9A-Za-z\u4e00-\u9fff._-]{1,20}"
BOOK_LENGTH_MAX = 40
REASON_LENGTH_MAX = 200

IMPORT_BYTES_MAX = 4 * 1024 * 1024
IMPORT_ROWS_MAX = 5000
"""Rows of one file; a street has about two thousand. They are judged while the office waits."""
IMPORT_KEPT_DAYS = 7
"""A file that was checked and never taken in is forgotten after so long."""

CALENDAR_DAYS_MAX = 400
"""Days that one answer shows."""
WORKING_HOURS = ((time(9), time(12)), (time(13, 30), time(17, 30)))
"""When an office works on a working day, in the district's time: what a deadline in working hours counts."""

ROSTER_DAYS_MAX = 31
SHIFTS_AHEAD_DAYS_MAX = 400
PATTERNS_MAX = 500
"""Weekly patterns of one unit that are in force."""

QR_PLACE_LENGTH_MAX = 60
QR_BATCH_MAX = 500
"""Codes that are made, or printed, in one go."""
QR_STRIPES = 16
"""Counters of one code; each scan takes one by chance, so that a crowd at a gate does not wait for one row."""
