"""The tables of the mall. What their states allow is checked in migrations/sql/0025_mall.sql."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, Integer, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class MallShop(Base):
    """A shop of the mall: its number at WeChat Pay, whose shop it is, and by which rule payments there earn."""

    __tablename__ = "mall_shops"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    book: Mapped[str] = mapped_column(Text)
    shop_number: Mapped[str] = mapped_column(Text)
    shop_id: Mapped[UUID] = mapped_column(Uuid)
    shop_name: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    return_days: Mapped[int] = mapped_column(SmallInteger)
    opened_by: Mapped[UUID] = mapped_column(Uuid)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Callback(Base):
    """A callback that was taken: WeChat Pay sends it again until it is answered."""

    __tablename__ = "mall_callbacks"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    event: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(INSTANT)


class Consent(Base):
    """Whether somebody of WeChat wants points for payments in the mall; known by a keyed hash of his openid.

    What was withdrawn stays as such until the account is closed: an older consent that comes late counts nothing.
    """

    __tablename__ = "mall_consents"
    appid: Mapped[str] = mapped_column(Text, primary_key=True)
    openid_index: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    given_at: Mapped[datetime] = mapped_column(INSTANT)
    withdrawn_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Earn(Base):
    """A payment in the mall on its way to points."""

    __tablename__ = "mall_earns"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    transaction_id: Mapped[str] = mapped_column(Text)
    shop_number: Mapped[str] = mapped_column(Text)
    appid: Mapped[str] = mapped_column(Text)
    openid_index: Mapped[bytes] = mapped_column(LargeBinary)
    openid_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    refunded_fen: Mapped[int] = mapped_column(BigInteger)
    paid_at: Mapped[datetime] = mapped_column(INSTANT)
    received_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    look_at: Mapped[datetime | None] = mapped_column(INSTANT)
    parked_until: Mapped[datetime] = mapped_column(INSTANT)
    owner_book_id: Mapped[int | None] = mapped_column(Integer)
    book: Mapped[str | None] = mapped_column(Text)
    shop_id: Mapped[UUID | None] = mapped_column(Uuid)
    rule: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    resident_id: Mapped[UUID | None] = mapped_column(Uuid)
    due_at: Mapped[datetime | None] = mapped_column(INSTANT)
    cleared_by: Mapped[UUID | None] = mapped_column(Uuid)
    passed_by: Mapped[UUID | None] = mapped_column(Uuid)
    points: Mapped[int] = mapped_column(BigInteger)
    award_id: Mapped[UUID | None] = mapped_column(Uuid)
    awarded_fen: Mapped[int | None] = mapped_column(BigInteger)
    corrections: Mapped[int] = mapped_column(SmallInteger)
    report: Mapped[str] = mapped_column(Text)
    report_earns: Mapped[bool] = mapped_column(Boolean)
    report_points: Mapped[int] = mapped_column(BigInteger)
    report_attempts: Mapped[int] = mapped_column(SmallInteger)
    report_due_at: Mapped[datetime | None] = mapped_column(INSTANT)
    consent_asks: Mapped[int] = mapped_column(SmallInteger)
    consent_ask_at: Mapped[datetime | None] = mapped_column(INSTANT)


class MallRefund(Base):
    """A refund of a payment in the mall. `owner_book_id`: who looks, where its shop or its payment is known."""

    __tablename__ = "mall_refunds"
    refund_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid)
    transaction_id: Mapped[str] = mapped_column(Text)
    shop_number: Mapped[str | None] = mapped_column(Text)
    refund_fen: Mapped[int] = mapped_column(BigInteger)
    refunded_at: Mapped[datetime] = mapped_column(INSTANT)
    received_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    look_at: Mapped[datetime | None] = mapped_column(INSTANT)
    owner_book_id: Mapped[int | None] = mapped_column(Integer)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)
