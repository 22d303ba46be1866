"""Limits and words of enrolment from files."""

from datetime import timedelta
from enum import StrEnum

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
EXCEL = "application/vnd.ms-excel"
"""What browsers on Windows call a CSV where Excel is installed; the content says what it is."""
MEDIA_TYPES = (XLSX, CSV, EXCEL)
BY_HAND = "application/json"
"""What somebody who is enrolled without a file came as."""
FILE_BYTES_MAX = 20 * 1024 * 1024

ROWS_MAX = 100_000
PIECE_ROWS = 2000
"""Rows that are read into one piece; a step of checking takes CHECK_PIECES of them."""
CHECK_PIECES = 5

POINTS_ROW_MAX = 1_000_000
"""Most points of one paper passbook."""
NAME_LENGTH_MAX = 50
PLACE_LENGTH_MAX = 40
PASSBOOK_LENGTH_MAX = 40
YEARS_AHEAD_MAX = 20
"""A paper passbook is good for so many years at most; a later day is a slip of the pen."""
GROUP_MAX = 20
"""Rows of one name in one home that are compared with each other; more of them are no slip of the pen."""
MOVED_NAMED = 20
"""Residents that a refused undoing names."""
REASON_LENGTH_MAX = 200
KEPT_DAYS = timedelta(days=30)
"""How long a file waits for its commit. Names, telephone numbers and addresses of people who are not enrolled are kept
no longer than an office needs to correct its list; a month holds a correction that waits for one meeting."""
SHEET_LINES = 1 << 21
"""Rows of a sheet are numbered below this (Excel has half as many); see rules/layouts.py."""
HINTS_TITLE = "填写说明"
HINTS_SHEETS = frozenset({"说明", "填写说明", "instructions", "readme"})
"""A sheet of this name, or that begins with HINTS_TITLE, explains a list and holds none."""
EXAMPLE_PASSBOOK = "示例0001"
"""The passbook of the template's example row, which is never imported."""


class Field(StrEnum):
    """What a column may hold."""

    NAME = "name"
    PHONE = "phone"
    PLACE = "place"  # building, unit and room in one column
    BUILDING = "building"
    UNIT = "unit"
    ROOM = "room"
    PASSBOOK_NO = "passbook_no"
    POINTS = "points"
    EXPIRES_ON = "expires_on"


NEEDED = (Field.NAME, Field.PASSBOOK_NO, Field.POINTS, Field.EXPIRES_ON)
PLACES = (Field.PLACE, Field.BUILDING, Field.UNIT, Field.ROOM)


class SkippedSheet(StrEnum):
    """Why a sheet of a workbook was not read."""

    HIDDEN = "hidden"
    EMPTY = "empty"
    HINTS = "hints"  # it explains how to fill in the others
    NO_ROWS = "no_rows"  # a header and nothing below


class ImportState(StrEnum):
    """Where a file is on its way."""

    CHECKING = "checking"
    CHECKED = "checked"
    REFUSED = "refused"
    COMMITTING = "committing"
    COMMITTED = "committed"
    UNDOING = "undoing"
    UNDONE = "undone"
    DISCARDED = "discarded"


WAITING = (ImportState.CHECKING, ImportState.CHECKED, ImportState.COMMITTING)
"""Not committed yet, and may be."""
GONE = (ImportState.REFUSED, ImportState.UNDONE, ImportState.DISCARDED)
"""Over: the same file may come again, as another import."""


LIKENESSES_LEFT = frozenset({"phone_missing", "place_missing"})
"""Doubts that nobody has to accept by name: what is left out may be left out."""


class Severity(StrEnum):
    """Whether a row stops the import, or is only doubtful."""

    ERROR = "error"
    WARNING = "warning"


class ProblemCode(StrEnum):
    """What may be wrong with a row, or doubtful; the sentences are in rules/words.py."""

    MISSING = "missing"
    FORMULA = "formula"
    CELL_ERROR = "cell_error"
    TOO_LONG = "too_long"
    UNPRINTABLE = "unprintable"
    MERGED = "merged"
    MADE_A_DAY = "made_a_day"
    NAME_FORM = "name_form"
    PHONE_FORM = "phone_form"
    PHONE_DIGITS_LOST = "phone_digits_lost"
    POINTS_FORM = "points_form"
    POINTS_FRACTION = "points_fraction"
    POINTS_RANGE = "points_range"
    DAY_FORM = "day_form"
    DAY_UNCLEAR = "day_unclear"
    DAY_PAST = "day_past"
    DAY_FAR = "day_far"
    PASSBOOK_FORM = "passbook_form"
    PASSBOOK_REPEATED = "passbook_repeated"
    PASSBOOK_TAKEN = "passbook_taken"
    PASSBOOK_NEAR = "passbook_near"
    PASSBOOK_NEAR_ENROLLED = "passbook_near_enrolled"
    PHONE_MISSING = "phone_missing"
    PLACE_MISSING = "place_missing"
    HIDDEN_ROW = "hidden_row"
    PERSON_REPEATED = "person_repeated"
    PERSON_ENROLLED = "person_enrolled"
    PERSON_BARE = "person_bare"
    PERSON_NEAR = "person_near"
    PERSON_NEAR_ENROLLED = "person_near_enrolled"
    PHONE_NEAR = "phone_near"
    PHONE_NEAR_ENROLLED = "phone_near_enrolled"
    NAME_NEAR = "name_near"
    NAME_NEAR_ENROLLED = "name_near_enrolled"
