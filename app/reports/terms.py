"""Words and limits of reports."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

TEXT_LENGTH_MAX = 2000
PLACE_LENGTH_MAX = 200
REASON_LENGTH_MAX = 200
RULE_LENGTH_MAX = 40
ALONE_POINTS_MAX = 240
"""What one member of staff pays for a report alone: a day of service, as books begin with for awards."""
PHOTOS_MAX = 9
"""As in WeChat's own albums."""
USUAL_RULE = "report.valid"
"""The rule that pays the reporter of an accepted report, unless the clerk names another."""
REPORT_RULES = "report."
"""What the codes of rules begin with that pay for reports; a clerk names no other."""
TITLE = "随手拍被采纳"
"""What the passbook says of it."""


TEXT_JOB = "reports.hear_text_verdict"


class TextCheck(StrEnum):
    """What WeChat makes of what was written. Only "pass" may be shown to others than its author and the staff."""

    UNCHECKED = "unchecked"  # filed before texts were checked
    WAITING = "waiting"
    PASS = "pass"  # noqa: S105 - WeChat's own word
    REVIEW = "review"  # a person has to look: WeChat is not sure, or did not judge
    RISKY = "risky"


class ReportState(StrEnum):
    """Where a report stands. It is decided once."""

    FILED = "filed"
    ACCEPTED = "accepted"  # and its reporter paid
    REJECTED = "rejected"  # with a reason


NEAR_M = 60
"""Reports of one category within this distance are of one problem: the width of a yard, and what telephones err by."""
ACCURACY_USED_MAX_M = 100
"""A position that may err by more says nothing of the spot; the words of the place are then compared."""
POSITION_DECIMALS = 4
"""What a position is rounded to before it is kept: eleven metres, enough to find the spot and no more."""
OPEN_FOR = timedelta(days=7)
"""A problem nobody reported for so long is over: what is reported then is a new one."""
CELLS_PER_LAT, CELLS_PER_LNG = 1500, 900
"""Cells of a degree: 74 m north, 72 m or more east on the whole mainland, so that neighbours cover NEAR_M."""
CANDIDATES_MAX = 100
"""Problems looked at around one spot; only clerks who part reports make more than a few."""
CONFIRMED_MAX = 5
"""So many who confirm a problem are paid; the others are thanked."""
CONFIRM_RULE = "report.join"
"""The rule that pays them. Its caps count for each person and day; a book without it thanks everybody."""
CONFIRM_TITLE = "附议同一问题"


class Category(StrEnum):
    """What a report is about: reports of two categories are never of one problem."""

    LIGHTING = "lighting"
    ROAD = "road"
    WASTE = "waste"
    FIRE_SAFETY = "fire_safety"
    PARKING = "parking"
    GREENERY = "greenery"
    BUILDING = "building"
    WATER = "water"
    NOISE = "noise"
    OTHER = "other"


CATEGORY_NAMES: Mapping[Category, Mapping[str, str]] = {
    Category.LIGHTING: {"zh": "照明", "en": "lighting"},
    Category.ROAD: {"zh": "道路、井盖", "en": "roads and manholes"},
    Category.WASTE: {"zh": "垃圾、卫生", "en": "waste"},
    Category.FIRE_SAFETY: {"zh": "消防安全", "en": "fire safety"},
    Category.PARKING: {"zh": "停车、占道", "en": "parking and blocked ways"},
    Category.GREENERY: {"zh": "绿化", "en": "greenery"},
    Category.BUILDING: {"zh": "房屋、设施", "en": "buildings and equipment"},
    Category.WATER: {"zh": "给排水", "en": "water and drains"},
    Category.NOISE: {"zh": "噪声、油烟", "en": "noise and fumes"},
    Category.OTHER: {"zh": "其他", "en": "other"},
}


class Standing(StrEnum):
    """As what an accepted report counts among those of its problem."""

    FIRST = "first"  # earns as its rule says
    CONFIRMS = "confirms"  # earns a little
    THANKED = "thanked"  # earns nothing


KNOWN_NOTE: Mapping[str, str] = {
    "zh": "已有人上报,感谢确认。",
    "en": "Somebody reported this already; thank you for confirming it.",
}
"""What the reporter of a known problem is told."""
