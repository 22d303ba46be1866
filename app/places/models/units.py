"""Units, what they serve, and who is on duty."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, ForeignKey, SmallInteger, Text, Time, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Unit(Base):
    """An organisation that looks after areas. `area_id`: where it belongs, which says who sets it up."""

    __tablename__ = "places_units"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("places_areas.id"))
    opened_by: Mapped[UUID] = mapped_column(Uuid)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)


class ServiceArea(Base):
    """An area that a unit serves from one day to another, both included."""

    __tablename__ = "places_service_areas"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("places_units.id"))
    area_id: Mapped[UUID] = mapped_column(ForeignKey("places_areas.id"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(INSTANT)


class DutyPattern(Base):
    """A shift of every week; its times are the district's. `holidays`: it holds whatever the calendar says."""

    __tablename__ = "places_duty_patterns"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("places_units.id"))
    person_id: Mapped[UUID] = mapped_column(Uuid)
    weekday: Mapped[int] = mapped_column(SmallInteger)
    starts_at: Mapped[time] = mapped_column(Time)
    ends_at: Mapped[time] = mapped_column(Time)
    holidays: Mapped[bool] = mapped_column(Boolean)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(INSTANT)


class DutyShift(Base):
    """An extra shift on one day."""

    __tablename__ = "places_duty_shifts"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("places_units.id"))
    person_id: Mapped[UUID] = mapped_column(Uuid)
    day: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[time] = mapped_column(Time)
    ends_at: Mapped[time] = mapped_column(Time)
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    cancelled_by: Mapped[UUID | None] = mapped_column(Uuid)
    cancelled_at: Mapped[datetime | None] = mapped_column(INSTANT)


class DutySwap(Base):
    """A shift on a day that another person took over; `shift_id` is a pattern's or an extra shift's."""

    __tablename__ = "places_duty_swaps"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("places_units.id"))
    shift_id: Mapped[UUID] = mapped_column(Uuid)
    day: Mapped[date] = mapped_column(Date)
    from_person: Mapped[UUID] = mapped_column(Uuid)
    to_person: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
