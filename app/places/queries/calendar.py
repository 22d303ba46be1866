"""The work calendar as it is written down."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.places.models import CalendarDay
from app.places.rules.calendar import Calendar
from app.places.rules.holidays import DayPlan
from app.places.terms import DayKind, DaySource

DISTRICT_BOOK = ""
DAYS_OF_DEADLINES = 370
"""Beside the days that a deadline counts, so many more are read: nobody rests longer."""


def load_calendar(session: Session, book: str | None, first: date, last: date) -> Calendar:
    """The calendar from `first` to `last` as a community sees it: its own exceptions before the district's days.

    Outside those days it answers as well, by the library and by the week.
    """
    books = {DISTRICT_BOOK, book or DISTRICT_BOOK}
    query = select(CalendarDay).where(CalendarDay.book.in_(books), CalendarDay.day.between(first, last))
    written: dict[date, DayPlan] = {}
    for row in session.scalars(query.order_by(CalendarDay.book, CalendarDay.day)):  # the district's come first
        written[row.day] = DayPlan(DayKind(row.kind), DaySource(row.source), row.name, row.as_weekday)
    return Calendar(written)


def load_calendar_for(session: Session, book: str | None, start: date, working_days: int) -> Calendar:
    """A calendar that is long enough to count so many working days from `start`."""
    return load_calendar(session, book, start, start + timedelta(days=2 * working_days + DAYS_OF_DEADLINES))


def find_written_day(session: Session, book: str | None, day: date) -> CalendarDay | None:
    """What was written down about a day for the district (`book` None) or by one community itself."""
    return session.get(CalendarDay, (book or DISTRICT_BOOK, day), populate_existing=True)
