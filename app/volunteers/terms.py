"""Words and limits of volunteering."""

from datetime import timedelta
from enum import StrEnum

BATCH_MAX = 1000
"""Most awards in one request."""
ACTIVITY_LENGTH_MAX = 200
MINUTES_MAX = 24 * 60
RULE_LENGTH_MAX = 40
REASON_LENGTH_MAX = 200

STEP_SECONDS = 30
CODE_DIGITS = 8
"""Of the code on the leader's screen."""
LEEWAY = timedelta(minutes=30)
"""People come before a gathering begins and leave after it has ended."""
SPAN_MAX = timedelta(hours=14)
STAYS_MAX = 500
"""Most who check in at one gathering."""
SEEN_WITHIN = timedelta(days=1)
"""Of a place somebody was seen at longer ago no speed is made."""
REPEATED_WITHIN = timedelta(days=30)
POSITIONS_KEPT = timedelta(days=30)
FORGET_BATCH = 5000


class AwardState(StrEnum):
    """How one row of a roster ended."""

    AWARDED = "awarded"  # paid, now or before
    CAPPED = "capped"  # recorded, but a cap left nothing to pay
    DECLINED = "declined"


class Verdict(StrEnum):
    """What a stay counts as."""

    GOOD = "good"  # paid with the others
    REVIEW = "review"  # something is odd: a treasurer decides
    ACCEPTED = "accepted"  # by a treasurer
    REJECTED = "rejected"
