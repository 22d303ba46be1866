"""Who is on duty, without a database."""

import uuid
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.periods import DISTRICT
from app.places import errors
from app.places.rules.calendar import Calendar
from app.places.rules.duty import (
    Extra,
    Roster,
    Swap,
    Weekly,
    check_begin,
    check_end,
    check_weekly,
    make_shift,
    spans_meet,
)

ANNA, BEN, CARL = (uuid.UUID(int=number) for number in (1, 2, 3))
SINCE = date(2026, 1, 1)
MONDAY = date(2026, 6, 15)


def weekly(person=ANNA, weekday=1, span="08:00-17:00", *, holidays=False, since=SINCE, to=None, number=10):
    starts, ends = (time.fromisoformat(part) for part in span.split("-"))
    return Weekly(uuid.UUID(int=number), person, weekday, starts, ends, holidays, since, to)


def extra(person=BEN, day=MONDAY, span="17:00-20:00", number=90):
    starts, ends = (time.fromisoformat(part) for part in span.split("-"))
    return Extra(uuid.UUID(int=number), person, day, starts, ends)


def roster(*shifts, extras=(), swaps=(), written=()):
    return Roster(shifts, extras, swaps, Calendar(dict(written)))


def people(roster, text):
    return [shift.person_id for shift in roster.on_duty(datetime.fromisoformat(text).replace(tzinfo=DISTRICT))]


def test_a_weekly_shift_runs_from_its_first_minute_to_before_its_last():
    found = roster(weekly())
    assert people(found, "2026-06-15T08:00") == people(found, "2026-06-15T16:59:59") == [ANNA]
    assert people(found, "2026-06-15T07:59:59") == people(found, "2026-06-15T17:00") == []
    assert people(found, "2026-06-16T10:00") == []


def test_a_night_belongs_to_the_day_it_begins_on():
    found = roster(weekly(span="20:00-08:00"))
    assert people(found, "2026-06-15T23:00") == people(found, "2026-06-16T07:59") == [ANNA]
    assert people(found, "2026-06-16T08:00") == people(found, "2026-06-15T07:00") == []
    around = roster(weekly(span="08:00-08:00"))
    assert people(around, "2026-06-16T07:59") == people(around, "2026-06-15T08:00") == [ANNA]


def test_it_is_the_districts_time_wherever_the_question_is_asked_from():
    found = roster(weekly())
    assert [each.person_id for each in found.on_duty(datetime.fromisoformat("2026-06-15T00:00:00+00:00"))] == [ANNA]
    assert found.on_duty(datetime.fromisoformat("2026-06-15T09:00:00+00:00")) == []


def test_public_holidays_rest_unless_the_shift_says_otherwise():
    thursday = date(2026, 10, 1)
    found = roster(weekly(weekday=4), weekly(BEN, 4, holidays=True, number=11))
    assert people(found, f"{thursday}T10:00") == [BEN]
    assert people(found, "2026-09-24T10:00") == [ANNA, BEN]


def test_an_adjusted_saturday_is_worked_by_those_of_the_weekday_it_stands_for():
    saturday = date(2026, 2, 14)  # worked for Friday the 20th
    friday, weekend = weekly(weekday=5), weekly(BEN, 6, number=11)
    round_the_clock = weekly(CARL, 6, holidays=True, number=12)
    found = roster(friday, weekend, round_the_clock)
    assert people(found, f"{saturday}T10:00") == [ANNA, CARL]
    assert people(found, "2026-06-13T10:00") == [BEN, CARL]  # an ordinary Saturday
    assert people(found, "2026-02-20T10:00") == []  # off in lieu


def test_a_shift_holds_from_its_first_day_to_its_last():
    found = roster(weekly(since=MONDAY, to=MONDAY + timedelta(days=7)))
    days = [MONDAY + timedelta(days=7 * week) for week in (-1, 0, 1, 2)]
    assert [bool(found.shifts_on(day)) for day in days] == [False, True, True, False]


def test_extra_shifts_and_swaps_change_one_day():
    evening = extra()
    swapped = [Swap(weekly().id, MONDAY, BEN), Swap(weekly().id, MONDAY, CARL), Swap(evening.id, MONDAY, ANNA)]
    found = roster(weekly(), extras=[evening], swaps=swapped)
    assert people(found, "2026-06-15T10:00") == [CARL]  # the last swap counts
    assert people(found, "2026-06-15T18:00") == [ANNA]
    assert people(found, "2026-06-22T10:00") == [ANNA]
    first = found.shifts_on(MONDAY)[0]
    assert (first.person_id, first.planned_for, first.weekly) == (CARL, ANNA, True)


def test_somebody_who_has_a_shift_then_is_not_free():
    found = roster(weekly(span="20:00-08:00"), extras=[extra(CARL)])
    with pytest.raises(errors.DutyOverlaps) as refused:
        found.check_free(ANNA, make_shift(extra(ANNA, MONDAY + timedelta(days=1), "07:00-09:00", 91)))
    assert "2026-06-15 20:00" in refused.value.detail("zh")
    found.check_free(ANNA, make_shift(extra(ANNA, MONDAY + timedelta(days=1), "08:00-09:00", 91)))
    found.check_free(BEN, make_shift(extra(BEN, MONDAY, "20:00-21:00", 91)))
    with pytest.raises(errors.DutyOverlaps):
        found.check_free(CARL, make_shift(extra(CARL, MONDAY, "19:00-21:00", 91)))
    found.check_free(CARL, make_shift(extra(CARL)))  # the shift itself is no other one


@pytest.mark.parametrize(
    ("other", "meets"),
    [
        (weekly(span="16:00-18:00", number=2), True),
        (weekly(span="17:00-18:00", number=2), False),
        (weekly(span="07:00-08:00", number=2), False),
        (weekly(weekday=7, span="20:00-08:01", number=2), True),  # Sunday's night runs into Monday
        (weekly(weekday=7, span="20:00-08:00", number=2), False),
        (weekly(weekday=1, span="09:00-09:00", number=2), True),
        (weekly(weekday=2, number=2), False),
        (weekly(BEN, number=2), False),
        (weekly(since=date(2027, 1, 1), number=2), True),
        (weekly(since=date(2025, 1, 1), to=date(2025, 12, 31), number=2), False),
    ],
)
def test_weekly_shifts_of_one_person_do_not_overlap(other, meets):
    if meets:
        with pytest.raises(errors.DutyOverlaps):
            check_weekly(weekly(), [other])
        with pytest.raises(errors.DutyOverlaps):
            check_weekly(other, [weekly()])
    else:
        check_weekly(weekly(), [other])


TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
WEEKLIES = st.builds(
    Weekly, st.uuids(), st.just(ANNA), st.integers(1, 7), TIMES, TIMES, st.just(True), st.just(SINCE), st.none()
)


@given(WEEKLIES, WEEKLIES)
def test_the_rule_for_weeks_is_what_two_weeks_of_shifts_show(one, other):
    shifts = [roster(each).shifts_between(date(2026, 3, 2), date(2026, 3, 15)) for each in (one, other)]
    meet = any(mine.overlaps(theirs) for mine in shifts[0] for theirs in shifts[1])
    try:
        check_weekly(one, [other])
        assert not meet
    except errors.DutyOverlaps:
        assert meet


def test_nothing_begins_or_ends_in_the_past():
    check_begin(MONDAY, None, MONDAY)
    check_end(MONDAY, MONDAY)
    with pytest.raises(errors.BeginPast):
        check_begin(MONDAY - timedelta(days=1), None, MONDAY)
    with pytest.raises(errors.DaysWrong):
        check_begin(MONDAY, MONDAY - timedelta(days=1), MONDAY)
    with pytest.raises(errors.EndPast):
        check_end(MONDAY - timedelta(days=1), MONDAY)


def test_spans_of_days_meet_when_they_share_one():
    first, second = (MONDAY, MONDAY), (MONDAY, None)
    assert spans_meet(first, second)
    assert spans_meet(second, first)
    assert not spans_meet(first, (MONDAY + timedelta(days=1), None))


@pytest.mark.parametrize(
    ("new", "meets"),
    [
        (weekly(BEN, span="16:00-18:00", number=11), True),
        (weekly(BEN, span="08:00-17:00", number=11), False),  # one begins as the other ends
        (weekly(BEN, weekday=7, span="20:00-17:30", number=11), True),  # a night that runs over
        (weekly(BEN, span="16:00-18:00", since=date(2026, 6, 16), number=11), False),
        (weekly(CARL, span="17:00-20:00", number=11), False),
        (weekly(CARL, weekday=2, span="09:00-10:00", number=11), True),  # what he took over that day
        (weekly(ANNA, weekday=2, span="09:00-10:00", number=11), False),  # what she gave away that day
    ],
)
def test_a_weekly_shift_does_not_meet_what_its_person_has_on_single_days(new, meets):
    tuesday = MONDAY + timedelta(days=1)
    given_away = weekly(weekday=2)
    found = roster(given_away, extras=[extra()], swaps=[Swap(given_away.id, tuesday, CARL)])
    if meets:
        with pytest.raises(errors.DutyOverlaps):
            found.check_weekly_free(new)
    else:
        found.check_weekly_free(new)
