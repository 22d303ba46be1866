"""When shops are paid, and the files by which the bank pays them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)
BOOK = "points_books.id"


class PayoutTerms(Base):
    """When the shops of a book (or one of them) are paid, and what of a new one's money is kept back. Never changed.

    In force are those that another person approved last.
    """

    __tablename__ = "merchants_payout_terms"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "shop_id"], ["merchants_shops.book_id", "merchants_shops.id"]),
        Index(None, "book_id", "shop_id", "approved_at"),
    )
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    shop_id: Mapped[UUID | None] = mapped_column(Uuid)
    payout_days: Mapped[int] = mapped_column(SmallInteger)
    new_shop_days: Mapped[int] = mapped_column(SmallInteger)
    new_payout_days: Mapped[int] = mapped_column(SmallInteger)
    reserve_percent: Mapped[int] = mapped_column(SmallInteger)
    reserve_days: Mapped[int] = mapped_column(SmallInteger)
    unattended_days: Mapped[int] = mapped_column(SmallInteger, server_default="7")
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    approved_by: Mapped[UUID | None] = mapped_column(Uuid)
    approved_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Payout(Base):
    """A file for the bank, written again from its lines; its bytes are those of `digest`."""

    __tablename__ = "merchants_payouts"
    __table_args__ = (UniqueConstraint("book_id", "number"),)
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
    line_count: Mapped[int] = mapped_column(Integer)
    fen: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(INSTANT)


class PayoutSkip(Base):
    """A statement that was due and could not go into a file, and why."""

    __tablename__ = "merchants_payout_skips"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "payout_id"], ["merchants_payouts.book_id", "merchants_payouts.id"]),
        ForeignKeyConstraint(
            ["book_id", "settlement_id"], ["merchants_settlements.book_id", "merchants_settlements.id"]
        ),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    payout_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    settlement_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(Uuid)
    why: Mapped[str] = mapped_column(Text)


class PayoutLine(Base):
    """One statement in one file, and what the bank said of it."""

    __tablename__ = "merchants_payout_lines"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "payout_id"], ["merchants_payouts.book_id", "merchants_payouts.id"]),
        ForeignKeyConstraint(
            ["book_id", "settlement_id"], ["merchants_settlements.book_id", "merchants_settlements.id"]
        ),
        Index(
            "uq_merchants_payout_lines_settlement",
            "book_id",
            "settlement_id",
            unique=True,
            postgresql_where=text("state <> 'failed'"),
        ),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    payout_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    settlement_id: Mapped[UUID] = mapped_column(Uuid)
    shop_id: Mapped[UUID] = mapped_column(Uuid)
    merchant_id: Mapped[UUID] = mapped_column(Uuid)
    bank_account_id: Mapped[UUID] = mapped_column(Uuid)
    fen: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    bank_reference: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
