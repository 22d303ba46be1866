"""What became of passbooks and months: successors, closings."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)
BOOK = "points_books.id"


class Successor(Base):
    """A passbook that was moved into another."""

    __tablename__ = "points_successors"
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    successor_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    proposal_id: Mapped[UUID] = mapped_column(Uuid)
    transaction_id: Mapped[UUID | None] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(INSTANT)


class MonthClosing(Base):
    """A month nothing is dated into any more. `dated`: how many transactions bear a date in it."""

    __tablename__ = "points_month_closings"
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(INSTANT)
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    balances: Mapped[list[Any]] = mapped_column(JSONB)
    dated: Mapped[int] = mapped_column(BigInteger)
    closed_by: Mapped[UUID] = mapped_column(Uuid)
    closed_at: Mapped[datetime] = mapped_column(INSTANT)
