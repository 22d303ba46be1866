"""Words and limits of reports."""

from enum import StrEnum

TEXT_LENGTH_MAX = 2000
PLACE_LENGTH_MAX = 200
REASON_LENGTH_MAX = 200
RULE_LENGTH_MAX = 40
PHOTOS_MAX = 9
"""As in WeChat's own albums."""
USUAL_RULE = "report.valid"
"""The rule that pays the reporter of an accepted report, unless the clerk names another."""
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
