"""The work calendar without a database: known years, unknown years, deadlines."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.periods import DISTRICT
from app.places import errors
from app.places.rules.calendar import Calendar, check_edit
from app.places.rules.holidays import DayPlan, year_of_library
from app.places.terms import WORKING_HOURS, DayKind, DaySource

CALENDAR = Calendar({})
UNKNOWN = 2099
DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))
HOLIDAY = DayPlan(DayKind.HOLIDAY, DaySource.EDITED, "停水")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DISTRICT)


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        ("2026-06-15", DayKind.WORKING, None),
        ("2026-06-14", DayKind.WEEKEND, None),
        ("2026-10-01", DayKind.HOLIDAY, "国庆节"),
        ("2026-10-07", DayKind.HOLIDAY, "国庆节"),  # in lieu
        ("2026-02-14", DayKind.ADJUSTED, "春节"),  # a Saturday that is worked
        ("2026-02-17", DayKind.HOLIDAY, "春节"),
    ],
)
def test_a_known_year_is_as_published(day, kind, name):
    plan = CALENDAR.plan_of(date.fromisoformat(day))
    assert (plan.kind, plan.name, plan.source) == (kind, name, DaySource.LIBRARY)


def test_a_year_that_the_library_does_not_know_is_assumed_and_says_so():
    assert year_of_library(UNKNOWN) == year_of_library(1990) == {}
    plans = [CALENDAR.plan_of(date(UNKNOWN, 1, day)) for day in range(5, 12)]  # Monday to Sunday
    assert {plan.source for plan in plans} == {DaySource.ASSUMED}
    assert [plan.is_working for plan in plans] == [True] * 5 + [False] * 2


def test_an_adjusted_day_follows_the_weekday_it_is_worked_for():
    saturday = date(2026, 2, 14)
    assert saturday.isoweekday() == 6
    assert CALENDAR.duty_weekday(saturday) == date(2026, 2, 20).isoweekday()  # off in lieu: a Friday
    assert CALENDAR.duty_weekday(date(2026, 2, 28)) == date(2026, 2, 23).isoweekday()  # and a Monday
    assert CALENDAR.duty_weekday(date(2026, 6, 14)) == 7


def test_what_the_office_says_comes_first():
    calendar = Calendar({date(2026, 6, 15): HOLIDAY, date(UNKNOWN, 1, 5): HOLIDAY})
    assert calendar.plan_of(date(2026, 6, 15)) is HOLIDAY
    assert not calendar.is_working_day(date(UNKNOWN, 1, 5))
    assert calendar.is_holiday(date(2026, 6, 15))
    assert not calendar.is_holiday(date(2026, 6, 14))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-06-15", 1, "2026-06-16"),
        ("2026-06-12", 1, "2026-06-15"),  # over a weekend
        ("2026-09-30", 1, "2026-10-08"),  # over the long holiday
        ("2026-02-13", 1, "2026-02-14"),  # into an adjusted Saturday
        ("2026-10-01", 0, "2026-10-08"),
        ("2026-06-15", 0, "2026-06-15"),
        ("2026-12-31", 2, "2027-01-04"),  # into a year nobody has published: the 1st and the 4th are assumed
    ],
)
def test_working_days_are_counted(start, count, end):
    assert CALENDAR.add_working_days(date.fromisoformat(start), count) == date.fromisoformat(end)


@given(DAYS, st.integers(0, 60))
def test_counting_days_agrees_with_walking(day, count):
    end = CALENDAR.add_working_days(day, count)
    assert CALENDAR.is_working_day(end)
    between = (day + timedelta(days=step) for step in range(1, (end - day).days + 1))
    if count:
        assert sum(CALENDAR.is_working_day(each) for each in between) == count
    assert end >= day


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-06-15T09:00", 2, "2026-06-15T11:00"),
        ("2026-06-15T09:00", 3, "2026-06-15T12:00"),  # as the office closes for noon
        ("2026-06-15T09:00", 4, "2026-06-15T14:30"),
        ("2026-06-15T12:30", 1, "2026-06-15T14:30"),
        ("2026-06-15T17:00", 1, "2026-06-16T09:30"),
        ("2026-06-12T17:30", 1, "2026-06-15T10:00"),
        ("2026-06-13T10:00", 7, "2026-06-15T17:30"),
        ("2026-09-30T17:00", 1, "2026-10-08T09:30"),
        ("2026-06-15T08:00", 0, "2026-06-15T09:00"),
        ("2026-06-15T10:00", 0, "2026-06-15T10:00"),
        ("2026-12-31T17:00", 1, "2027-01-01T09:30"),  # assumed
    ],
)
def test_working_hours_are_counted(start, hours, end):
    found = CALENDAR.add_working_time(at(start), timedelta(hours=hours))
    assert (found, found.tzinfo) == (at(end), UTC)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)), st.integers(0, 100 * 60))  # noqa: DTZ001 - the zone is put on below
def test_adding_hours_and_measuring_them_agree(start, minutes):
    begun, span = start.replace(tzinfo=DISTRICT), timedelta(minutes=minutes)
    end = CALENDAR.add_working_time(begun, span)
    assert CALENDAR.working_time_between(begun, end) == span
    local = end.astimezone(DISTRICT)
    assert CALENDAR.is_working_day(local.date())
    assert any(opens <= local.time() <= closes for opens, closes in WORKING_HOURS)


def test_office_hours_are_the_callers_to_choose():
    night = ((time(20), time(22)),)
    assert CALENDAR.add_working_time(at("2026-06-15T09:00"), timedelta(hours=3), night) == at("2026-06-16T21:00")
    assert CALENDAR.working_time_between(at("2026-06-15T09:00"), at("2026-06-14T09:00")) == timedelta()


def test_an_adjusted_day_says_its_weekday_and_no_other_day_does():
    check_edit(DayKind.ADJUSTED, 5)
    check_edit(DayKind.WORKING, None)
    with pytest.raises(errors.WeekdayNeeded):
        check_edit(DayKind.ADJUSTED, None)
    with pytest.raises(errors.WeekdayNeedless):
        check_edit(DayKind.HOLIDAY, 5)
