"""Gatherings, and who stayed how long."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Gathering(Base):
    """An activity at a place and a time. `key` makes its codes; positions are WGS-84."""

    __tablename__ = "volunteers_gatherings"
    __table_args__ = (
        ForeignKeyConstraint(["book_id"], ["points_books.id"]),
        CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title"),
        CheckConstraint("starts_at < ends_at", name="times"),
        CheckConstraint("(heads IS NULL) = (counted_at IS NULL) AND heads BETWEEN 0 AND 10000", name="heads"),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(INSTANT)
    ends_at: Mapped[datetime] = mapped_column(INSTANT)
    minutes_min: Mapped[int] = mapped_column(Integer)
    lat: Mapped[float] = mapped_column(Double)
    lng: Mapped[float] = mapped_column(Double)
    key: Mapped[bytes] = mapped_column(LargeBinary)
    opened_by: Mapped[UUID] = mapped_column(Uuid)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    heads: Mapped[int | None] = mapped_column(Integer)
    counted_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Stay(Base):
    """Somebody at a gathering, from the scan in to the scan out, and what anti-fraud said of each."""

    __tablename__ = "volunteers_stays"
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "gathering_id"], ["volunteers_gatherings.book_id", "volunteers_gatherings.id"]
        ),
        CheckConstraint("num_nulls(out_at, out_outcome) IN (0, 2) AND out_at > in_at", name="out"),
        CheckConstraint("num_nulls(verdict, decided_by, decided_at, reason) IN (0, 4)", name="decided"),
        CheckConstraint("verdict IN ('accepted', 'rejected')", name="verdict"),
        Index(None, "book_id", "resident_id", "in_at"),
        Index("ix_volunteers_stays_positions", "in_at", postgresql_where=text("in_lat IS NOT NULL")),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    gathering_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    in_at: Mapped[datetime] = mapped_column(INSTANT)
    in_lat: Mapped[float | None] = mapped_column(Double)
    in_lng: Mapped[float | None] = mapped_column(Double)
    in_outcome: Mapped[str] = mapped_column(Text)
    out_at: Mapped[datetime | None] = mapped_column(INSTANT)
    out_lat: Mapped[float | None] = mapped_column(Double)
    out_lng: Mapped[float | None] = mapped_column(Double)
    out_outcome: Mapped[str | None] = mapped_column(Text)
    verdict: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    reason: Mapped[str | None] = mapped_column(Text)
