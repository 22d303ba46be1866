"""Offers, gifts and what of them is set aside. What columns allow: migrations/sql/0026_merchants.sql, 0044 and 0050."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, Integer, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class OfferColumns:
    """Terms of a shop, who made and who ended them, and who agreed to what the shop bears (on which paper)."""

    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(Uuid)
    points_per_yuan: Mapped[int] = mapped_column(Integer)
    step_points: Mapped[int] = mapped_column(Integer)
    share_percent_max: Mapped[int] = mapped_column(SmallInteger)
    minimum_spend_fen: Mapped[int] = mapped_column(BigInteger)
    hours: Mapped[list[list[int]] | None] = mapped_column(JSONB(none_as_null=True))
    person_day_points_max: Mapped[int | None] = mapped_column(BigInteger)
    person_day_count_max: Mapped[int | None] = mapped_column(Integer)
    shop_day_points_max: Mapped[int | None] = mapped_column(BigInteger)
    stock_points: Mapped[int | None] = mapped_column(BigInteger)
    cofunding_percent: Mapped[int] = mapped_column(SmallInteger)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_by: Mapped[UUID | None] = mapped_column(Uuid)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    consented_by: Mapped[UUID | None] = mapped_column(Uuid)
    consented_at: Mapped[datetime | None] = mapped_column(INSTANT)
    consent_paper: Mapped[str | None] = mapped_column(Text)


class Offer(OfferColumns, Base):
    """The terms under which a shop takes the points of a book; the one without an end is in force."""

    __tablename__ = "merchants_offers"
    waits_for_owner = False


class OfferProposal(OfferColumns, Base):
    """Terms of which the shop would bear a part. Without an end they wait for its owner; agreed, they become an offer.

    That offer has their id.
    """

    __tablename__ = "merchants_offer_proposals"

    @property
    def waits_for_owner(self) -> bool:
        """Whether nobody said yes or no yet."""
        return self.ended_at is None


class Gift(Base):
    """A thing to be had for points at a shop, as long as there are some."""

    __tablename__ = "merchants_gifts"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(Uuid)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    points: Mapped[int] = mapped_column(BigInteger)
    stock: Mapped[int] = mapped_column(Integer)
    per_person_max: Mapped[int] = mapped_column(SmallInteger)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_by: Mapped[UUID | None] = mapped_column(Uuid)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Reservation(Base):
    """One piece of a gift set aside for a resident, with its points held.

    `acted_by`: the helper or guardian who did it for him. `outcome`, `decision_id`: what anti-fraud said. `closed_at`:
    when it was collected or given up. `terminal_id`: the till that handed it out.
    `needs_care`: its points came back to somebody who has closed the account.
    """

    __tablename__ = "merchants_reservations"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    gift_id: Mapped[UUID] = mapped_column(Uuid)
    shop_id: Mapped[UUID] = mapped_column(Uuid)
    resident_id: Mapped[UUID] = mapped_column(Uuid)
    points: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    hold_id: Mapped[UUID | None] = mapped_column(Uuid)
    reserved_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    transaction_id: Mapped[UUID | None] = mapped_column(Uuid)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    acted_by: Mapped[UUID | None] = mapped_column(Uuid)
    outcome: Mapped[str | None] = mapped_column(Text)
    decision_id: Mapped[UUID | None] = mapped_column(Uuid)
    proven_at: Mapped[datetime | None] = mapped_column(INSTANT)
    terminal_id: Mapped[UUID | None] = mapped_column(Uuid)
    return_id: Mapped[UUID | None] = mapped_column(Uuid)
    returned_by: Mapped[UUID | None] = mapped_column(Uuid)
    returned_at: Mapped[datetime | None] = mapped_column(INSTANT)
    needs_care: Mapped[bool] = mapped_column(Boolean, default=False)
