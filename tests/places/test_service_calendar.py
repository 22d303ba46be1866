"""The work calendar as it is written down: seeded, edited, seeded again."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy

from app.places import errors, queries, service
from app.places.models import CalendarDay
from app.places.terms import DayKind, DaySource

HOLIDAY = date(2026, 10, 1)
MONDAY = date(2026, 6, 15)


def shown(uow, day, book=None):
    return service.list_calendar(uow, book=book, first=day, last=day)[0].plan


def test_what_the_library_knows_is_written_down_once(uow, session):
    assert service.seed_calendar(uow) == 365  # 2026; the library does not know 2027
    assert service.seed_calendar(uow) == 0
    kept = session.get(CalendarDay, ("", HOLIDAY))
    assert (kept.kind, kept.name, kept.source) == ("holiday", "国庆节", "library")
    assert session.get(CalendarDay, ("", date(2027, 1, 1))) is None


def test_a_year_the_library_does_not_know_yet_is_no_failure(uow, session):
    late = replace(uow, now=datetime(2098, 12, 31, tzinfo=UTC))
    assert service.seed_calendar(late) == 0
    assert shown(uow, date(2099, 1, 5)).source is DaySource.ASSUMED


def test_seeding_again_never_overwrites_what_an_office_said(uow, session):
    service.seed_calendar(uow)
    service.set_day(uow, book=None, day=HOLIDAY, kind=DayKind.WORKING, as_weekday=None, name="加班")
    stale = sqlalchemy.update(CalendarDay).where(CalendarDay.day == MONDAY).values(kind="holiday")
    session.execute(stale)  # what an older library said otherwise
    assert service.seed_calendar(uow) == 1
    session.expire_all()
    assert (shown(uow, HOLIDAY).kind, shown(uow, HOLIDAY).source) == (DayKind.WORKING, DaySource.EDITED)
    assert (shown(uow, MONDAY).kind, shown(uow, MONDAY).source) == (DayKind.WORKING, DaySource.LIBRARY)
    cleared = service.clear_day(uow, book=None, day=HOLIDAY)
    assert (cleared.plan.kind, cleared.plan.source) == (DayKind.HOLIDAY, DaySource.LIBRARY)


def test_a_community_has_exceptions_of_its_own(uow):
    service.seed_calendar(uow)
    service.set_day(uow, book="meilihua", day=MONDAY, kind=DayKind.HOLIDAY, as_weekday=None, name="停水")
    assert shown(uow, MONDAY, "meilihua").kind is DayKind.HOLIDAY
    assert shown(uow, MONDAY, "other").kind is shown(uow, MONDAY).kind is DayKind.WORKING
    service.set_day(uow, book=None, day=MONDAY, kind=DayKind.WEEKEND, as_weekday=None, name=None)
    assert shown(uow, MONDAY, "meilihua").name == "停水"  # its own word still comes first
    assert service.clear_day(uow, book="meilihua", day=MONDAY).plan.kind is DayKind.WEEKEND
    calendar = queries.load_calendar_for(uow.session, "meilihua", date(2026, 6, 12), 1)
    assert calendar.add_working_days(date(2026, 6, 12), 1) == date(2026, 6, 16)


def test_a_day_is_set_again_and_adjusted_days_name_their_weekday(uow, session):
    service.set_day(uow, book=None, day=date(2026, 6, 13), kind=DayKind.ADJUSTED, as_weekday=5, name=None)
    again = service.set_day(uow, book=None, day=date(2026, 6, 13), kind=DayKind.ADJUSTED, as_weekday=4, name=None)
    assert again.plan.as_weekday == 4
    with pytest.raises(errors.WeekdayNeeded):
        service.set_day(uow, book=None, day=MONDAY, kind=DayKind.ADJUSTED, as_weekday=None, name=None)
    kept = queries.find_written_day(session, None, date(2026, 6, 13))
    assert (kept.edited_by, kept.edited_at) == (uow.actor.id, uow.now)


@pytest.mark.parametrize(
    ("first", "last"), [(date(2026, 1, 2), date(2026, 1, 1)), (date(2026, 1, 1), date(2027, 6, 1))]
)
def test_a_span_that_is_none_or_too_long_is_refused(uow, first, last):
    with pytest.raises(errors.SpanWrong):
        service.list_calendar(uow, book=None, first=first, last=last)
