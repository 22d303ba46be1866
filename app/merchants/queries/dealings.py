"""Payments, gifts and refunds by the ids under which anti-fraud decided on them."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from app.merchants.models import Branch, Gift, Redemption, Refund, Reservation

REDEMPTION, REFUND, GIFT = "redemption", "refund", "gift"


def list_dealings(session: Session, facts: Collection[tuple[int, UUID]]) -> Sequence[Any]:
    """Of facts (book, id) give what it is, id, number, state, expires_at, captured_points, points, refunded_points,
    book_id, resident_id and shop_name.
    """
    books, ids = {book_id for book_id, _ in facts}, {fact_id for _, fact_id in facts}
    return session.execute(union_all(_payments(ids), _refunds(books, ids), _gifts(books, ids))).all()


def _payments(ids: Collection[UUID]) -> Select[*tuple[Any, ...]]:
    row = Redemption
    return (
        select(
            literal(REDEMPTION).label("what"),
            row.id,
            row.out_trade_no.label("number"),
            row.state,
            row.expires_at,
            row.captured_points,
            row.points,
            row.refunded_points,
            row.book_id,
            row.resident_id,
            Branch.name.label("shop_name"),
        )
        .join(Branch, Branch.id == row.branch_id)
        .where(row.id.in_(ids))
    )


def _refunds(books: Collection[int], ids: Collection[UUID]) -> Select[*tuple[Any, ...]]:
    row = Refund
    numbers = (row.id, row.out_refund_no, row.state, literal(None), literal(None), row.points, literal(0), row.book_id)
    return (
        select(literal(REFUND), *numbers, Redemption.resident_id, Branch.name)
        .join(Redemption, Redemption.id == row.redemption_id)
        .join(Branch, Branch.id == row.branch_id)
        .where(row.book_id.in_(books), row.id.in_(ids))
    )


def _gifts(books: Collection[int], ids: Collection[UUID]) -> Select[*tuple[Any, ...]]:
    row = Reservation
    numbers = (row.id, Gift.title, row.state, row.expires_at, literal(None), row.points, literal(0), row.book_id)
    return (
        select(literal(GIFT), *numbers, row.resident_id, Branch.name)
        .join(Gift, (Gift.book_id == row.book_id) & (Gift.id == row.gift_id))
        .join(Branch, Branch.id == row.shop_id)
        .where(row.book_id.in_(books), row.id.in_(ids))
    )
