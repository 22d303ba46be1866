"""Limits of volunteers' awards."""

from enum import StrEnum

BATCH_MAX = 1000
"""Most awards in one request."""
ACTIVITY_LENGTH_MAX = 200
MINUTES_MAX = 24 * 60


class AwardState(StrEnum):
    """How one row of a roster ended."""

    AWARDED = "awarded"  # paid, now or before
    CAPPED = "capped"  # recorded, but a cap left nothing to pay
    DECLINED = "declined"
