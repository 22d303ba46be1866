from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import periods

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def test_local_date_turns_at_four_in_the_afternoon_utc():
    assert periods.local_date(datetime(2026, 6, 15, 15, 59, 59, tzinfo=UTC)) == date(2026, 6, 15)
    assert periods.local_date(datetime(2026, 6, 15, 16, 0, tzinfo=UTC)) == date(2026, 6, 16)


def test_local_date_refuses_a_naive_instant():
    with pytest.raises(ValueError):
        periods.local_date(datetime(2026, 6, 15))  # noqa: DTZ001 - naive on purpose


@given(DAYS)
def test_day_bounds_hold_exactly_the_day(day):
    start, end = periods.day_bounds(day)
    assert end - start == timedelta(days=1)
    assert periods.local_date(start) == day
    assert periods.local_date(end - timedelta(microseconds=1)) == day
    assert periods.local_date(end) == day + timedelta(days=1)


@given(DAYS)
def test_month_bounds_meet_the_next_month(day):
    start, end = periods.month_bounds(day)
    assert periods.local_date(start) == periods.month_start(day)
    assert end == periods.month_bounds(periods.month_end(day) + timedelta(days=1))[0]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 31), 12, date(2027, 3, 31)),
    ],
)
def test_add_months_keeps_the_day_or_takes_the_months_last(day, months, expected):
    assert periods.add_months(day, months) == expected


@given(DAYS)
def test_week_start_is_the_monday_at_most_six_days_ago(day):
    monday = periods.week_start(day)
    assert monday.weekday() == 0
    assert timedelta(0) <= day - monday < timedelta(days=7)
