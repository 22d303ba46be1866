"""Settlements of shops. What their states allow: migrations/sql/0028_settlements.sql, 0036_complaints.sql."""

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
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)
BANK_REFERENCE_ONCE = "uq_merchants_settlements_bank_reference"
KEPT = text("released_into IS NULL")
TRANSACTION = ["points_transactions.book_id", "points_transactions.id"]


class Settlement(Base):
    """What a shop is owed through a day; stated once, signed by two people, paid once.

    payable_fen = fen (the lines) + released_fen (kept back before) - reserve_fen - disputed_fen (kept back now).
    """

    __tablename__ = "merchants_settlements"
    __table_args__ = (
        UniqueConstraint("book_id", "shop_id", "through"),
        UniqueConstraint("book_id", "transaction_id"),
        ForeignKeyConstraint(["book_id", "shop_id"], ["merchants_shops.book_id", "merchants_shops.id"]),
        ForeignKeyConstraint(["book_id", "transaction_id"], TRANSACTION),
        ForeignKeyConstraint(["book_id", "payout_id"], ["merchants_payouts.book_id", "merchants_payouts.id"]),
        Index(BANK_REFERENCE_ONCE, "book_id", "bank_reference", unique=True, postgresql_where=text("state = 'paid'")),
        Index(None, "shop_id", "id"),
        Index(
            "ix_merchants_settlements_due",
            "book_id",
            "payable_on",
            "id",
            postgresql_where=text("state = 'approved'"),
        ),
        Index(
            "ix_merchants_settlements_reserves",
            "book_id",
            "shop_id",
            postgresql_where=text("reserve_fen > 0 AND reserve_into IS NULL"),
        ),
        Index(
            "ix_merchants_settlements_unpaid",
            "book_id",
            "shop_id",
            "payable_fen",
            postgresql_where=text("state NOT IN ('paid', 'closed')"),
        ),
        Index("ix_merchants_settlements_newest", "book_id", "shop_id", "id", postgresql_where=text("line_count > 0")),
        CheckConstraint("line_count >= 0", name="line_count"),
        CheckConstraint("char_length(bank_reference) BETWEEN 1 AND 100", name="bank_reference"),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(Uuid)
    through: Mapped[date] = mapped_column(Date)
    line_count: Mapped[int] = mapped_column(Integer)
    points: Mapped[int] = mapped_column(BigInteger)
    fen: Mapped[int] = mapped_column(BigInteger)
    released_fen: Mapped[int] = mapped_column(BigInteger, server_default="0")
    reserve_fen: Mapped[int] = mapped_column(BigInteger, server_default="0")
    disputed_fen: Mapped[int] = mapped_column(BigInteger, server_default="0")
    payable_fen: Mapped[int] = mapped_column(BigInteger, server_default="0")
    payable_on: Mapped[date] = mapped_column(Date)
    reserve_until: Mapped[date | None] = mapped_column(Date)
    reserve_into: Mapped[UUID | None] = mapped_column(Uuid)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    stated_by: Mapped[UUID] = mapped_column(Uuid)
    stated_at: Mapped[datetime] = mapped_column(INSTANT)
    checked_by: Mapped[UUID | None] = mapped_column(Uuid)
    checked_at: Mapped[datetime | None] = mapped_column(INSTANT)
    approved_by: Mapped[UUID | None] = mapped_column(Uuid)
    approved_at: Mapped[datetime | None] = mapped_column(INSTANT)
    payout_id: Mapped[UUID | None] = mapped_column(Uuid)
    failure: Mapped[str | None] = mapped_column(Text)
    failed_at: Mapped[datetime | None] = mapped_column(INSTANT)
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
    discount_fen: Mapped[int | None] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(INSTANT)

    @property
    def borne_by_shop_fen(self) -> int | None:
        """What of the discount the programme does not pay."""
        return None if self.discount_fen is None else self.discount_fen - self.fen


class Dispute(Base):
    """A line that is kept back, and of which statement: `cause` says why. Closed, the shop's next statement pays it.

    `case_id`: the case of anti-fraud it waits for. `until`: the day of the first statement that may pay it by itself.
    `proposed_outcome`: by the first of two who close what anti-fraud has confirmed.
    """

    __tablename__ = "merchants_disputes"
    __table_args__ = (
        UniqueConstraint("book_id", "transaction_id", "cause", name="uq_merchants_disputes_cause"),
        Index("uq_merchants_disputes_kept", "book_id", "transaction_id", unique=True, postgresql_where=KEPT),
        Index("ix_merchants_disputes_kept", "book_id", "shop_id", postgresql_where=KEPT),
        Index(
            "ix_merchants_disputes_released",
            "book_id",
            "released_into",
            "id",
            postgresql_where=text("released_into IS NOT NULL"),
        ),
        ForeignKeyConstraint(
            ["book_id", "settlement_id"], ["merchants_settlements.book_id", "merchants_settlements.id"]
        ),
        Index(None, "book_id", "state", "id"),
        Index("ix_merchants_disputes_settlement", "book_id", "settlement_id", "id"),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(Uuid)
    settlement_id: Mapped[UUID] = mapped_column(Uuid)
    transaction_id: Mapped[UUID] = mapped_column(Uuid)
    fen: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text, server_default="desk")
    case_id: Mapped[UUID | None] = mapped_column(Uuid)
    until: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[UUID] = mapped_column(Uuid)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    closed_why: Mapped[str | None] = mapped_column(Text)
    proposed_outcome: Mapped[str | None] = mapped_column(Text)
    proposed_by: Mapped[UUID | None] = mapped_column(Uuid)
    proposed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    released_into: Mapped[UUID | None] = mapped_column(Uuid)


class SettlementFinding(Base):
    """A shop of which statements and ledger did not agree in one night, or whose terms brought it too much.

    `points_per_yuan` × `point_value_fen` is more than a yuan: by its terms the book pays it more than it gives off.
    """

    __tablename__ = "merchants_settlement_findings"
    __table_args__ = (UniqueConstraint("book_id", "shop_id", "checked_on"),)
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(Uuid)
    checked_on: Mapped[date] = mapped_column(Date)
    ledger_fen: Mapped[int] = mapped_column(BigInteger)
    unstated_fen: Mapped[int] = mapped_column(BigInteger)
    unpaid_fen: Mapped[int] = mapped_column(BigInteger)
    reserve_fen: Mapped[int] = mapped_column(BigInteger)
    disputed_fen: Mapped[int] = mapped_column(BigInteger)
    wrong_lines: Mapped[int] = mapped_column(Integer)
    wrong_totals: Mapped[int] = mapped_column(Integer)
    points_per_yuan: Mapped[int | None] = mapped_column(Integer)
    point_value_fen: Mapped[int | None] = mapped_column(Integer)
    found_at: Mapped[datetime] = mapped_column(INSTANT)
