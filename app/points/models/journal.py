"""The journal: outcomes, transactions, entries, lot moves. Append-only."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Outcome(Base):
    """What was decided for a cause, for ever. `subject_id` is the transaction or hold, when not declined."""

    __tablename__ = "points_outcomes"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    cause: Mapped[str] = mapped_column(Text, primary_key=True)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    decline: Mapped[str | None] = mapped_column(Text)
    decline_detail: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    decided_at: Mapped[datetime] = mapped_column(INSTANT)


class Transaction(Base):
    """A balanced set of entries, with who, why and when. `recorded_at` is the order, `effective_at` for reports."""

    __tablename__ = "points_transactions"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    lines: Mapped[int] = mapped_column(SmallInteger)
    actor_id: Mapped[UUID] = mapped_column(Uuid)
    evidence: Mapped[str | None] = mapped_column(Text)
    hold_id: Mapped[UUID | None] = mapped_column(Uuid)
    reverses_id: Mapped[UUID | None] = mapped_column(Uuid)
    refunds_id: Mapped[UUID | None] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(INSTANT)
    effective_at: Mapped[datetime] = mapped_column(INSTANT)


class Entry(Base):
    """One leg. Strict accounts' entries carry version, balance_after and chain."""

    __tablename__ = "points_entries"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    transaction_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    line: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Uuid)
    amount: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int | None] = mapped_column(BigInteger)
    balance_after: Mapped[int | None] = mapped_column(BigInteger)
    chain: Mapped[bytes | None] = mapped_column(LargeBinary)


class LotMove(Base):
    """How one leg of a lots account moved one lot, and the money cost that went with it."""

    __tablename__ = "points_lot_moves"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    transaction_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    line: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    expires_on: Mapped[date] = mapped_column(Date, primary_key=True)
    budget_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    points: Mapped[int] = mapped_column(BigInteger)
    cost_fen: Mapped[int] = mapped_column(BigInteger)
    restores: Mapped[bool] = mapped_column(Boolean)


class Unfolded(Base):
    """A transaction whose folded entries the projector has not summed yet."""

    __tablename__ = "points_unfolded"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    transaction_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
