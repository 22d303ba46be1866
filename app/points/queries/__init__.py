"""Reads of the ledger, session first."""

from app.points.queries.balances import (
    PassbookFigures,
    available_points,
    get_account,
    get_passbook,
    list_lots,
    list_trial_balance,
)
from app.points.queries.books import find_book_id, get_book, get_budget, list_books, list_budgets
from app.points.queries.transactions import (
    Figures,
    figures_of_transactions,
    find_outcome,
    find_reversal,
    get_lot,
    get_transaction,
    has_refunds,
    list_due_lots,
    list_entries_of,
    list_lot_moves_of,
    lock_for_correction,
    lock_stripes,
)

__all__ = [
    "Figures",
    "PassbookFigures",
    "available_points",
    "figures_of_transactions",
    "find_book_id",
    "find_outcome",
    "find_reversal",
    "get_account",
    "get_book",
    "get_budget",
    "get_lot",
    "get_passbook",
    "get_transaction",
    "has_refunds",
    "list_books",
    "list_budgets",
    "list_due_lots",
    "list_entries_of",
    "list_lot_moves_of",
    "list_lots",
    "list_trial_balance",
    "lock_for_correction",
    "lock_stripes",
]
