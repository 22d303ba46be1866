"""When points lapse: by months to a month's end, or on one day of the year."""

from calendar import isleap, monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.points.errors import FixedDayInvalid
from app.points.rules.expiry import ExpiryPolicy, FixedDay, due_since, expiry_day
from app.points.terms import HOLD_SECONDS_MAX, ExpiryPolicyKind

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
months = st.integers(1, 120)
fixed_days = st.tuples(st.integers(1, 12), st.integers(1, 31)).filter(
    lambda pair: pair[1] <= monthrange(2000, pair[0])[1]
)


def ordinal(month_of: date) -> int:
    return month_of.year * 12 + month_of.month


def is_fixed_day(day: date, month: int, number: int) -> bool:
    """Written without the code's own clamping."""
    if (month, number) == (2, 29):
        return (day.month, day.day) == (2, 29 if isleap(day.year) else 28)
    return (day.month, day.day) == (month, number)


@given(days, months, fixed_days)
def test_yearly_points_lapse_on_the_first_fixed_day_that_is_late_enough(earned_on, validity, pair):
    last = expiry_day(earned_on, ExpiryPolicy(validity, FixedDay(*pair)))
    assert is_fixed_day(last, *pair)
    # late enough: `validity` whole months later, in the sense of a calendar
    assert ordinal(last) - ordinal(earned_on) >= validity
    if ordinal(last) - ordinal(earned_on) == validity:
        assert last.day >= min(earned_on.day, monthrange(last.year, last.month)[1])
    # and the first such: the one a year before was too early
    before = FixedDay(*pair).in_year(last.year - 1)
    passed = ordinal(before) - ordinal(earned_on)
    assert passed < validity or (
        passed == validity and before.day < min(earned_on.day, monthrange(before.year, before.month)[1])
    )


@given(days, days, months, st.none() | fixed_days)
def test_who_earns_later_never_loses_earlier_and_everybody_has_the_whole_time(one, other, validity, pair):
    policy = ExpiryPolicy(validity, FixedDay(*pair) if pair else None)
    first, second = sorted((one, other))
    assert expiry_day(first, policy) <= expiry_day(second, policy)
    assert expiry_day(first, policy) - first >= timedelta(days=28 * validity)
    longest = 31 * (validity + 12) if pair else 31 * (validity + 1)
    assert expiry_day(first, policy) - first <= timedelta(days=longest)


@given(days, months, months, st.none() | fixed_days)
def test_what_an_award_rule_says_goes_before_the_book(earned_on, validity, override, pair):
    fixed = FixedDay(*pair) if pair else None
    said = expiry_day(earned_on, ExpiryPolicy(validity, fixed), validity_months=override)
    assert said == expiry_day(earned_on, ExpiryPolicy(override, fixed))


@pytest.mark.parametrize(
    ("earned_on", "validity", "fixed", "last"),
    [
        ((2026, 6, 15), 12, (12, 31), (2027, 12, 31)),
        ((2026, 12, 31), 12, (12, 31), (2027, 12, 31)),  # on the very day: twelve months are over
        ((2027, 1, 1), 12, (12, 31), (2028, 12, 31)),
        ((2026, 6, 15), 1, (6, 30), (2027, 6, 30)),
        ((2026, 5, 30), 1, (6, 30), (2026, 6, 30)),
        ((2026, 5, 31), 1, (6, 30), (2026, 6, 30)),  # June has no 31st
        ((2026, 3, 1), 12, (2, 29), (2028, 2, 29)),
        ((2026, 2, 1), 12, (2, 29), (2027, 2, 28)),
        ((2024, 2, 29), 12, (2, 29), (2025, 2, 28)),
        ((2024, 2, 29), 48, (2, 29), (2028, 2, 29)),
    ],
)
def test_days_of_a_year(earned_on, validity, fixed, last):
    assert expiry_day(date(*earned_on), ExpiryPolicy(validity, FixedDay(*fixed))) == date(*last)


@pytest.mark.parametrize("pair", [(0, 1), (13, 1), (4, 31), (2, 30), (1, 0), (1, 32), (-1, -1)])
def test_a_day_that_no_year_has_is_refused(pair):
    with pytest.raises(FixedDayInvalid) as refused:
        FixedDay(*pair)
    assert (refused.value.field, str(pair[1]) in refused.value.detail("zh")) == ("expiry_day", True)


def test_a_policy_says_of_which_kind_it_is():
    assert ExpiryPolicy(24).kind is ExpiryPolicyKind.ROLLING
    assert ExpiryPolicy(24, FixedDay(12, 31)).kind is ExpiryPolicyKind.YEARLY


@given(days, st.integers(0, HOLD_SECONDS_MAX), st.integers(0, 24 * 3600 - 1))
def test_a_run_looks_back_as_far_as_a_hold_can_reach(last_day, hold_seconds, placed_at):
    """A hold placed in any second of a lot's last day, for any time, alive at any moment of a run's day."""
    over = placed_at + hold_seconds  # seconds after the last day began
    alive_through = last_day + timedelta(days=over // (24 * 3600))
    assert due_since(alive_through) <= last_day
    assert due_since(None) is None
