"""The ledger's tables. The ledger proper is written only by the functions of
migrations/sql and mapped here for reading.
"""

from app.points.models.accounts import Account, Balance, Book, Budget, FoldedBalance, Freeze
from app.points.models.alerts import Alert
from app.points.models.awards import (
    Allotment,
    AllotmentSpender,
    AwardRecord,
    AwardRule,
    AwardRuleVersion,
    CapLock,
)
from app.points.models.clearing import ClearingAgreement, ClearingNetting, ClearingTransfer
from app.points.models.holds import Hold, HoldLot, HoldResolution
from app.points.models.journal import Entry, LotMove, Outcome, Transaction, Unfolded
from app.points.models.lifetimes import ExpiryNotice, ExpiryPolicyChange, ExpiryRun
from app.points.models.lives import MonthClosing, Successor
from app.points.models.lots import Lot
from app.points.models.news import NewsMark
from app.points.models.programme import Household, HouseholdChange, OwnerName, PaperPassbook, Proposal

__all__ = [
    "Account",
    "Alert",
    "Allotment",
    "AllotmentSpender",
    "AwardRecord",
    "AwardRule",
    "AwardRuleVersion",
    "Balance",
    "Book",
    "Budget",
    "CapLock",
    "ClearingAgreement",
    "ClearingNetting",
    "ClearingTransfer",
    "Entry",
    "ExpiryNotice",
    "ExpiryPolicyChange",
    "ExpiryRun",
    "FoldedBalance",
    "Freeze",
    "Hold",
    "HoldLot",
    "HoldResolution",
    "Household",
    "HouseholdChange",
    "Lot",
    "LotMove",
    "MonthClosing",
    "NewsMark",
    "Outcome",
    "OwnerName",
    "PaperPassbook",
    "Proposal",
    "Successor",
    "Transaction",
    "Unfolded",
]
