"""Disputes over lines of settlements."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.kernel.periods import day_bounds, local_date
from app.merchants import errors
from app.merchants.models import Dispute, SettlementLine
from app.merchants.terms import DisputeState
from app.points.queries.movements import select_shop_movements
from app.points.terms import Code


def get_line(session: Session, book_id: int, settlement_id: UUID, transaction_id: UUID) -> SettlementLine:
    """One line of a settlement. Refuses LineMissing."""
    line = session.get(SettlementLine, (book_id, transaction_id))
    if line is None or line.settlement_id != settlement_id:
        raise errors.LineMissing
    return line


def is_disputed(session: Session, book_id: int, transaction_id: UUID) -> bool:
    """Whether a line was ever disputed."""
    known = exists().where(Dispute.book_id == book_id, Dispute.transaction_id == transaction_id)
    return bool(session.scalar(select(known)))


def lock_dispute(session: Session, book_id: int, dispute_id: UUID) -> Dispute:
    """A dispute, held until the transaction ends. Refuses DisputeMissing."""
    found = session.get(Dispute, (book_id, dispute_id), with_for_update=True, populate_existing=True)
    if found is None:
        raise errors.DisputeMissing
    return found


def list_disputes(
    session: Session, book_id: int, *, state: DisputeState, before: UUID | None, limit: int
) -> Sequence[Dispute]:
    """Disputes of one state, newest first."""
    query = select(Dispute).where(Dispute.book_id == book_id, Dispute.state == state)
    if before is not None:
        query = query.where(Dispute.id < before)
    return session.scalars(query.order_by(Dispute.id.desc()).limit(limit)).all()


def was_adjusted_down(session: Session, dispute: Dispute, *, now: datetime) -> bool:
    """Whether what a shop is owed was adjusted down since a dispute over its line was opened."""
    moved = select_shop_movements(
        dispute.book_id, dispute.shop_id, before=day_bounds(local_date(now))[1], from_id=dispute.transaction_id
    ).subquery()
    down = exists().where(moved.c.code == Code.ADJUSTMENT, moved.c.fen < 0, moved.c.recorded_at >= dispute.opened_at)
    return bool(session.scalar(select(down)))
