"""Payments, gifts and refunds by the ids under which anti-fraud decided on them."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from app.merchants.models import Branch, Gift, Redemption, Refund, Reservation

REDEMPTION, REFUND, GIFT = "redemption", "refund", "gift"


def list_dealings(session: Session, ids: Collection[UUID]) -> Sequence[Any]:
    """Give (what, id, number, state, expires_at, points, given_back, book_id, resident_id, shop_name) of each."""
    return session.execute(union_all(_payments(ids), _refunds(ids), _gifts(ids))).all()


def _payments(ids: Collection[UUID]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            literal(REDEMPTION).label("what"),
            Redemption.id,
            Redemption.out_trade_no.label("number"),
            Redemption.state,
            Redemption.expires_at,
            Redemption.captured_points,
            Redemption.points,
            Redemption.refunded_points,
            Redemption.book_id,
            Redemption.resident_id,
            Branch.name.label("shop_name"),
        )
        .join(Branch, Branch.id == Redemption.branch_id)
        .where(Redemption.id.in_(ids))
    )


def _refunds(ids: Collection[UUID]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            literal(REFUND),
            Refund.id,
            Refund.out_refund_no,
            Refund.state,
            literal(None),
            literal(None),
            Refund.points,
            literal(0),
            Refund.book_id,
            Redemption.resident_id,
            Branch.name,
        )
        .join(Redemption, Redemption.id == Refund.redemption_id)
        .join(Branch, Branch.id == Refund.branch_id)
        .where(Refund.id.in_(ids))
    )


def _gifts(ids: Collection[UUID]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            literal(GIFT),
            Reservation.id,
            Gift.title,
            Reservation.state,
            Reservation.expires_at,
            literal(None),
            Reservation.points,
            literal(0),
            Reservation.book_id,
            Reservation.resident_id,
            Branch.name,
        )
        .join(Gift, (Gift.book_id == Reservation.book_id) & (Gift.id == Reservation.gift_id))
        .join(Branch, Branch.id == Reservation.shop_id)
        .where(Reservation.id.in_(ids))
    )
