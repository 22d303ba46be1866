"""What an owner reads of his own branch."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.kernel.periods import day_bounds
from app.merchants.models import Gift, Redemption
from app.merchants.queries.redemptions import Place


def list_of_day(
    session: Session, branch_id: UUID, day: date, *, before: Place | None, limit: int
) -> Sequence[Redemption]:
    """What was asked for at a branch on one day (Asia/Shanghai) in all books, newest first."""
    since, until = day_bounds(day)
    query = select(Redemption).where(
        Redemption.branch_id == branch_id, Redemption.requested_at >= since, Redemption.requested_at < until
    )
    if before is not None:
        query = query.where(tuple_(Redemption.requested_at, Redemption.id) < before)
    return session.scalars(query.order_by(Redemption.requested_at.desc(), Redemption.id.desc()).limit(limit)).all()


def list_gifts_of(session: Session, book_id: int, shop_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Gift]:
    """All gifts that a shop ever had in a book's catalogue, newest first."""
    query = select(Gift).where(Gift.book_id == book_id, Gift.shop_id == shop_id)
    if before is not None:
        query = query.where(Gift.id < before)
    return session.scalars(query.order_by(Gift.id.desc()).limit(limit)).all()
