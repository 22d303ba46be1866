"""Keeping the work calendar: what the library knows is written down, what an office says counts more and stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.places import queries
from app.places.errors import SpanWrong
from app.places.models import CalendarDay
from app.places.queries.calendar import DISTRICT_BOOK
from app.places.rules.calendar import check_edit
from app.places.rules.holidays import DayPlan, year_of_library
from app.places.terms import CALENDAR_DAYS_MAX, DayKind, DaySource


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A day of the calendar and what it is."""

    day: date
    plan: DayPlan


def list_calendar(uow: UnitOfWork, *, book: str | None, first: date, last: date) -> Sequence[ShownDay]:
    """Every day from `first` to `last`, at most CALENDAR_DAYS_MAX. Refuses SpanWrong."""
    count = (last - first).days + 1
    if not 1 <= count <= CALENDAR_DAYS_MAX:
        raise SpanWrong(days_max=CALENDAR_DAYS_MAX)
    calendar = queries.load_calendar(uow.session, book, first, last)
    days = [first + timedelta(days=number) for number in range(count)]
    return [ShownDay(day, calendar.plan_of(day)) for day in days]


def set_day(
    uow: UnitOfWork, *, book: str | None, day: date, kind: DayKind, as_weekday: int | None, name: str | None
) -> ShownDay:
    """Say what a day is, for the district or for one community. Refuses WeekdayNeeded, WeekdayNeedless."""
    check_edit(kind, as_weekday)
    said: dict[str, object] = {
        "kind": str(kind),
        "as_weekday": as_weekday,
        "name": name,
        "source": str(DaySource.EDITED),
    }
    said |= {"edited_by": uow.actor.id, "edited_at": uow.now}
    row = insert(CalendarDay).values(book=book or DISTRICT_BOOK, day=day, **said)
    uow.session.execute(row.on_conflict_do_update(index_elements=["book", "day"], set_=said))
    return _shown(uow, book, day)


def clear_day(uow: UnitOfWork, *, book: str | None, day: date) -> ShownDay:
    """Take back what was said of a day: the district's word counts again for a community, else the library's.

    A day that nobody said anything about stays as it is.
    """
    written = CalendarDay.book == (book or DISTRICT_BOOK), CalendarDay.day == day
    uow.session.execute(delete(CalendarDay).where(*written, CalendarDay.source == DaySource.EDITED))
    if book is None:
        _seed(uow, day.year)
    return _shown(uow, book, day)


def seed_calendar(uow: UnitOfWork) -> int:
    """Write down this year and those after it as far as the library knows them; returns how many days were written.

    What an office has said of a day is never overwritten. Run again it writes only what a newer library says otherwise.
    """
    year, written = local_date(uow.now).year, 0
    while year_of_library(year):
        written += _seed(uow, year)
        year += 1
    return written


def _seed(uow: UnitOfWork, year: int) -> int:
    days = [
        {
            "book": DISTRICT_BOOK,
            "day": day,
            "kind": str(plan.kind),
            "as_weekday": plan.as_weekday,
            "name": plan.name,
            "source": str(plan.source),
        }
        for day, plan in year_of_library(year).items()
    ]
    if not days:
        return 0
    rows = insert(CalendarDay).values(days)
    new = rows.excluded
    differs = [getattr(CalendarDay, name).is_distinct_from(new[name]) for name in ("kind", "as_weekday", "name")]
    seeded = rows.on_conflict_do_update(
        index_elements=["book", "day"],
        set_={name: new[name] for name in ("kind", "as_weekday", "name")},
        where=(CalendarDay.source == DaySource.LIBRARY) & or_(*differs),
    )
    return len(uow.session.execute(seeded.returning(CalendarDay.day)).all())


def _shown(uow: UnitOfWork, book: str | None, day: date) -> ShownDay:
    uow.session.expire_all()
    return ShownDay(day, queries.load_calendar(uow.session, book, day, day).plan_of(day))
