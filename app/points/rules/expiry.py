"""When points lapse."""

from datetime import date, timedelta

from app.kernel.periods import add_months, month_end


def expiry_day(earned_on: date, validity_months: int) -> date:
    """The last day points earned on `earned_on` can be spent: the end of the month `validity_months` later."""
    return month_end(add_months(earned_on.replace(day=1), validity_months))


def grace_day(today: date, grace_days: int) -> date:
    """The last day of points given back into a lot that has lapsed."""
    return today + timedelta(days=grace_days)
