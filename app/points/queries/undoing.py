"""What became of the points of an award: still in their lot, expired with it, taken back, or owed."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.points.models import Hold, HoldLot, Lot, LotMove
from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import AccountKind


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
          LEFT JOIN points_transactions r ON r.book_id = t.book_id AND (r.reverses_id = t.id OR r.refunds_id = t.id)
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


_TAKEN_BACK = text("""
    SELECT t.refunds_id AS award, sum(e.amount)::bigint AS points
      FROM points_transactions t
      JOIN points_entries e ON e.book_id = t.book_id AND e.transaction_id = t.id AND e.amount > 0
      JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id AND a.asset = 'points'
     WHERE t.book_id = :book_id AND t.refunds_id = ANY (CAST(:ids AS uuid[])) AND t.code = 'clawback'
     GROUP BY t.refunds_id
""")


def taken_back(session: Session, book_id: int, ids: Sequence[UUID]) -> dict[UUID | None, int]:
    """How many points of these awards were taken back in parts; those of which none were are left out."""
    rows = session.execute(_TAKEN_BACK, {"book_id": book_id, "ids": list(ids)}) if ids else ()
    return {row.award: int(row.points) for row in rows}


class Debt(NamedTuple):
    """Points that are owed for one award that was taken back, and the budget that is to have them."""

    award_transaction_id: UUID
    budget_id: UUID
    points: int


# What clawbacks booked on these persons' accounts less what was recovered since; a merge moves it between them.
_DEBTS = text("""
    SELECT d.award, m.budget_id, d.points
      FROM (SELECT coalesce(t.reverses_id, t.refunds_id) AS award, -sum(e.amount)::bigint AS points
              FROM points_entries e
              JOIN points_transactions t
                ON t.book_id = e.book_id AND t.id = e.transaction_id AND t.code IN ('clawback', 'recovery')
             WHERE e.book_id = :book_id AND e.account_id = ANY (CAST(:accounts AS uuid[])) AND e.version IS NULL
             GROUP BY 1 HAVING sum(e.amount) < 0) d
      JOIN points_lot_moves m ON m.book_id = :book_id AND m.transaction_id = d.award
      JOIN points_budgets b ON b.book_id = m.book_id AND b.id = m.budget_id AND b.point_value_fen = :value_fen
     ORDER BY d.award LIMIT :limit
""")


def list_debts(session: Session, book_id: int, owners: Sequence[UUID], *, value_fen: int, limit: int) -> list[Debt]:
    """What a person owes budgets whose points cost so much, the oldest award first. His passbooks must be locked."""
    accounts = [account_id(book_id, AccountRef(AccountKind.CLAWBACK, owner)) for owner in owners]
    values = {"book_id": book_id, "accounts": accounts, "value_fen": value_fen, "limit": limit}
    return [Debt(row.award, row.budget_id, int(row.points)) for row in session.execute(_DEBTS, values)]
