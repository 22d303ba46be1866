"""Months: their closings, what moved in them, and the trial balance at any instant.

Everything is cut by `recorded_at`, half open: from `since` (None: from the beginning) until before `until`. What is
read grows with the transactions of that span in all books, never with those before it (BRIN of recorded_at).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.points.models import Account, MonthClosing, Transaction
from app.points.rules.figures import Moved, People

LOCK = "points_months"


@dataclass(frozen=True, slots=True)
class MonthMoves:
    """What moved in each month, and who was active; months in which nothing did are left out."""

    moves: dict[date, list[Moved]]
    people: dict[date, People]


def lock_months(session: Session, book_id: int) -> None:
    """Wait for all who are posting with a date of an earlier month, and keep others from it until this ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(LOCK), book_id)))


def closed_until(session: Session, book_id: int) -> datetime | None:
    """The first instant that is not in a closed month; None while no month is closed.

    For who is about to date something back: the answer stays true until this transaction ends, no month is closed
    meanwhile. Others ask `find_last_closing`.
    """
    session.execute(select(func.pg_advisory_xact_lock_shared(func.hashtext(LOCK), book_id)))
    # a statement of its own: it sees what was closed while the lock was waited for
    return session.scalar(select(func.max(MonthClosing.ends_at)).where(MonthClosing.book_id == book_id))


def find_last_closing(session: Session, book_id: int, *, until: datetime | None = None) -> MonthClosing | None:
    """The newest closing of a book, or the newest of those that end at `until` or before."""
    query = select(MonthClosing).where(MonthClosing.book_id == book_id)
    if until is not None:
        query = query.where(MonthClosing.ends_at <= until)
    return session.scalar(query.order_by(MonthClosing.month.desc()).limit(1))


def list_closings(session: Session, book_id: int, *, before: date | None, limit: int) -> Sequence[MonthClosing]:
    """Closings, the newest first, of months before `before`."""
    query = select(MonthClosing).where(MonthClosing.book_id == book_id)
    if before is not None:
        query = query.where(MonthClosing.month < before)
    return session.scalars(query.order_by(MonthClosing.month.desc()).limit(limit)).all()


def closings_of(session: Session, book_id: int, *, first: date, last: date) -> dict[date, MonthClosing]:
    """The closings of the months from `first` to `last`, those that are closed."""
    query = select(MonthClosing).where(MonthClosing.book_id == book_id, MonthClosing.month.between(first, last))
    return {closing.month: closing for closing in session.scalars(query)}


def first_recorded_at(session: Session, book_id: int) -> datetime | None:
    """When the first transaction of a book was recorded. Reads all its headers: asked once, before a first closing."""
    return session.scalar(select(func.min(Transaction.recorded_at)).where(Transaction.book_id == book_id))


def count_dated(session: Session, book_id: int, *, since: datetime, until: datetime) -> int:
    """How many transactions bear a date (effective_at) in this span; recorded in it or later."""
    query = select(func.count()).where(
        Transaction.book_id == book_id,
        Transaction.recorded_at >= since,
        Transaction.effective_at >= since,
        Transaction.effective_at < until,
    )
    return session.scalar(query) or 0


_MOVES = text("""
    SELECT date_trunc('month', t.recorded_at AT TIME ZONE 'Asia/Shanghai')::date AS month, t.code, a.kind,
           coalesce(sum(e.amount) FILTER (WHERE e.amount > 0), 0)::bigint AS moved_in,
           coalesce(-sum(e.amount) FILTER (WHERE e.amount < 0), 0)::bigint AS moved_out
      FROM points_transactions t
      JOIN points_entries e ON e.book_id = t.book_id AND e.transaction_id = t.id
      JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id
     WHERE t.book_id = :book_id AND t.recorded_at >= :since AND t.recorded_at < :until
     GROUP BY 1, 2, 3
""")
_PEOPLE = text("""
    SELECT date_trunc('month', t.recorded_at AT TIME ZONE 'Asia/Shanghai')::date AS month,
           count(DISTINCT e.account_id) AS active, count(*) FILTER (WHERE e.version = 1) AS new
      FROM points_transactions t
      JOIN points_entries e ON e.book_id = t.book_id AND e.transaction_id = t.id AND e.version IS NOT NULL
      JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id AND a.kind = 'resident'
     WHERE t.book_id = :book_id AND t.recorded_at >= :since AND t.recorded_at < :until
     GROUP BY 1
""")


def moves_of_months(session: Session, book_id: int, *, since: datetime | None, until: datetime) -> MonthMoves:
    """What moved by month, code and kind of account, and who was active: a few dozen rows for each month."""
    span = _span(book_id, since, until)
    moves: dict[date, list[Moved]] = {}
    for row in session.execute(_MOVES, span):
        moves.setdefault(row.month, []).append(Moved(row.code, row.kind, row.moved_in, row.moved_out))
    people = {row.month: People(row.active, row.new) for row in session.execute(_PEOPLE, span)}
    return MonthMoves(moves, people)


_SUMS = text("""
    SELECT a.kind, sum(e.amount)::bigint AS amount
      FROM points_transactions t
      JOIN points_entries e ON e.book_id = t.book_id AND e.transaction_id = t.id
      JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id
     WHERE t.book_id = :book_id AND t.recorded_at >= :since AND t.recorded_at < :until
     GROUP BY a.kind
""")


def sums_by_kind(session: Session, book_id: int, *, since: datetime | None, until: datetime) -> dict[str, int]:
    """What was added to all accounts of each kind in this span."""
    return {row.kind: row.amount for row in session.execute(_SUMS, _span(book_id, since, until))}


def count_accounts(session: Session, book_id: int, *, until: datetime) -> dict[tuple[str, str], int]:
    """How many accounts of each (kind, asset) were opened before `until`."""
    query = (
        select(Account.kind, Account.asset, func.count())
        .where(Account.book_id == book_id, Account.opened_at < until)
        .group_by(Account.kind, Account.asset)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


_VERSION_BEFORE = text("""
    WITH RECURSIVE search (lo, hi) AS (
        -- the answer lies between lo and hi; recorded_at never runs back along the versions of an account
        SELECT 0::bigint, coalesce(max(s.version), 0)
          FROM points_balances s WHERE s.book_id = :book_id AND s.account_id = :account_id
        UNION ALL
        SELECT CASE WHEN m.earlier THEN m.middle ELSE s.lo END, CASE WHEN m.earlier THEN s.hi ELSE m.middle - 1 END
          FROM search s
         CROSS JOIN LATERAL (
            SELECT e.version AS middle, t.recorded_at < :until AS earlier
              FROM points_entries e JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id
             WHERE e.book_id = :book_id AND e.account_id = :account_id AND e.version = (s.lo + s.hi + 1) / 2) m
         WHERE s.lo < s.hi)
    SELECT s.lo AS version, coalesce(e.balance_after, 0) AS balance
      FROM search s
      LEFT JOIN points_entries e ON e.book_id = :book_id AND e.account_id = :account_id AND e.version = s.lo
     WHERE s.lo >= s.hi
""")


def find_version_before(session: Session, book_id: int, account_id: UUID, *, until: datetime | None) -> tuple[int, int]:
    """(version, balance) of a strict account's last entry recorded before `until` (None: of all); (0, 0): none was.

    Looks at as many entries as the number of entries has binary digits.
    """
    row = session.execute(
        _VERSION_BEFORE, {"book_id": book_id, "account_id": account_id, "until": until or "infinity"}
    ).one_or_none()
    return (row.version, row.balance) if row else (0, 0)


_FOLDED_BEFORE = text("""
    SELECT (coalesce((SELECT f.posted FROM points_folded_balances f
                       WHERE f.book_id = :book_id AND f.account_id = :account_id), 0)
            + coalesce((SELECT sum(e.amount) FROM points_unfolded u
                          JOIN points_entries e ON e.book_id = u.book_id AND e.transaction_id = u.transaction_id
                                               AND e.account_id = :account_id AND e.version IS NULL
                         WHERE u.book_id = :book_id), 0)
            - coalesce((SELECT sum(e.amount) FROM points_entries e
                          JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id
                         WHERE e.book_id = :book_id AND e.account_id = :account_id AND e.version IS NULL
                           AND t.recorded_at >= :until), 0))::bigint
""")


def folded_balance_before(session: Session, book_id: int, account_id: UUID, *, until: datetime | None) -> int:
    """What a folded account held before `until` (None: holds now): what it holds less what was recorded since.

    One statement, one snapshot. Reads as much as was recorded since, or as the account has entries.
    """
    values: dict[str, Any] = {"book_id": book_id, "account_id": account_id, "until": until or "infinity"}
    return int(session.scalar(_FOLDED_BEFORE, values) or 0)


def _span(book_id: int, since: datetime | None, until: datetime) -> dict[str, Any]:
    return {"book_id": book_id, "since": since or "-infinity", "until": until}
