"""What an allotment must be, and when it may still be changed."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from app.points import errors
from app.points.terms import POINTS_MAX, SPENDERS_MAX, AllotmentState


def check_period(period_from: date, period_to: date, *, today: date) -> None:
    """Refuse PeriodReversed, and PeriodPast when nobody could award from it any more."""
    if period_to < period_from:
        raise errors.PeriodReversed(period_from=period_from.isoformat(), period_to=period_to.isoformat())
    if period_to < today:
        raise errors.PeriodPast(period_to=period_to.isoformat(), today=today.isoformat())


def check_changeable(state: str, period_to: date, *, today: date) -> None:
    """Refuse AllotmentClosed, and AllotmentOver when its period is past and it only waits to be closed."""
    if state != AllotmentState.OPEN:
        raise errors.AllotmentClosed
    if period_to < today:
        raise errors.AllotmentOver(period_to=period_to.isoformat())


def check_total(points: int, more: int) -> int:
    """Answer what was handed over in all. Refuses AllotmentTooLarge beyond POINTS_MAX."""
    if points + more > POINTS_MAX:
        raise errors.AllotmentTooLarge(points=points, points_max=POINTS_MAX)
    return points + more


def check_spenders(people: Collection[UUID], *, field: str) -> None:
    """Refuse SpendersTooMany, naming the input `field`."""
    if len(people) > SPENDERS_MAX:
        raise errors.SpendersTooMany(spenders=len(people), spenders_max=SPENDERS_MAX, field=field)
