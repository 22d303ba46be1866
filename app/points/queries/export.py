"""The journal of a book in the order of the district's days, for exports."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

STREAM = {"stream_results": True, "max_row_buffer": 5000}

# recorded_at never runs back on an account, so a day's entries of an account are its versions without a gap.
_JOURNAL = text("""
SELECT t.id, t.code, t.cause, t.actor_id, t.evidence, t.recorded_at, e.account_id, e.amount, e.version, e.balance_after,
       a.kind, a.owner_id, a.stripe, a.asset
  FROM points_transactions t
  JOIN points_entries e ON e.book_id = t.book_id AND e.transaction_id = t.id
  JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id
 WHERE t.book_id = :book
 ORDER BY t.recorded_at, t.id, e.line
""")
_CLOSING = text("""
WITH tail AS (
    SELECT e.account_id, sum(e.amount) AS posted
      FROM points_unfolded u
      JOIN points_entries e ON e.book_id = u.book_id AND e.transaction_id = u.transaction_id AND e.version IS NULL
     WHERE u.book_id = :book GROUP BY e.account_id)
SELECT a.id, coalesce(s.posted, 0) + coalesce(f.posted, 0) + coalesce(t.posted, 0) AS posted
  FROM points_accounts a
  LEFT JOIN points_balances s ON s.book_id = a.book_id AND s.account_id = a.id
  LEFT JOIN points_folded_balances f ON f.book_id = a.book_id AND f.account_id = a.id
  LEFT JOIN tail t ON t.account_id = a.id
 WHERE a.book_id = :book
 ORDER BY a.id
""")


@dataclass(frozen=True, slots=True)
class Leg:
    """One entry with what its account is. `amount` is the ledger's: + into the account."""

    account_id: UUID
    kind: str
    owner_id: UUID
    stripe: int
    asset: str
    amount: int
    version: int | None
    balance_after: int | None


@dataclass(frozen=True, slots=True)
class JournalTransaction:
    """One transaction with all its legs."""

    id: UUID
    code: str
    cause: str
    actor_id: UUID
    evidence: str | None
    recorded_at: datetime
    legs: tuple[Leg, ...]


def stream_journal(connection: Connection, book_id: int) -> Iterator[JournalTransaction]:
    """All transactions by recorded time, read through a cursor: memory does not grow with the journal."""
    with connection.execute(_JOURNAL, {"book": book_id}, execution_options=STREAM) as rows:
        for _, group in groupby(rows, key=_transaction_of):
            yield _transaction(list(group))


def stream_closing_balances(connection: Connection, book_id: int) -> Iterator[tuple[UUID, int]]:
    """(account, stored balance) of every account: what the balance rows say, unfolded tail included."""
    with connection.execute(_CLOSING, {"book": book_id}, execution_options=STREAM) as rows:
        for row in rows:
            yield row.id, int(row.posted)


def _transaction(rows: list[Any]) -> JournalTransaction:
    first = rows[0]
    legs = tuple(
        Leg(row.account_id, row.kind, row.owner_id, row.stripe, row.asset, row.amount, row.version, row.balance_after)
        for row in rows
    )
    return JournalTransaction(
        first.id, first.code, first.cause, first.actor_id, first.evidence, first.recorded_at, legs
    )


def _transaction_of(row: Any) -> UUID:
    key: UUID = row.id
    return key
