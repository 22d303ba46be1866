"""Holds: points set aside for a purchase that is not finished, and how each ended."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, Integer, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Hold(Base):
    """`open` only ever turns false, and only with a resolution."""

    __tablename__ = "points_holds"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Uuid)
    points: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID] = mapped_column(Uuid)
    evidence: Mapped[str | None] = mapped_column(Text)
    placed_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    open: Mapped[bool]


class HoldLot(Base):
    """Which lots a hold reserves."""

    __tablename__ = "points_hold_lots"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    hold_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    expires_on: Mapped[date] = mapped_column(Date, primary_key=True)
    budget_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    points: Mapped[int] = mapped_column(BigInteger)


class HoldResolution(Base):
    """The one end of a hold."""

    __tablename__ = "points_hold_resolutions"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    hold_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    resolution: Mapped[str] = mapped_column(Text)
    transaction_id: Mapped[UUID | None] = mapped_column(Uuid)
    points_captured: Mapped[int] = mapped_column(BigInteger)
    actor_id: Mapped[UUID] = mapped_column(Uuid)
    resolved_at: Mapped[datetime] = mapped_column(INSTANT)
