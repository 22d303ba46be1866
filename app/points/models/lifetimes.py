"""How long points live: expiry runs, the notices before, and the policies a book was given."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, SmallInteger, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)
BOOK = "points_books.id"


class ExpiryRun(Base):
    """One run over everything that lapsed before `day`. It goes on after (after_day, after_account, after_budget)."""

    __tablename__ = "points_expiry_runs"
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    since: Mapped[date | None] = mapped_column(Date)
    started_by: Mapped[UUID] = mapped_column(Uuid)
    started_at: Mapped[datetime] = mapped_column(INSTANT)
    finished_at: Mapped[datetime | None] = mapped_column(INSTANT)
    after_day: Mapped[date | None] = mapped_column(Date)
    after_account: Mapped[UUID | None] = mapped_column(Uuid)
    after_budget: Mapped[UUID | None] = mapped_column(Uuid)
    accounts: Mapped[int] = mapped_column(BigInteger, server_default="0")
    points: Mapped[int] = mapped_column(BigInteger, server_default="0")
    fen: Mapped[int] = mapped_column(BigInteger, server_default="0")


class ExpiryNotice(Base):
    """What a passbook was told before points lapsed. `points`: what was left then."""

    __tablename__ = "points_expiry_notices"
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    expires_on: Mapped[date] = mapped_column(Date, primary_key=True)
    days_ahead: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    points: Mapped[int] = mapped_column(BigInteger)
    given_at: Mapped[datetime] = mapped_column(INSTANT)
    read_at: Mapped[datetime | None] = mapped_column(INSTANT)


class ExpiryPolicyChange(Base):
    """A policy a book was given after it was opened."""

    __tablename__ = "points_expiry_policies"
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    expiry_policy: Mapped[str] = mapped_column(Text)
    expiry_month: Mapped[int | None] = mapped_column(SmallInteger)
    expiry_day: Mapped[int | None] = mapped_column(SmallInteger)
    validity_months: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[UUID] = mapped_column(Uuid)
    changed_at: Mapped[datetime] = mapped_column(INSTANT)
