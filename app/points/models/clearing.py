"""Clearing with other books: agreements, transfers, nettings. What states allow is checked in 0011_clearing.sql."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)
BOOK = "points_books.id"


class ClearingAgreement(Base):
    """This book's side of an agreement: approved here; in force once the partner approved the same terms."""

    __tablename__ = "points_clearing_agreements"
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    partner: Mapped[str] = mapped_column(Text)
    rate_num: Mapped[int] = mapped_column(Integer)
    rate_den: Mapped[int] = mapped_column(Integer)
    points_min: Mapped[int] = mapped_column(BigInteger)
    points_max: Mapped[int] = mapped_column(BigInteger)
    month_points_max: Mapped[int] = mapped_column(BigInteger)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date] = mapped_column(Date)
    sponsor_id: Mapped[UUID] = mapped_column(Uuid)
    budget_id: Mapped[UUID] = mapped_column(Uuid)
    proposal_id: Mapped[UUID] = mapped_column(Uuid)
    approved_at: Mapped[datetime] = mapped_column(INSTANT)
    partner_approved_at: Mapped[datetime | None] = mapped_column(INSTANT)
    stopped_by: Mapped[UUID | None] = mapped_column(Uuid)
    stopped_at: Mapped[datetime | None] = mapped_column(INSTANT)
    stop_reason: Mapped[str | None] = mapped_column(Text)
    partner_stopped_at: Mapped[datetime | None] = mapped_column(INSTANT)


class ClearingTransfer(Base):
    """This book's side of a transfer: points that left (`out`) or came (`in`).

    `receiver_id`: whose passbook they go to in the other book (out); None: the owner of the same id.
    """

    __tablename__ = "points_clearing_transfers"
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    agreement_id: Mapped[UUID] = mapped_column(Uuid)
    direction: Mapped[str] = mapped_column(Text)
    partner: Mapped[str] = mapped_column(Text)
    resident_id: Mapped[UUID] = mapped_column(Uuid)
    receiver_id: Mapped[UUID | None] = mapped_column(Uuid)
    points: Mapped[int] = mapped_column(BigInteger)
    partner_points: Mapped[int] = mapped_column(BigInteger)
    fen: Mapped[int] = mapped_column(BigInteger)
    parcels: Mapped[list[Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    refusal: Mapped[str | None] = mapped_column(Text)
    transaction_id: Mapped[UUID | None] = mapped_column(Uuid)
    return_id: Mapped[UUID | None] = mapped_column(Uuid)
    sent_at: Mapped[datetime] = mapped_column(INSTANT)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    pushed_at: Mapped[datetime | None] = mapped_column(INSTANT)


class ClearingNetting(Base):
    """What two books owe each other for one month of an agreement: as counted here, and as the partner told."""

    __tablename__ = "points_clearing_nettings"
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    agreement_id: Mapped[UUID] = mapped_column(Uuid)
    month: Mapped[date] = mapped_column(Date)
    out_points: Mapped[int] = mapped_column(BigInteger)
    out_fen: Mapped[int] = mapped_column(BigInteger)
    in_points: Mapped[int] = mapped_column(BigInteger)
    in_fen: Mapped[int] = mapped_column(BigInteger)
    stated_at: Mapped[datetime] = mapped_column(INSTANT)
    partner_out_fen: Mapped[int | None] = mapped_column(BigInteger)
    partner_in_fen: Mapped[int | None] = mapped_column(BigInteger)
    partner_stated_at: Mapped[datetime | None] = mapped_column(INSTANT)
    bank_reference: Mapped[str | None] = mapped_column(Text)
    transaction_id: Mapped[UUID | None] = mapped_column(Uuid)
    paid_at: Mapped[datetime | None] = mapped_column(INSTANT)
