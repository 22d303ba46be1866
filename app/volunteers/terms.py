"""Limits of volunteers' awards."""

from enum import StrEnum

BATCH_MAX = 1000
"""Most awards in one request."""
ACTIVITY_LENGTH_MAX = 200
MINUTES_MAX = 24 * 60
DAYS_BACK_MAX = 366
"""How long after a volunteer's day it can still be awarded."""


class AwardState(StrEnum):
    """How one row of a batch ended."""

    AWARDED = "awarded"
    DECLINED = "declined"
