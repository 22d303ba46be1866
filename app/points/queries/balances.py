"""What is in the accounts: passbooks, any account, and the trial balance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.points import errors
from app.points.models import Account, Balance, Hold, HoldLot, Lot
from app.points.rules.accounts import passbook_of


@dataclass(frozen=True, slots=True)
class PassbookFigures:
    """A passbook now: `posted` points of which `held` are set aside (expired holds not counted) and `expired` lapsed.

    `available` is what can be spent: posted - held - expired.
    """

    account_id: UUID
    posted: int
    held: int
    expired: int
    version: int
    frozen_reason: str | None

    @property
    def available(self) -> int:
        """Points that can be spent now."""
        return self.posted - self.held - self.expired


def get_account(session: Session, book_id: int, account_id: UUID) -> Account:
    """One account of this book. Refuses AccountMissing."""
    account = session.get(Account, (book_id, account_id))
    if account is None:
        raise errors.AccountMissing
    return account


def get_passbook(session: Session, book_id: int, account_id: UUID, *, today: date, now: datetime) -> PassbookFigures:
    """The figures of one lots account. An account that never moved reads as empty, not as missing."""
    balance = session.execute(
        select(Balance.posted, Balance.held, Balance.version, Balance.frozen_reason).where(
            Balance.book_id == book_id, Balance.account_id == account_id
        )
    ).one_or_none()
    if balance is None:
        return PassbookFigures(account_id, 0, 0, 0, 0, None)
    freed = (  # what expired holds set aside still, by lots: of the lots that lapsed as well nothing can be spent
        select(
            func.coalesce(func.sum(HoldLot.points), 0),
            func.coalesce(func.sum(HoldLot.points).filter(HoldLot.expires_on < today), 0),
        )
        .join(Hold, (Hold.book_id == HoldLot.book_id) & (Hold.id == HoldLot.hold_id))
        .where(Hold.book_id == book_id, Hold.account_id == account_id, Hold.open, Hold.expires_at <= now)
        .subquery()
    )
    lapsed_lots = select(func.coalesce(func.sum(Lot.points_left - Lot.held), 0)).where(
        Lot.book_id == book_id, Lot.account_id == account_id, Lot.expires_on < today
    )
    unblocked, lapsed, expired = session.execute(select(freed, lapsed_lots.scalar_subquery())).one()
    return PassbookFigures(
        account_id,
        balance.posted,
        balance.held - int(unblocked),
        int(expired) + int(lapsed),
        balance.version,
        balance.frozen_reason,
    )


def spendable_points(session: Session, book_id: int, owner_id: UUID, *, today: date, now: datetime) -> int:
    """What a resident can spend now, in one statement: what living lots have free, or held for holds that are over."""
    account_id = passbook_of(book_id, owner_id)
    freed = (
        select(func.coalesce(func.sum(HoldLot.points), 0))
        .join(Hold, (Hold.book_id == HoldLot.book_id) & (Hold.id == HoldLot.hold_id))
        .where(Hold.book_id == book_id, Hold.account_id == account_id, Hold.open, Hold.expires_at <= now)
        .where(HoldLot.expires_on >= today)
        .scalar_subquery()
    )
    free = select(func.coalesce(func.sum(Lot.points_left - Lot.held), 0) + freed).where(
        Lot.book_id == book_id, Lot.account_id == account_id, Lot.expires_on >= today
    )
    return int(session.scalar(free) or 0)


def list_lots(session: Session, book_id: int, account_id: UUID, *, today: date) -> Sequence[Lot]:
    """The lots that still hold spendable points, earliest expiry first: what expires when."""
    query = select(Lot).where(
        Lot.book_id == book_id, Lot.account_id == account_id, Lot.expires_on >= today, Lot.points_left > 0
    )
    # as they are under the lock of whoever moves them, whatever this session read before
    query = query.order_by(Lot.expires_on, Lot.budget_id).execution_options(populate_existing=True)
    return session.scalars(query).all()


_FOLDED = text("""
    SELECT (coalesce((SELECT f.posted FROM points_folded_balances f
                       WHERE f.book_id = :book_id AND f.account_id = :account_id), 0)
          + coalesce((SELECT sum(e.amount) FROM points_entries e
                       WHERE e.book_id = :book_id AND e.account_id = :account_id AND e.version IS NULL
                         AND EXISTS (SELECT 1 FROM points_unfolded u
                                      WHERE u.book_id = e.book_id AND u.transaction_id = e.transaction_id)), 0))::bigint
""")


def sum_folded(session: Session, book_id: int, account_id: UUID) -> int:
    """What is in a folded account, the unfolded tail included. For accounts with few entries: each is looked at."""
    return int(session.scalar(_FOLDED, {"book_id": book_id, "account_id": account_id}) or 0)


_TRIAL_BALANCE = text("""
    SELECT b.kind, b.asset, sum(b.amount)::bigint AS balance, count(DISTINCT b.id) AS accounts
      FROM (SELECT a.kind, a.asset, a.id, s.posted AS amount
              FROM points_accounts a JOIN points_balances s ON s.book_id = a.book_id AND s.account_id = a.id
             WHERE a.book_id = :book_id
            UNION ALL
            SELECT a.kind, a.asset, a.id, f.posted
              FROM points_accounts a JOIN points_folded_balances f ON f.book_id = a.book_id AND f.account_id = a.id
             WHERE a.book_id = :book_id
            UNION ALL
            SELECT a.kind, a.asset, a.id, e.amount
              FROM points_unfolded u
              JOIN points_entries e
                ON e.book_id = u.book_id AND e.transaction_id = u.transaction_id AND e.version IS NULL
              JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id
             WHERE u.book_id = :book_id) b
     GROUP BY b.kind, b.asset ORDER BY b.asset DESC, b.kind
""")


def list_trial_balance(session: Session, book_id: int) -> Sequence[tuple[str, str, int, int]]:
    """(kind, asset, balance, accounts) for every kind in use; each asset sums to zero. One row per kind at most."""
    return [
        (row.kind, row.asset, row.balance, row.accounts)
        for row in session.execute(_TRIAL_BALANCE, {"book_id": book_id})
    ]
