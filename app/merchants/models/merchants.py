"""Merchants, their papers, accounts, branches and people. What columns allow: migrations/sql/0026_merchants.sql."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Double, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Merchant(Base):
    """A legal entity, cared for by the treasurers of its home book."""

    __tablename__ = "merchants_merchants"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    home_book_id: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    licence_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    licence_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    changed_by: Mapped[UUID | None] = mapped_column(Uuid)
    changed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    changed_why: Mapped[str | None] = mapped_column(Text)


class Application(Base):
    """Papers on their way: an enrolment, or another bank account. `shown` is what reviewers read, masked."""

    __tablename__ = "merchants_applications"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    book_id: Mapped[int] = mapped_column(Integer)
    merchant_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    licence_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    shown: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    applied_by: Mapped[UUID] = mapped_column(Uuid)
    applied_at: Mapped[datetime] = mapped_column(INSTANT)
    reviewed_by: Mapped[UUID | None] = mapped_column(Uuid)
    reviewed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    decided_why: Mapped[str | None] = mapped_column(Text)


class BankAccount(Base):
    """Where a merchant's money goes, or went."""

    __tablename__ = "merchants_bank_accounts"
    merchant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    application_id: Mapped[UUID] = mapped_column(Uuid)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    masked: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(INSTANT)
    payable_from: Mapped[datetime] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Branch(Base):
    """A place of trade of a merchant, over all books. `lat`, `lng`: WGS-84, where somebody said where it is."""

    __tablename__ = "merchants_branches"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    merchant_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    street: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    lat: Mapped[float | None] = mapped_column(Double)
    lng: Mapped[float | None] = mapped_column(Double)
    placed_by: Mapped[UUID | None] = mapped_column(Uuid)
    placed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    changed_by: Mapped[UUID | None] = mapped_column(Uuid)
    changed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    changed_why: Mapped[str | None] = mapped_column(Text)


class MerchantPerson(Base):
    """An owner or a member of the staff of a merchant: of one branch, or of all (None).

    `bars_until`: so long who was let go by the owner alone still counts as of the house.
    """

    __tablename__ = "merchants_people"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    merchant_id: Mapped[UUID] = mapped_column(Uuid)
    branch_id: Mapped[UUID | None] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    registered_by: Mapped[UUID] = mapped_column(Uuid)
    registered_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_by: Mapped[UUID | None] = mapped_column(Uuid)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_why: Mapped[str | None] = mapped_column(Text)
    bars_until: Mapped[datetime | None] = mapped_column(INSTANT)
