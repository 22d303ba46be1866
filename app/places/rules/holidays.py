"""The days of a year as the library of public holidays knows them, if it knows the year at all."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

from app.places.terms import DayKind, DaySource

WEEKEND = 6  # isoweekday() of a Saturday


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What a day is, and who says so. `as_weekday`: whose plan (1 Monday to 7 Sunday) an adjusted day follows."""

    kind: DayKind
    source: DaySource
    name: str | None = None
    as_weekday: int | None = None

    @property
    def is_working(self) -> bool:
        """Whether offices work."""
        return self.kind in {DayKind.WORKING, DayKind.ADJUSTED}


def assumed_day(day: date) -> DayPlan:
    """What is assumed of a day nobody has said anything about: work from Monday to Friday."""
    weekend = day.isoweekday() >= WEEKEND
    return DayPlan(DayKind.WEEKEND if weekend else DayKind.WORKING, DaySource.ASSUMED)


@lru_cache(maxsize=64)
def year_of_library(year: int) -> Mapping[date, DayPlan]:
    """Every day of a year by the library; empty for a year whose holidays it does not know (it raises for those)."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return {}
    stands_for = _worked_for(year)
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return {day: _library_day(day, stands_for.get(day)) for day in days}


def _library_day(day: date, as_weekday: int | None) -> DayPlan:
    weekend = day.isoweekday() >= WEEKEND
    holiday = chinese_calendar.holidays.get(day)
    worked = chinese_calendar.workdays.get(day)
    if worked is not None:
        kind = DayKind.ADJUSTED if weekend else DayKind.WORKING
        return DayPlan(kind, DaySource.LIBRARY, _chinese(worked), as_weekday if weekend else None)
    if holiday is not None:
        return DayPlan(DayKind.HOLIDAY, DaySource.LIBRARY, _chinese(holiday))
    return DayPlan(DayKind.WEEKEND if weekend else DayKind.WORKING, DaySource.LIBRARY)


def _worked_for(year: int) -> Mapping[date, int]:
    """Which weekday each adjusted day stands for: the days off in lieu of a holiday, in their order, are worked off by
    the adjusted days of that holiday in theirs. The notices rarely say more.
    """
    lieu, worked = defaultdict(list), defaultdict(list)
    for day, name in sorted(chinese_calendar.in_lieu_days.items()):
        if day.year == year:
            lieu[name].append(day)
    for day, name in sorted(chinese_calendar.workdays.items()):
        if day.year == year:
            worked[name].append(day)
    pairs = (zip(days, lieu.get(name, ()), strict=False) for name, days in worked.items())
    return {day: off.isoweekday() for pair in pairs for day, off in pair}


def _chinese(name: str) -> str:
    """The library's names are English; offices read Chinese."""
    return next((str(vars(each)["chinese"]) for each in chinese_calendar.Holiday if each.value == name), name)
