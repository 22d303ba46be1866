"""When points lapse, and how far back an expiry run must look."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.kernel.periods import add_months, month_end
from app.points.errors import FixedDayInvalid
from app.points.terms import HOLD_SECONDS_MAX, ExpiryPolicyKind

LEAP_YEAR = 2000
HOLD_DAYS_MAX = -(-HOLD_SECONDS_MAX // (24 * 3600))
"""Days that a hold may outlive the lot it was placed on, rounded up."""


@dataclass(frozen=True, slots=True)
class FixedDay:
    """A day of the year. 29 February is the last day of February in years that have no such day."""

    month: int
    day: int

    def __post_init__(self) -> None:
        """Refuse FixedDayInvalid for days that no year has."""
        if not (1 <= self.month <= 12 and 1 <= self.day <= month_end(date(LEAP_YEAR, self.month, 1)).day):
            raise FixedDayInvalid(month=self.month, day=self.day)

    def in_year(self, year: int) -> date:
        """The day in that year."""
        return date(year, self.month, min(self.day, month_end(date(year, self.month, 1)).day))


@dataclass(frozen=True, slots=True)
class ExpiryPolicy:
    """How long points live: whole months, then to the month's end, or to the next `fixed` day."""

    validity_months: int
    fixed: FixedDay | None = None

    @property
    def kind(self) -> ExpiryPolicyKind:
        """Which of the two."""
        return ExpiryPolicyKind.ROLLING if self.fixed is None else ExpiryPolicyKind.YEARLY


def expiry_day(earned_on: date, policy: ExpiryPolicy, *, validity_months: int | None = None) -> date:
    """The last day points earned on `earned_on` can be spent. `validity_months`: instead of the policy's, by a rule.

    Rolling: the end of the month so many months later. Yearly: the first fixed day that is so many months, or more,
    after the day itself (a day the target month lacks counts as its last).
    """
    months = policy.validity_months if validity_months is None else validity_months
    if policy.fixed is None:
        return month_end(add_months(earned_on.replace(day=1), months))
    earliest = add_months(earned_on, months)
    this_year = policy.fixed.in_year(earliest.year)
    return this_year if this_year >= earliest else policy.fixed.in_year(earliest.year + 1)


def grace_day(today: date, grace_days: int) -> date:
    """The last day of points given back into a lot that has lapsed."""
    return today + timedelta(days=grace_days)


def due_since(finished: date | None) -> date | None:
    """The first expiry day of which a run of the day `finished` can have left something; None: of any.

    A run takes all that lapsed before its day, but for points that are held. A hold is placed on points that can still
    be spent, so on their last day at the latest, and ends within HOLD_DAYS_MAX days. One that was alive on the day
    `finished` was therefore placed on points whose last day is at most HOLD_DAYS_MAX days before it. Whatever else
    reaches a lot on its last day (a refund that began before midnight) lies inside the same days.
    """
    return None if finished is None else finished - timedelta(days=HOLD_DAYS_MAX)
