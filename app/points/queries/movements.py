"""What moved at a shop: the material of settlements."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from app.points.models import Entry, Transaction
from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import AccountKind


def select_shop_movements(book_id: int, shop_id: UUID, *, before: datetime) -> Select[UUID, str, int, int, datetime]:
    """A query for the caller to compose: (transaction_id, code, points, fen, recorded_at) of a shop, before an instant.

    Everything that moved points at the shop: redemptions (+), refunds and reversals (-); payouts move none. `fen` is
    what changed in the shop's claim: 0 for points with no money behind them. In no order, and never to be cut by "ids
    above the last one seen": a transaction with a smaller id may still be on its way to commit.
    """
    money = aliased(Entry)
    points_account = account_id(book_id, AccountRef(AccountKind.MERCHANT_POINTS, shop_id))
    money_account = account_id(book_id, AccountRef(AccountKind.MERCHANT_PAYABLE, shop_id))
    return (
        select(
            Entry.transaction_id,
            Transaction.code,
            Entry.amount.label("points"),
            func.coalesce(money.amount, 0).label("fen"),
            Transaction.recorded_at,
        )
        .join(Transaction, and_(Transaction.book_id == Entry.book_id, Transaction.id == Entry.transaction_id))
        .outerjoin(
            money,
            and_(
                money.book_id == Entry.book_id,
                money.transaction_id == Entry.transaction_id,
                money.account_id == money_account,
            ),
        )
        # the condition on NULL is what lets PostgreSQL use the partial index ix_points_entries_folded
        .where(Entry.book_id == book_id, Entry.account_id == points_account, Entry.version.is_(None))
        .where(Transaction.recorded_at < before)
    )
