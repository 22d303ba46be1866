"""Codes, payments and refunds. What their states allow is checked in migrations/sql/0003_merchants.sql."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
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
)
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)
SHOP = ["merchants_shops.book_id", "merchants_shops.id"]
TRANSACTION = ["points_transactions.book_id", "points_transactions.id"]


class Code(Base):
    """A one-use code of a resident, known by its hash only."""

    __tablename__ = "merchants_codes"
    __table_args__ = (
        Index(None, "book_id", "resident_id", "expires_at"),
        CheckConstraint("octet_length(code_hash) = 32", name="hash"),
        CheckConstraint("expires_at > issued_at", name="lives"),
    )
    book_id: Mapped[int] = mapped_column(ForeignKey("points_books.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(Uuid)
    issued_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    spent_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Payment(Base):
    """One out_trade_no of a shop and what became of it."""

    __tablename__ = "merchants_payments"
    __table_args__ = (
        UniqueConstraint("book_id", "shop_id", "out_trade_no"),
        UniqueConstraint("book_id", "hold_id"),
        ForeignKeyConstraint(["book_id", "shop_id"], SHOP),
        ForeignKeyConstraint(["book_id", "hold_id"], ["points_holds.book_id", "points_holds.id"]),
        ForeignKeyConstraint(["book_id", "transaction_id"], TRANSACTION),
        CheckConstraint("char_length(out_trade_no) BETWEEN 1 AND 64", name="out_trade_no"),
        CheckConstraint("points BETWEEN 1 AND 1000000000", name="points"),
        CheckConstraint("captured_points BETWEEN 1 AND points", name="captured"),
        Index(None, "book_id", "shop_id", "id"),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(Uuid)
    out_trade_no: Mapped[str] = mapped_column(Text)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    points: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    cashier_id: Mapped[UUID] = mapped_column(Uuid)
    requested_at: Mapped[datetime] = mapped_column(INSTANT)
    resident_id: Mapped[UUID | None] = mapped_column(Uuid)
    decline: Mapped[str | None] = mapped_column(Text)
    hold_id: Mapped[UUID | None] = mapped_column(Uuid)
    hold_expires_at: Mapped[datetime | None] = mapped_column(INSTANT)
    captured_points: Mapped[int | None] = mapped_column(BigInteger)
    transaction_id: Mapped[UUID | None] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Refund(Base):
    """One out_refund_no of a shop and what became of it."""

    __tablename__ = "merchants_refunds"
    __table_args__ = (
        UniqueConstraint("book_id", "shop_id", "out_refund_no"),
        ForeignKeyConstraint(["book_id", "payment_id"], ["merchants_payments.book_id", "merchants_payments.id"]),
        ForeignKeyConstraint(["book_id", "transaction_id"], TRANSACTION),
        CheckConstraint("char_length(out_refund_no) BETWEEN 1 AND 64", name="out_refund_no"),
        CheckConstraint("points BETWEEN 1 AND 1000000000", name="points"),
        Index(None, "book_id", "payment_id"),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(Uuid)
    out_refund_no: Mapped[str] = mapped_column(Text)
    payment_id: Mapped[UUID] = mapped_column(Uuid)
    points: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    cashier_id: Mapped[UUID] = mapped_column(Uuid)
    requested_at: Mapped[datetime] = mapped_column(INSTANT)
    decline: Mapped[str | None] = mapped_column(Text)
    transaction_id: Mapped[UUID | None] = mapped_column(Uuid)
