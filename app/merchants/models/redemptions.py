"""Redemptions, refunds and posted codes. What their states allow is checked in migrations/sql/0027_redemptions.sql."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)
SHOP = ["merchants_shops.book_id", "merchants_shops.id"]
TRANSACTION = ["points_transactions.book_id", "points_transactions.id"]
OVER = text("state IN ('declined', 'reversed', 'expired', 'tombstone')")
DUE = text("state IN ('ordered', 'pending_confirm', 'held')")


class Redemption(Base):
    """One out_trade_no of a branch and what became of it."""

    __tablename__ = "merchants_redemptions"
    __table_args__ = (
        UniqueConstraint("branch_id", "out_trade_no"),
        UniqueConstraint("code_hash"),
        ForeignKeyConstraint(["book_id", "branch_id"], SHOP),
        ForeignKeyConstraint(["book_id", "offer_id"], ["merchants_offers.book_id", "merchants_offers.id"]),
        ForeignKeyConstraint(["book_id", "hold_id"], ["points_holds.book_id", "points_holds.id"]),
        ForeignKeyConstraint(["book_id", "transaction_id"], TRANSACTION),
        ForeignKeyConstraint(["book_id", "reversal_id"], TRANSACTION),
        CheckConstraint("char_length(out_trade_no) BETWEEN 1 AND 80", name="out_trade_no"),
        CheckConstraint("points BETWEEN 1 AND 1000000000", name="points"),
        CheckConstraint("captured_points BETWEEN 1 AND points", name="captured"),
        CheckConstraint("worth_fen IS NULL OR (worth_fen >= 0 AND order_fen IS NULL)", name="worth"),
        CheckConstraint("(confirmed_at IS NULL) = (is_proven IS NULL)", name="confirmed"),
        CheckConstraint("refunded_points BETWEEN 0 AND coalesce(captured_points, 0)", name="refunded"),
        Index(None, "branch_id", "requested_at", "id"),
        Index("ix_merchants_redemptions_resident_requested_at", "book_id", "resident_id", "requested_at", "id"),
        Index(None, "book_id", "requested_at", "id"),
        Index("ix_merchants_redemptions_due", "expires_at", postgresql_where=DUE),
        # never entered by what goes well, so that it costs those nothing
        Index("ix_merchants_redemptions_over", "branch_id", "state", "requested_at", "id", postgresql_where=OVER),
    )
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("merchants_branches.id"))
    out_trade_no: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    request_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    book_id: Mapped[int | None] = mapped_column(Integer)
    resident_id: Mapped[UUID | None] = mapped_column(Uuid)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    device_id: Mapped[UUID | None] = mapped_column(Uuid)
    acted_by: Mapped[UUID | None] = mapped_column(Uuid)
    terminal_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants_terminals.id"))
    cashier_id: Mapped[UUID | None] = mapped_column(Uuid)
    takes_at_once: Mapped[bool]
    order_fen: Mapped[int | None] = mapped_column(BigInteger)
    asked_points: Mapped[int | None] = mapped_column(BigInteger)
    max_points: Mapped[int | None] = mapped_column(BigInteger)
    offer_id: Mapped[UUID | None] = mapped_column(Uuid)
    points: Mapped[int | None] = mapped_column(BigInteger)
    discount_fen: Mapped[int | None] = mapped_column(BigInteger)
    worth_fen: Mapped[int | None] = mapped_column(BigInteger)
    hold_id: Mapped[UUID | None] = mapped_column(Uuid)
    expires_at: Mapped[datetime | None] = mapped_column(INSTANT)
    captured_points: Mapped[int | None] = mapped_column(BigInteger)
    transaction_id: Mapped[UUID | None] = mapped_column(Uuid)
    refunded_points: Mapped[int] = mapped_column(BigInteger, server_default="0")
    reversal_id: Mapped[UUID | None] = mapped_column(Uuid)
    match_code: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    decision_id: Mapped[UUID | None] = mapped_column(Uuid)
    confirmed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    is_proven: Mapped[bool | None] = mapped_column(Boolean)
    decline: Mapped[str | None] = mapped_column(Text)
    decline_detail: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    requested_at: Mapped[datetime] = mapped_column(INSTANT)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)

    @property
    def weighed_fen(self) -> int:
        """What limits in fen ask of: what comes off the bill; without a bill the most that the points are worth."""
        return (self.discount_fen if self.order_fen is not None else self.worth_fen) or 0


class Refund(Base):
    """One out_refund_no of a branch and what became of it."""

    __tablename__ = "merchants_refunds"
    __table_args__ = (
        UniqueConstraint("branch_id", "out_refund_no"),
        ForeignKeyConstraint(["book_id", "transaction_id"], TRANSACTION),
        CheckConstraint("char_length(out_refund_no) BETWEEN 1 AND 80", name="out_refund_no"),
        CheckConstraint("points BETWEEN 1 AND 1000000000", name="points"),
        Index(None, "redemption_id", "id"),
        Index(None, "branch_id", "requested_at", "id"),
        Index("ix_merchants_refunds_needs_care", "book_id", "id", postgresql_where=text("needs_care")),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    branch_id: Mapped[UUID] = mapped_column(Uuid)
    out_refund_no: Mapped[str] = mapped_column(Text)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("merchants_redemptions.id"))
    points: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[UUID] = mapped_column(Uuid)
    requested_at: Mapped[datetime] = mapped_column(INSTANT)
    decline: Mapped[str | None] = mapped_column(Text)
    transaction_id: Mapped[UUID | None] = mapped_column(Uuid)
    needs_care: Mapped[bool] = mapped_column(server_default="false")


class Sign(Base):
    """What the code posted in a shop says: a short name, until another takes its place."""

    __tablename__ = "merchants_signs"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "branch_id"], SHOP),
        Index(
            "uq_merchants_signs_current", "book_id", "branch_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
    )
    short: Mapped[str] = mapped_column(Text, primary_key=True)
    branch_id: Mapped[UUID] = mapped_column(Uuid)
    book_id: Mapped[int] = mapped_column(Integer)
    posted_by: Mapped[UUID] = mapped_column(Uuid)
    posted_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
