"""Settlements of shops."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)
BANK_REFERENCE_ONCE = "uq_merchants_settlements_bank_reference"
TRANSACTION = ["points_transactions.book_id", "points_transactions.id"]


class Settlement(Base):
    """What a shop is owed through a day; stated once, paid once."""

    __tablename__ = "merchants_settlements"
    __table_args__ = (
        UniqueConstraint("book_id", "shop_id", "through"),
        UniqueConstraint("book_id", "transaction_id"),
        ForeignKeyConstraint(["book_id", "shop_id"], ["merchants_shops.book_id", "merchants_shops.id"]),
        ForeignKeyConstraint(["book_id", "transaction_id"], TRANSACTION),
        Index(BANK_REFERENCE_ONCE, "book_id", "bank_reference", unique=True, postgresql_where=text("state = 'paid'")),
        CheckConstraint("line_count >= 0", name="line_count"),
        CheckConstraint("fen >= 0", name="fen"),
        CheckConstraint("char_length(bank_reference) BETWEEN 1 AND 100", name="bank_reference"),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(Uuid)
    through: Mapped[date] = mapped_column(Date)
    line_count: Mapped[int] = mapped_column(Integer)
    points: Mapped[int] = mapped_column(BigInteger)
    fen: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    stated_by: Mapped[UUID] = mapped_column(Uuid)
    stated_at: Mapped[datetime] = mapped_column(INSTANT)
    bank_reference: Mapped[str | None] = mapped_column(Text)
    paid_by: Mapped[UUID | None] = mapped_column(Uuid)
    paid_at: Mapped[datetime | None] = mapped_column(INSTANT)
    transaction_id: Mapped[UUID | None] = mapped_column(Uuid)


class SettlementLine(Base):
    """One transaction of a shop in the one settlement that holds it. + is owed to the shop."""

    __tablename__ = "merchants_settlement_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "settlement_id"], ["merchants_settlements.book_id", "merchants_settlements.id"]
        ),
        ForeignKeyConstraint(["book_id", "transaction_id"], TRANSACTION),
        Index("ix_merchants_settlement_lines_statement", "book_id", "settlement_id", "transaction_id"),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    transaction_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    settlement_id: Mapped[UUID] = mapped_column(Uuid)
    code: Mapped[str] = mapped_column(Text)
    points: Mapped[int] = mapped_column(BigInteger)
    fen: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(INSTANT)
