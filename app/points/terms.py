"""The chart of accounts and the words of the ledger. Sign convention: a positive amount goes into the account."""

from enum import StrEnum
from typing import NamedTuple

POINTS_MAX = 1_000_000_000
"""Most points in one posting."""
FEN_MAX = 1_000_000_000_000
"""Most money in one posting: ten thousand million yuan, in fen."""
BATCH_MAX = 10_000
"""Most postings in one call of the posting door."""
OPENINGS_PAGE_MAX = 1000
"""Most new passbooks that one transaction opens."""
OPENINGS_LIST_MAX = 10_000
"""Most new passbooks that one call of their door opens."""
CAUSE_LENGTH_MAX = 200
EVIDENCE_LENGTH_MAX = 200
HOLD_SECONDS_MAX = 7 * 24 * 3600
SPENDERS_MAX = 200
"""Most people who may award from one allotment."""
ALERT_PERCENTS = (70, 90, 100)
"""How much of a budget or an allotment is given out when an alert is raised. Must equal ck_points_alerts_reached."""


class Asset(StrEnum):
    """What an account counts."""

    POINTS = "points"
    FEN = "fen"  # money, in hundredths of a yuan


class KindTerms(NamedTuple):
    """How accounts of one kind behave. Must equal the rows of points_account_kinds."""

    asset: Asset
    folded: bool
    has_lots: bool
    stripes: int
    lock_rank: int


class AccountKind(StrEnum):
    """The chart of accounts."""

    ISSUANCE = "issuance"  # contra of all points ever minted; its negative is what was minted
    SPONSOR_BUDGET = "sponsor_budget"  # minted for a campaign, not yet awarded; owner: budget
    ALLOTMENT = "allotment"  # part of a budget in the hands of a station, team or coordinator; owner: the allotment
    RESIDENT = "resident"  # the passbook; owner: the resident's opaque id
    MERCHANT_POINTS = "merchant_points"  # points a shop has taken; owner: shop
    BREAKAGE = "breakage"  # expired or forfeited points
    CLAWBACK = (
        "clawback"  # debtor (a resident, negative) and creditor (a budget, positive) of points proven wrong but spent
    )
    BANK = "bank"  # contra of all money: negative is what sponsors paid in less what shops were paid
    SPONSOR_FUNDING = "sponsor_funding"  # a sponsor's money not yet behind points; owner: sponsor
    BUDGET_RESERVE = "budget_reserve"  # money behind minted points that were not awarded yet; owner: budget
    POINTS_LIABILITY = "points_liability"  # money behind points in residents' hands
    MERCHANT_PAYABLE = "merchant_payable"  # owed to a shop; owner: shop
    BREAKAGE_RESULT = "breakage_result"  # money behind expired points that the book keeps
    CLEARING = "clearing"  # points that left for (+) or came from (-) another book; owner: the agreement
    CLEARING_DUE = "clearing_due"  # money owed to (+) or by (-) another book for them; owner: the agreement


CHART: dict[AccountKind, KindTerms] = {
    AccountKind.ISSUANCE: KindTerms(Asset.POINTS, folded=True, has_lots=False, stripes=1, lock_rank=0),
    AccountKind.SPONSOR_BUDGET: KindTerms(Asset.POINTS, folded=False, has_lots=False, stripes=16, lock_rank=9),
    AccountKind.ALLOTMENT: KindTerms(Asset.POINTS, folded=False, has_lots=False, stripes=1, lock_rank=8),
    AccountKind.RESIDENT: KindTerms(Asset.POINTS, folded=False, has_lots=True, stripes=1, lock_rank=1),
    AccountKind.MERCHANT_POINTS: KindTerms(Asset.POINTS, folded=True, has_lots=False, stripes=1, lock_rank=0),
    AccountKind.BREAKAGE: KindTerms(Asset.POINTS, folded=True, has_lots=False, stripes=1, lock_rank=0),
    AccountKind.CLAWBACK: KindTerms(Asset.POINTS, folded=True, has_lots=False, stripes=1, lock_rank=0),
    AccountKind.BANK: KindTerms(Asset.FEN, folded=True, has_lots=False, stripes=1, lock_rank=0),
    AccountKind.SPONSOR_FUNDING: KindTerms(Asset.FEN, folded=False, has_lots=False, stripes=1, lock_rank=7),
    AccountKind.BUDGET_RESERVE: KindTerms(Asset.FEN, folded=True, has_lots=False, stripes=1, lock_rank=0),
    AccountKind.POINTS_LIABILITY: KindTerms(Asset.FEN, folded=True, has_lots=False, stripes=1, lock_rank=0),
    AccountKind.MERCHANT_PAYABLE: KindTerms(Asset.FEN, folded=True, has_lots=False, stripes=1, lock_rank=0),
    AccountKind.BREAKAGE_RESULT: KindTerms(Asset.FEN, folded=True, has_lots=False, stripes=1, lock_rank=0),
    AccountKind.CLEARING: KindTerms(Asset.POINTS, folded=True, has_lots=False, stripes=1, lock_rank=0),
    AccountKind.CLEARING_DUE: KindTerms(Asset.FEN, folded=True, has_lots=False, stripes=1, lock_rank=0),
}


class Code(StrEnum):
    """What a transaction is about. Residents read a sentence for each; auditors read the code."""

    FUND = "fund"  # a sponsor paid in money
    MINT = "mint"  # points made for a budget, their money reserved
    ALLOT = "allot"  # part of a budget handed to a station or coordinator
    OPENING = "opening"  # a paper passbook's balance taken over
    AWARD = "award"  # points for volunteering
    REPORT_AWARD = "report_award"  # points for an accepted report
    REDEMPTION = "redemption"  # points taken by a shop
    REFUND = "refund"  # part or all of a redemption given back
    REVERSAL = "reversal"  # a transaction undone as a whole
    CLAWBACK = "clawback"  # an award undone after its points were spent, or in part; what is gone is owed
    RECOVERY = "recovery"  # points that were owed are taken from a later award
    EXPIRY = "expiry"  # points that fell due
    PAYOUT = "payout"  # a shop was paid
    ADJUSTMENT = "adjustment"  # a shop is owed more or less for a reason that is no redemption
    ALLOT_RETURN = "allot_return"  # what is left of an allotment goes back to its budget
    TRANSFER = "transfer"  # a passbook's points to another passbook: death, move, two passbooks of one person
    CLEARING_OUT = "clearing_out"  # points leave for another book, the money behind them is owed to it
    CLEARING_IN = "clearing_in"  # points arrive from another book, which owes the money behind them
    CLEARING_PAYMENT = "clearing_payment"  # what two books owe each other for cleared points is paid
    RESTRIPE = "restripe"  # a budget's points levelled over its stripes; nobody's balance changes


PASSBOOK_CODES = (
    Code.OPENING,
    Code.AWARD,
    Code.REPORT_AWARD,
    Code.REDEMPTION,
    Code.REFUND,
    Code.REVERSAL,
    Code.CLAWBACK,
    Code.RECOVERY,
    Code.EXPIRY,
    Code.TRANSFER,
    Code.CLEARING_OUT,
    Code.CLEARING_IN,
)
"""What can be in a passbook; must equal the codes with a resident's leg in points_code_legs."""


class Mode(StrEnum):
    """How the posting engine finds the lots of a posting; see migrations/sql/0002_ledger_posting.sql."""

    EXACT = "exact"
    SPEND = "spend"
    CAPTURE = "capture"
    EXPIRE = "expire"
    REFUND = "refund"


class Decline(StrEnum):
    """Why the engine declined a posting or a hold. Stored under its cause; a retry reads the same answer."""

    INSUFFICIENT = "insufficient"
    ACCOUNT_FROZEN = "account_frozen"
    NOTHING_DUE = "nothing_due"
    NOT_FOUND = "not_found"
    HOLD_CAPTURED = "hold_captured"
    HOLD_RELEASED = "hold_released"
    HOLD_EXPIRED = "hold_expired"
    OVER_CAPTURE = "over_capture"
    OVER_REFUND = "over_refund"
    ALREADY_REVERSED = "already_reversed"
    ALREADY_SPENT = "already_spent"
    CAUSE_REUSED = "cause_reused"  # same cause, other content: refused, and never stored


class HoldResolution(StrEnum):
    """How a hold ended. At most one per hold."""

    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


class OwnerKind(StrEnum):
    """What an owner of accounts is that has a public name. People have none here: the ledger does not know them."""

    SPONSOR = "sponsor"
    SHOP = "shop"
    STATION = "station"
    TEAM = "team"
    COORDINATOR = "coordinator"


class ProposalKind(StrEnum):
    """An act that one person proposes and another approves."""

    MINT = "mint"  # points for a budget
    RULE = "rule"  # a version of an award rule
    UNDO = "undo"  # an award taken back
    TRANSFER = "transfer"  # a passbook's points to another passbook
    CLEARING = "clearing"  # an agreement with another book
    ADJUSTMENT = "adjustment"  # what a shop is owed, more or less


class ProposalState(StrEnum):
    """How a proposal stands."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Cycle(StrEnum):
    """How often one subject may pay one beneficiary by one rule."""

    ONCE = "once"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


RULE_POINTS_MAX = 10_000
"""Most points one award may pay by any rule: what pays a million is a mistake."""
FORMULA_LENGTH_MAX = 200
MINUTES_MAX = 44_640  # of a month
EVENTS_MAX = 1_000
STREAK_MAX = 366
GRADES_MAX = 20
GRADE_PERCENT_MAX = 1_000
FACTS_MAX = 5_000
"""Most facts in one call of the awarding door."""
FACT_DAYS_BACK_MAX = 366
SUBJECT_LENGTH_MAX = 80
TITLE_LENGTH_MAX = 200
DRY_RUN_FACTS_MAX = 200_000
"""Most recorded facts one dry run plays again."""
CAP_MAX = 1_000_000
"""The highest cap that can be set for a day or month."""
VALIDITY_MONTHS_MAX = 120


class ExpiryPolicyKind(StrEnum):
    """How a book says when points lapse."""

    ROLLING = "rolling"  # at the end of a month, so many months after the one they were earned in
    YEARLY = "yearly"  # on one fixed day of the year


class TransferKind(StrEnum):
    """Why a passbook goes into another."""

    DEATH = "death"
    MOVE = "move"
    MERGE = "merge"  # one person had two; what is owed goes over as well


class HolderKind(StrEnum):
    """Whom part of a budget may be handed to. Each is an OwnerKind as well."""

    STATION = "station"
    TEAM = "team"
    COORDINATOR = "coordinator"


class AllotmentState(StrEnum):
    """How an allotment stands."""

    OPEN = "open"
    CLOSED = "closed"


class AlertSubject(StrEnum):
    """What an alert is about."""

    BUDGET = "budget"
    ALLOTMENT = "allotment"


class ClearingState(StrEnum):
    """Where one side of a transfer between books stands."""

    SENT = "sent"  # left this book, the other has not answered yet
    ARRIVED = "arrived"
    RETURNED = "returned"  # the other book refused it, and it was given back
    REFUSED = "refused"  # this book would not take it in


class Direction(StrEnum):
    """Which way a transfer goes, as one of the two books sees it."""

    OUT = "out"
    IN = "in"
