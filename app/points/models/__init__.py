"""The ledger's tables. Written only by the functions of migrations/sql; mapped here for reading."""

from app.points.models.accounts import Account, Balance, Book, Budget, FoldedBalance, Freeze
from app.points.models.holds import Hold, HoldLot, HoldResolution
from app.points.models.journal import Entry, LotMove, Outcome, Transaction, Unfolded
from app.points.models.lots import Lot

__all__ = [
    "Account",
    "Balance",
    "Book",
    "Budget",
    "Entry",
    "FoldedBalance",
    "Freeze",
    "Hold",
    "HoldLot",
    "HoldResolution",
    "Lot",
    "LotMove",
    "Outcome",
    "Transaction",
    "Unfolded",
]
