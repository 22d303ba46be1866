"""What volunteers did and were given points for."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKeyConstraint, Integer, Text, Uuid
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class Award(Base):
    """One award. Never changed: a wrong one is corrected in the ledger."""

    __tablename__ = "volunteers_awards"
    __table_args__ = (
        Unique("book_id", "transaction_id"),
        ForeignKeyConstraint(["book_id", "budget_id"], ["points_budgets.book_id", "points_budgets.id"]),
        ForeignKeyConstraint(["book_id", "transaction_id"], ["points_transactions.book_id", "points_transactions.id"]),
        CheckConstraint("points BETWEEN 1 AND 1000000000", name="points"),
        CheckConstraint("char_length(activity) BETWEEN 1 AND 200", name="activity"),
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(Uuid)
    budget_id: Mapped[UUID] = mapped_column(Uuid)
    points: Mapped[int] = mapped_column(BigInteger)
    activity: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int | None] = mapped_column(Integer)
    performed_on: Mapped[date] = mapped_column(Date)
    coordinator_id: Mapped[UUID] = mapped_column(Uuid)
    transaction_id: Mapped[UUID] = mapped_column(Uuid)
    awarded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
