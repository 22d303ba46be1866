"""When a service can be awarded."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.volunteers import errors, terms


@dataclass(frozen=True, slots=True)
class Service:
    """What one volunteer did, and the points for it."""

    resident_id: UUID
    points: int
    minutes: int | None = None


def check_day(performed_on: date, today: date) -> None:
    """Refuse DayOutOfRange for a service that has not happened yet, or too long ago to be awarded still."""
    earliest = today - timedelta(days=terms.DAYS_BACK_MAX)
    if not earliest <= performed_on <= today:
        raise errors.DayOutOfRange(
            performed_on=performed_on.isoformat(), earliest=earliest.isoformat(), latest=today.isoformat()
        )
