"""When people are left in peace, and when a notice that did not get through is tried again."""

from datetime import datetime, timedelta

from app.kernel.periods import DISTRICT
from app.notices.terms import AGAIN_AFTER_MAX, QUIET_FROM_HOUR, QUIET_TO_HOUR


def is_quiet(now: datetime) -> bool:
    """Say whether it is night in the district: from 22:00 to before 7:00."""
    hour = now.astimezone(DISTRICT).hour
    return hour >= QUIET_FROM_HOUR or hour < QUIET_TO_HOUR


def next_try(now: datetime, attempts: int) -> datetime:
    """Say when to try again after so many attempts: one minute, two, four, up to an hour."""
    return now + min(timedelta(minutes=2 ** min(attempts - 1, 10)), AGAIN_AFTER_MAX)
