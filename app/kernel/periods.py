"""Days and months as the district counts them: Asia/Shanghai, which has one offset and no summer time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DISTRICT = ZoneInfo("Asia/Shanghai")


def local_date(instant: datetime) -> date:
    """Say which day it is in the district at `instant`. Refuses a naive instant with ValueError."""
    if instant.tzinfo is None:
        message = "an instant must know its time zone"
        raise ValueError(message)
    return instant.astimezone(DISTRICT).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Give the first instant of a district day and the first one after it, in UTC."""
    start = datetime.combine(day, time.min, tzinfo=DISTRICT)
    return start.astimezone(UTC), (start + timedelta(days=1)).astimezone(UTC)


def span_of(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """Give the first instant of one day and the first one after another, in UTC; an end that is not named is open."""
    return None if first is None else day_bounds(first)[0], None if last is None else day_bounds(last)[1]


def month_start(day: date) -> date:
    """Give the first day of the month of `day`."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """Give the last day of the month of `day`."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def month_bounds(day: date) -> tuple[datetime, datetime]:
    """Give the first instant of the month of `day` and the first one after it, in UTC."""
    return day_bounds(month_start(day))[0], day_bounds(month_end(day))[1]


def week_start(day: date) -> date:
    """Give the Monday of the week of `day`."""
    return day - timedelta(days=day.weekday())


def add_months(day: date, months: int) -> date:
    """Move `day` by whole months; a day the target month lacks becomes its last one (31 Jan + 1 = 28 Feb)."""
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))
