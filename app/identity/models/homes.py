"""Dwellings, who lives there, who is related to whom. What columns allow: migrations/sql/0020_homes.sql."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Household(Base):
    """A dwelling: whoever lives in it is one household."""

    __tablename__ = "identity_households"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    area_id: Mapped[UUID] = mapped_column(Uuid)
    room: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)


class Residency(Base):
    """Somebody says that he lives in a dwelling. Confirmed, he is the owner `resident_id` in its community's book.

    `proposed_…`: the passbook of a list that one member of staff named, while it waits for another one.
    """

    __tablename__ = "identity_residencies"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    household_id: Mapped[UUID] = mapped_column(Uuid)
    book: Mapped[str] = mapped_column(Text)
    resident_id: Mapped[UUID | None] = mapped_column(Uuid)
    relation: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    claimed_at: Mapped[datetime] = mapped_column(INSTANT)
    proposed_resident_id: Mapped[UUID | None] = mapped_column(Uuid)
    proposed_by: Mapped[UUID | None] = mapped_column(Uuid)
    proposed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    decided_why: Mapped[str | None] = mapped_column(Text)
    ended_by: Mapped[UUID | None] = mapped_column(Uuid)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_why: Mapped[str | None] = mapped_column(Text)


class Relative(Base):
    """Two people are related, as was declared. `kind`: what the relative is to the person."""

    __tablename__ = "identity_relatives"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    relative_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    declared_by: Mapped[UUID] = mapped_column(Uuid)
    declared_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_by: Mapped[UUID | None] = mapped_column(Uuid)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_why: Mapped[str | None] = mapped_column(Text)
