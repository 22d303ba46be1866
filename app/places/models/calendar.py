"""The work calendar."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, DateTime, SmallInteger, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class CalendarDay(Base):
    """What one day is, for the district (`book` is empty) or for one community, whose word comes first there."""

    __tablename__ = "places_calendar_days"
    book: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    as_weekday: Mapped[int | None] = mapped_column(SmallInteger)
    name: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    edited_by: Mapped[UUID | None] = mapped_column(Uuid)
    edited_at: Mapped[datetime | None] = mapped_column(INSTANT)
