"""Which days are worked, and deadlines in working days and working hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app.kernel.periods import DISTRICT, local_date
from app.places.errors import WeekdayNeeded, WeekdayNeedless
from app.places.rules.holidays import DayPlan, assumed_day, year_of_library
from app.places.terms import WORKING_HOURS, DayKind

Hours = Sequence[tuple[time, time]]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What days are: by what the office wrote down, else by the library, else by what is assumed of a week.

    It always answers, for any day, and says by `source` how far to trust it.
    """

    written: Mapping[date, DayPlan]

    def plan_of(self, day: date) -> DayPlan:
        """What a day is, and who says so."""
        return self.written.get(day) or year_of_library(day.year).get(day) or assumed_day(day)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on a day."""
        return self.plan_of(day).is_working

    def is_holiday(self, day: date) -> bool:
        """Whether a day is a public holiday; an ordinary weekend is none."""
        return self.plan_of(day).kind is DayKind.HOLIDAY

    def duty_weekday(self, day: date) -> int:
        """The weekday (1 to 7) whose plan is followed: an adjusted day's is the one it is worked for."""
        plan = self.plan_of(day)
        return plan.as_weekday or day.isoweekday()

    def add_working_days(self, day: date, count: int) -> date:
        """Give the `count`th working day after `day`, which does not count itself; 0 gives `day` or the next one.

        Count: 0 to 10,000.
        """
        left = count
        if left == 0:
            while not self.is_working_day(day):
                day += ONE_DAY
        while left:
            day += ONE_DAY
            left -= self.is_working_day(day)
        return day

    def add_working_time(self, start: datetime, span: timedelta, hours: Hours = WORKING_HOURS) -> datetime:
        """Give the instant, in UTC, when `span` of office hours has passed since `start`, which knows its zone.

        A span that ends as an office closes ends then, not on the next morning.
        """
        at, left, day = start.astimezone(DISTRICT), span, local_date(start)
        while True:
            for opens, closes in self._opening(day, hours):
                begun = max(at, opens)
                if closes - begun >= left and begun <= closes:
                    return (begun + left).astimezone(UTC)
                left -= max(closes - begun, timedelta())
            day += ONE_DAY

    def working_time_between(self, start: datetime, end: datetime, hours: Hours = WORKING_HOURS) -> timedelta:
        """How much of office hours lies between two instants; nothing when `end` is not after `start`."""
        total, day = timedelta(), local_date(start)
        while day <= local_date(end):
            for opens, closes in self._opening(day, hours):
                total += max(min(closes, end) - max(opens, start), timedelta())
            day += ONE_DAY
        return total

    def _opening(self, day: date, hours: Hours) -> Sequence[tuple[datetime, datetime]]:
        if not self.is_working_day(day):
            return ()
        return [
            (datetime.combine(day, opens, tzinfo=DISTRICT), datetime.combine(day, closes, tzinfo=DISTRICT))
            for opens, closes in hours
        ]


def check_edit(kind: DayKind, as_weekday: int | None) -> None:
    """Refuses WeekdayNeeded for an adjusted day without the weekday it follows, WeekdayNeedless for others with one."""
    if kind is DayKind.ADJUSTED and as_weekday is None:
        raise WeekdayNeeded
    if kind is not DayKind.ADJUSTED and as_weekday is not None:
        raise WeekdayNeedless
