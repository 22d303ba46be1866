"""Books, budgets, accounts and what is in them now."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, Integer, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Book(Base):
    """One points programme: the unit of isolation. `code` names it in addresses, `id` in keys."""

    __tablename__ = "points_books"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    currency_name: Mapped[str] = mapped_column(Text)
    validity_months: Mapped[int] = mapped_column(SmallInteger)
    grace_days: Mapped[int] = mapped_column(SmallInteger)
    expired_cost_goes_to: Mapped[str] = mapped_column(Text)
    expiry_policy: Mapped[str] = mapped_column(Text, server_default="rolling")
    expiry_month: Mapped[int | None] = mapped_column(SmallInteger)
    expiry_day: Mapped[int | None] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class Budget(Base):
    """A sponsor's campaign. Each of its points costs the sponsor `point_value_fen`."""

    __tablename__ = "points_budgets"
    book_id: Mapped[int] = mapped_column(ForeignKey("points_books.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    sponsor_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    point_value_fen: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class Account(Base):
    """Identity of an account; never updated."""

    __tablename__ = "points_accounts"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[UUID] = mapped_column(Uuid)
    stripe: Mapped[int] = mapped_column(SmallInteger)
    asset: Mapped[str] = mapped_column(Text)
    folded: Mapped[bool]
    opened_at: Mapped[datetime] = mapped_column(INSTANT)


class Balance(Base):
    """A strict account's balance: `posted` of which `held` is set aside; `head` is its chain's last link."""

    __tablename__ = "points_balances"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    lock_rank: Mapped[int] = mapped_column(SmallInteger)
    floor: Mapped[int] = mapped_column(BigInteger)
    posted: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)
    head: Mapped[bytes] = mapped_column(LargeBinary)
    moved_at: Mapped[datetime] = mapped_column(INSTANT)
    frozen_reason: Mapped[str | None] = mapped_column(Text)


class FoldedBalance(Base):
    """What the projector has folded so far; a reader adds the unfolded tail."""

    __tablename__ = "points_folded_balances"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    posted: Mapped[int] = mapped_column(BigInteger)
    entry_count: Mapped[int] = mapped_column(BigInteger)
    folded_at: Mapped[datetime] = mapped_column(INSTANT)


class Freeze(Base):
    """One freezing or thawing, with its reason."""

    __tablename__ = "points_freezes"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    frozen: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(INSTANT)
