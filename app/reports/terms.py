"""Words and limits of reports."""

from enum import StrEnum

TEXT_LENGTH_MAX = 2000
PLACE_LENGTH_MAX = 200
REASON_LENGTH_MAX = 200
RULE_LENGTH_MAX = 40
USUAL_RULE = "report.valid"
"""The rule that pays the reporter of an accepted report, unless the clerk names another."""
TITLE = "随手拍被采纳"
"""What the passbook says of it."""


class ReportState(StrEnum):
    """Where a report stands. It is decided once."""

    FILED = "filed"
    ACCEPTED = "accepted"  # and its reporter paid
    REJECTED = "rejected"  # with a reason
