"""Transactions, their entries and lot moves, and what was decided for a cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from app.points import errors
from app.points.models import Account, Entry, LotMove, Outcome, Transaction
from app.points.terms import Asset


@dataclass(frozen=True, slots=True)
class Figures:
    """What a transaction moved, and the first strict balance after it."""

    points: int
    cost_fen: int
    balance_after: int | None


def find_outcome(session: Session, book_id: int, cause: str) -> Outcome | None:
    """What was decided for this cause, if anything yet."""
    return session.get(Outcome, (book_id, cause))


def get_transaction(session: Session, book_id: int, transaction_id: UUID) -> Transaction:
    """One transaction of this book. Refuses TransactionMissing."""
    transaction = session.get(Transaction, (book_id, transaction_id))
    if transaction is None:
        raise errors.TransactionMissing
    return transaction


def list_entries_of(session: Session, book_id: int, transaction_id: UUID) -> Sequence[tuple[Entry, Account]]:
    """The entries of one transaction by line, each with its account."""
    query = (
        select(Entry, Account)
        .join(Account, (Account.book_id == Entry.book_id) & (Account.id == Entry.account_id))
        .where(Entry.book_id == book_id, Entry.transaction_id == transaction_id)
        .order_by(Entry.line)
    )
    return [(entry, account) for entry, account in session.execute(query)]


def list_lot_moves_of(session: Session, book_id: int, transaction_id: UUID) -> Sequence[LotMove]:
    """The lot moves of one transaction."""
    query = select(LotMove).where(LotMove.book_id == book_id, LotMove.transaction_id == transaction_id)
    return session.scalars(query.order_by(LotMove.line, LotMove.expires_on, LotMove.budget_id)).all()


def has_refunds(session: Session, book_id: int, transaction_id: UUID) -> bool:
    """Whether any part of this transaction was refunded."""
    return bool(
        session.scalar(select(exists().where(Transaction.book_id == book_id, Transaction.refunds_id == transaction_id)))
    )


def figures_of_transactions(session: Session, book_id: int, ids: Sequence[UUID]) -> dict[UUID, Figures]:
    """What each of these transactions moved, one query for all."""
    inward = func.coalesce(func.sum(Entry.amount).filter(Entry.amount > 0, Account.asset == Asset.POINTS), 0)
    money = func.coalesce(func.sum(Entry.amount).filter(Entry.amount > 0, Account.asset == Asset.FEN), 0)
    # the first strict entry's, a passbook's before any other
    order = aggregate_order_by(Entry.balance_after, (Account.kind == "resident").desc(), Entry.line)
    after: Any = func.array_agg(order).filter(Entry.balance_after.is_not(None))
    query = (
        select(Entry.transaction_id, inward, money, after)
        .join(Account, (Account.book_id == Entry.book_id) & (Account.id == Entry.account_id))
        .where(Entry.book_id == book_id, Entry.transaction_id.in_(ids))
        .group_by(Entry.transaction_id)
    )
    return {row[0]: Figures(int(row[1]), int(row[2]), row[3][0] if row[3] else None) for row in session.execute(query)}


def find_reversal(session: Session, book_id: int, transaction_id: UUID) -> Transaction | None:
    """The transaction that reversed this one, if any."""
    return session.scalar(
        select(Transaction).where(Transaction.book_id == book_id, Transaction.reverses_id == transaction_id)
    )


def lock_for_correction(session: Session, book_id: int, transaction_id: UUID) -> None:
    """Lock what a correction of this transaction must find unchanged: its strict balances, in the global order."""
    session.execute(
        text("SELECT points_lock_for_correction(:book_id, :id)"), {"book_id": book_id, "id": transaction_id}
    )


def lock_stripes(session: Session, book_id: int, budget_id: UUID, *, whole: bool) -> dict[int, int]:
    """Lock a budget's stripes, answer what is free on each; those that others hold are left out, it never waits.

    With `whole` fewer than all are a contention (40001), upon which the transaction is run again.
    """
    rows = session.execute(
        text("SELECT * FROM points_lock_stripes(:book_id, :budget_id, :whole)"),
        {"book_id": book_id, "budget_id": budget_id, "whole": whole},
    )
    return {row.stripe: row.free for row in rows}
