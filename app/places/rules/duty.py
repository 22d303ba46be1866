"""Who is on duty: weekly shifts by the calendar, extra shifts by date, swaps. Times of day are the district's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from app.kernel.periods import DISTRICT
from app.places.errors import BeginPast, DaysWrong, DutyOverlaps, EndPast
from app.places.rules.calendar import Calendar

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Weekly:
    """A shift of every week, from one day to another, both included (None: until further notice).

    `holidays`: it holds each week whatever the calendar says. Otherwise it rests on public holidays, and on an adjusted
    day the shifts of the weekday hold that the day is worked for.
    """

    id: UUID
    person_id: UUID
    weekday: int
    starts_at: time
    ends_at: time
    holidays: bool
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date, calendar: Calendar) -> bool:
        """Whether it begins on this day."""
        if day < self.valid_from or (self.valid_to is not None and day > self.valid_to):
            return False
        if self.holidays:
            return day.isoweekday() == self.weekday
        return calendar.duty_weekday(day) == self.weekday and not calendar.is_holiday(day)


@dataclass(frozen=True, slots=True)
class Extra:
    """A shift on one day only."""

    id: UUID
    person_id: UUID
    day: date
    starts_at: time
    ends_at: time


@dataclass(frozen=True, slots=True)
class Swap:
    """A shift that another person took over; later ones of the same shift come later in a list."""

    shift_id: UUID
    day: date
    to_person: UUID


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift that somebody has: `starts` and `ends` are instants in UTC. `planned_for`: whose it was before swaps."""

    id: UUID
    day: date
    person_id: UUID
    planned_for: UUID
    starts: datetime
    ends: datetime
    weekly: bool

    def overlaps(self, other: "Shift") -> bool:
        """Whether two shifts share an instant; one may begin as the other ends."""
        return self.starts < other.ends and other.starts < self.ends


@dataclass(frozen=True, slots=True)
class Roster:
    """Everything about the duty of one unit around some days."""

    weekly: Sequence[Weekly]
    extra: Sequence[Extra]
    swaps: Sequence[Swap]
    calendar: Calendar

    def shifts_on(self, day: date) -> list[Shift]:
        """The shifts that begin on a day, the earliest first."""
        planned = [_of_week(each, day) for each in self.weekly if self._holds(each, day)]
        planned += [
            _shift(each.id, day, each.person_id, each.starts_at, each.ends_at, weekly=False)
            for each in self.extra
            if each.day == day
        ]
        holders = {swap.shift_id: swap.to_person for swap in self.swaps if swap.day == day}
        held = [replace(shift, person_id=holders.get(shift.id, shift.person_id)) for shift in planned]
        return sorted(held, key=lambda shift: (shift.starts, shift.ends, shift.id))

    def shifts_between(self, first: date, last: date) -> list[Shift]:
        """The shifts that begin from one day to another."""
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return [shift for day in days for shift in self.shifts_on(day)]

    def on_duty(self, at: datetime) -> list[Shift]:
        """The shifts that are running at an instant: begun that day in the district, or the day before."""
        today = at.astimezone(DISTRICT).date()
        near = self.shifts_between(today - ONE_DAY, today)
        return [shift for shift in near if shift.starts <= at < shift.ends]

    def check_free(self, person_id: UUID, wanted: Shift) -> None:
        """Refuses DutyOverlaps when the person has another shift while `wanted` runs."""
        near = self.shifts_between(wanted.day - ONE_DAY, wanted.day + ONE_DAY)
        others = [shift for shift in near if (shift.id, shift.day) != (wanted.id, wanted.day)]
        _check_free(others, person_id, [wanted])

    def check_weekly_free(self, new: Weekly) -> None:
        """Refuses DutyOverlaps when a weekly shift meets what its person has on single days, extra or taken over."""
        person_id = new.person_id
        days = {each.day for each in self.extra if each.person_id == person_id}
        days |= {swap.day for swap in self.swaps if swap.to_person == person_id}
        for day in sorted(days):
            near = (day + ONE_DAY * number for number in (-1, 0, 1))
            wanted = [_of_week(new, each) for each in near if self._holds(new, each)]
            dated = [each for each in self.shifts_on(day) if not each.weekly or each.planned_for != person_id]
            _check_free(dated, person_id, wanted)

    def _holds(self, new: Weekly, day: date) -> bool:
        return new.holds_on(day, self.calendar)


def make_shift(extra: Extra) -> Shift:
    """Make the shift of an extra one that is not in a roster yet."""
    return _shift(extra.id, extra.day, extra.person_id, extra.starts_at, extra.ends_at, weekly=False)


def check_weekly(new: Weekly, others: Iterable[Weekly]) -> None:
    """Refuses DutyOverlaps when a person would have two weekly shifts at once in any week of both."""
    for other in others:
        if other.person_id == new.person_id and _meet(new, other):
            raise DutyOverlaps(starts=f"{other.starts_at:%H:%M}", ends=f"{other.ends_at:%H:%M}")


def check_begin(first: date, last: date | None, today: date, *, field: str = "valid_from") -> None:
    """Refuses BeginPast for a first day before today, DaysWrong for a last day before the first."""
    if first < today:
        raise BeginPast(today=today.isoformat(), field=field)
    if last is not None and last < first:
        raise DaysWrong(since=first.isoformat())


def check_end(last_day: date, today: date) -> None:
    """Refuses EndPast for a last day before yesterday's end: what was on duty was on duty."""
    if last_day < today:
        raise EndPast(today=today.isoformat())


def spans_meet(first: tuple[date, date | None], second: tuple[date, date | None]) -> bool:
    """Whether two spans of days share a day; None is without end."""
    return (second[1] is None or first[0] <= second[1]) and (first[1] is None or second[0] <= first[1])


def local(instant: datetime) -> str:
    """Write an instant as a refusal shows it, in the district's time."""
    return f"{instant.astimezone(DISTRICT):%Y-%m-%d %H:%M}"


def _check_free(shifts: Iterable[Shift], person_id: UUID, wanted: Sequence[Shift]) -> None:
    for shift in shifts:
        if shift.person_id == person_id and any(map(shift.overlaps, wanted)):
            raise DutyOverlaps(starts=local(shift.starts), ends=local(shift.ends))


def _of_week(weekly: Weekly, day: date) -> Shift:
    return _shift(weekly.id, day, weekly.person_id, weekly.starts_at, weekly.ends_at, weekly=True)


def _shift(shift_id: UUID, day: date, person_id: UUID, starts_at: time, ends_at: time, *, weekly: bool) -> Shift:
    starts = datetime.combine(day, starts_at, tzinfo=DISTRICT).astimezone(UTC)
    ends_on = day if ends_at > starts_at else day + ONE_DAY
    ends = datetime.combine(ends_on, ends_at, tzinfo=DISTRICT).astimezone(UTC)
    return Shift(shift_id, day, person_id, person_id, starts, ends, weekly)


def _meet(one: Weekly, other: Weekly) -> bool:
    """Whether two weekly shifts share a minute of the week, on days both are valid (a night may run one day over)."""
    if not spans_meet((one.valid_from, one.valid_to), (other.valid_from, other.valid_to)):
        return False
    week = 7 * 24 * 60
    start, length = _minutes(one)
    begin, extent = _minutes(other)
    return (begin - start) % week < length or (start - begin) % week < extent


def _minutes(weekly: Weekly) -> tuple[int, int]:
    """Where in the week a shift begins, and how long it is, in minutes."""
    begin = weekly.starts_at.hour * 60 + weekly.starts_at.minute
    end = weekly.ends_at.hour * 60 + weekly.ends_at.minute
    return (weekly.weekday - 1) * 24 * 60 + begin, (end - begin) % (24 * 60) or 24 * 60
