"""Codes, payments and refunds. A payment of another shop is as missing as one of another book."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.merchants import errors
from app.merchants.models import Code, Payment, Refund
from app.merchants.terms import RefundState


def count_live_codes(session: Session, book_id: int, resident_id: UUID, *, now: datetime) -> int:
    """How many unused codes a resident holds."""
    query = select(func.count()).where(
        Code.book_id == book_id, Code.resident_id == resident_id, Code.expires_at > now, Code.spent_at.is_(None)
    )
    return session.scalar(query) or 0


def get_payment(session: Session, book_id: int, shop_id: UUID | None, payment_id: UUID) -> Payment:
    """One payment of this shop, or of any (None). Refuses PaymentMissing."""
    payment = session.get(Payment, (book_id, payment_id))
    if payment is None or (shop_id is not None and payment.shop_id != shop_id):
        raise errors.PaymentMissing
    return payment


def lock_payment(session: Session, book_id: int, shop_id: UUID, payment_id: UUID) -> Payment:
    """One payment of this shop, locked until the end of the transaction. Refuses PaymentMissing."""
    query = (
        select(Payment)
        .where(Payment.book_id == book_id, Payment.id == payment_id, Payment.shop_id == shop_id)
        .with_for_update(key_share=True)
    )
    payment = session.scalar(query, execution_options={"populate_existing": True})
    if payment is None:
        raise errors.PaymentMissing
    return payment


def get_payment_of(session: Session, book_id: int, shop_id: UUID, out_trade_no: str) -> Payment:
    """The payment of a shop's own number, which must exist."""
    query = select(Payment).where(
        Payment.book_id == book_id, Payment.shop_id == shop_id, Payment.out_trade_no == out_trade_no
    )
    return session.scalars(query).one()


def list_payments(
    session: Session, book_id: int, shop_id: UUID | None, *, out_trade_no: str | None, before: UUID | None, limit: int
) -> Sequence[Payment]:
    """Payments of a shop (None: of all), newest first, with an id below `before`; of an out_trade_no where given."""
    query = select(Payment).where(Payment.book_id == book_id)
    if shop_id is not None:
        query = query.where(Payment.shop_id == shop_id)
    if out_trade_no is not None:
        query = query.where(Payment.out_trade_no == out_trade_no)
    if before is not None:
        query = query.where(Payment.id < before)
    return session.scalars(query.order_by(Payment.id.desc()).limit(limit)).all()


def get_refund_of(session: Session, book_id: int, shop_id: UUID, out_refund_no: str) -> Refund:
    """The refund of a shop's own number, which must exist."""
    query = select(Refund).where(
        Refund.book_id == book_id, Refund.shop_id == shop_id, Refund.out_refund_no == out_refund_no
    )
    return session.scalars(query).one()


def sum_refunded(session: Session, book_id: int, payment_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Points given back of each of these payments; those without refunds are left out."""
    query = (
        select(Refund.payment_id, func.sum(Refund.points))
        .where(Refund.book_id == book_id, Refund.payment_id.in_(payment_ids), Refund.state == RefundState.REFUNDED)
        .group_by(Refund.payment_id)
    )
    return {row[0]: int(row[1]) for row in session.execute(query)}
