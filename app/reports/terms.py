"""Words and limits of reports."""

from enum import StrEnum

TEXT_LENGTH_MAX = 2000
PLACE_LENGTH_MAX = 200
REASON_LENGTH_MAX = 200


class ReportState(StrEnum):
    """Where a report stands. It is decided once."""

    FILED = "filed"
    ACCEPTED = "accepted"  # and its reporter paid
    REJECTED = "rejected"  # with a reason
