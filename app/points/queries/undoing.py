"""What became of the points of an award: still in their lot, or expired with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.points.models import Hold, HoldLot, Lot, LotMove


class LotRemains(NamedTuple):
    """Of one lot: the points that no hold sets aside, by passbook, and those that expired and excuse no award yet."""

    free: dict[UUID, int]
    expired: int


def remains_of(session: Session, book_id: int, accounts: Sequence[UUID], move: LotMove, *, now: datetime) -> LotRemains:
    """What these passbooks have of the lot that a move filled. Their balances must be locked."""
    return LotRemains(_free(session, book_id, accounts, move, now), _expired(session, book_id, accounts, move))


def _free(session: Session, book_id: int, accounts: Sequence[UUID], move: LotMove, now: datetime) -> dict[UUID, int]:
    """Points of the lot that no hold sets aside; expired holds do not count."""
    lapsed = (
        select(func.coalesce(func.sum(HoldLot.points), 0))
        .join(Hold, (Hold.book_id == HoldLot.book_id) & (Hold.id == HoldLot.hold_id))
        .where(Hold.book_id == book_id, Hold.account_id == Lot.account_id, Hold.open, Hold.expires_at <= now)
        .where(HoldLot.expires_on == Lot.expires_on, HoldLot.budget_id == Lot.budget_id)
        .correlate(Lot)
        .scalar_subquery()
    )
    query = select(Lot.account_id, Lot.points_left - Lot.held + lapsed).where(
        Lot.book_id == book_id,
        Lot.account_id.in_(accounts),
        Lot.expires_on == move.expires_on,
        Lot.budget_id == move.budget_id,
    )
    return {row[0]: int(row[1]) for row in session.execute(query)}


# Expiries that were not reversed, less what clawbacks of awards into the same lot took for theirs.
_EXPIRED = text("""
    WITH moved AS (
        SELECT m.points, t.code, r.id AS corrected_by, r.code AS corrected_as
          FROM points_entries e
          JOIN points_lot_moves m ON m.book_id = e.book_id AND m.transaction_id = e.transaction_id AND m.line = e.line
          JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id
          LEFT JOIN points_transactions r ON r.book_id = t.book_id AND r.reverses_id = t.id
         WHERE e.book_id = :book_id AND e.account_id = ANY (CAST(:accounts AS uuid[]))
           AND m.expires_on = :expires_on AND m.budget_id = :budget_id)
    SELECT greatest(0,
            coalesce((SELECT -sum(m.points) FROM moved m WHERE m.code = 'expiry' AND m.corrected_by IS NULL), 0)
          + coalesce((SELECT sum(b.amount) FROM moved m
                        JOIN points_entries b ON b.book_id = :book_id AND b.transaction_id = m.corrected_by
                        JOIN points_accounts a ON a.book_id = b.book_id AND a.id = b.account_id AND a.kind = 'breakage'
                       WHERE m.corrected_as = 'clawback'), 0))::bigint
""")


def _expired(session: Session, book_id: int, accounts: Sequence[UUID], move: LotMove) -> int:
    values = {"book_id": book_id, "accounts": list(accounts)}
    return int(session.scalar(_EXPIRED, values | {"expires_on": move.expires_on, "budget_id": move.budget_id}) or 0)
