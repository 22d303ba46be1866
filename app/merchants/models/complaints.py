"""What residents say against redemptions and gifts. What states allow: migrations/sql/0036_complaints.sql and 0050."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, ForeignKeyConstraint, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)
REDEMPTION_ONCE = "uq_merchants_complaints_redemption_id"
OPEN = text("state IN ('open', 'unanswered', 'contested')")


class Complaint(Base):
    """A resident's word against one redemption or gift, the shop's answer, and what two people made of it.

    `due_at`: until when whoever is asked now (the shop, then the desk) may answer before the default counts.
    """

    __tablename__ = "merchants_complaints"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "shop_id"], ["merchants_shops.book_id", "merchants_shops.id"]),
        ForeignKeyConstraint(["book_id", "transaction_id"], ["points_transactions.book_id", "points_transactions.id"]),
        ForeignKeyConstraint(["book_id", "refund_id"], ["merchants_refunds.book_id", "merchants_refunds.id"]),
        Index("ix_merchants_complaints_state", "book_id", "state", "id"),
        Index("ix_merchants_complaints_resident", "book_id", "resident_id", "id"),
        Index("ix_merchants_complaints_shop", "shop_id", "id"),
        Index("ix_merchants_complaints_due", "due_at", postgresql_where=OPEN),
        Index("uq_merchants_complaints_open", "book_id", "transaction_id", unique=True, postgresql_where=OPEN),
    )
    book_id: Mapped[int] = mapped_column(ForeignKey("points_books.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    redemption_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants_redemptions.id"), unique=True)
    reservation_id: Mapped[UUID | None] = mapped_column(Uuid)
    shop_id: Mapped[UUID] = mapped_column(Uuid)
    transaction_id: Mapped[UUID] = mapped_column(Uuid)
    resident_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(INSTANT)
    opened_by: Mapped[UUID] = mapped_column(Uuid)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[UUID | None] = mapped_column(Uuid)
    answered_at: Mapped[datetime | None] = mapped_column(INSTANT)
    points: Mapped[int | None] = mapped_column(BigInteger)
    proposed_by: Mapped[UUID | None] = mapped_column(Uuid)
    proposed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    decided_why: Mapped[str | None] = mapped_column(Text)
    refund_id: Mapped[UUID | None] = mapped_column(Uuid)
