"""People, the roles they were granted, and freezes. What columns allow: migrations/sql/0016_identity.sql."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, DateTime, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Person(Base):
    """An account. Its telephone number is sealed; `phone_index` finds it.

    `paused_at`: nothing of value goes out from it since then, until people have looked at `paused_case`.
    """

    __tablename__ = "identity_people"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    registered_at: Mapped[datetime] = mapped_column(INSTANT)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    closes_at: Mapped[datetime | None] = mapped_column(INSTANT)
    paused_at: Mapped[datetime | None] = mapped_column(INSTANT)
    paused_case: Mapped[UUID | None] = mapped_column(Uuid)


class Grant(Base):
    """A role somebody holds in an area and below, from when to when, by whom and why."""

    __tablename__ = "identity_grants"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    role: Mapped[str] = mapped_column(Text)
    area_id: Mapped[UUID] = mapped_column(Uuid)
    unit_id: Mapped[UUID | None] = mapped_column(Uuid)
    shop_id: Mapped[UUID | None] = mapped_column(Uuid)
    valid_from: Mapped[datetime] = mapped_column(INSTANT)
    valid_to: Mapped[datetime | None] = mapped_column(INSTANT)
    reason: Mapped[str] = mapped_column(Text)
    granted_by: Mapped[UUID] = mapped_column(Uuid)
    granted_at: Mapped[datetime] = mapped_column(INSTANT)
    takes_two: Mapped[bool] = mapped_column(Boolean)
    approved_by: Mapped[UUID | None] = mapped_column(Uuid)
    approved_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_by: Mapped[UUID | None] = mapped_column(Uuid)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_why: Mapped[str | None] = mapped_column(Text)


class Freeze(Base):
    """A time in which an account may look and appeal but not act; open until it is lifted."""

    __tablename__ = "identity_freezes"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    frozen_by: Mapped[UUID] = mapped_column(Uuid)
    frozen_at: Mapped[datetime] = mapped_column(INSTANT)
    reason: Mapped[str] = mapped_column(Text)
    appeal: Mapped[str | None] = mapped_column(Text)
    appealed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    lifted_by: Mapped[UUID | None] = mapped_column(Uuid)
    lifted_at: Mapped[datetime | None] = mapped_column(INSTANT)
    lift_reason: Mapped[str | None] = mapped_column(Text)
