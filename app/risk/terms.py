"""Words and limits of anti-fraud: what is decided, how it may end, and why, in words for staff and for residents."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

NO_BOOK = 0
"""The book of what belongs to none (signing in); real ones begin at 1."""
PAUSED_WITH = "paused_with"
"""The one feature of a decision that pauses an account without a sign-in of its own: which one brought it about."""
BUILT_IN = 0
"""The version of the rules that come with Linli: they decide until a book has published its own."""
OPERATOR = UUID(int=0)
OPERATOR_SECOND = UUID(int=2**128 - 1)
"""The two people of a rule set that the command line puts in force: the ledger's own convention."""

RULES_MAX = 100
EXPRESSION_LENGTH_MAX = 500
NODES_MAX = 60
ARRAY_MAX = 100
SCORE_MAX = 100
BUDGET_SECONDS = 0.02
"""For all rules of one decision together."""
WINDOW_ROWS_MAX = 1000
"""Windows count the newest so many facts of somebody: no threshold is beyond that (migrations/sql/0023_risk.sql)."""
SHADOWS_MAX = 2
SHADOW_DAYS_MAX = 30
SNOOZE_DAYS_MAX = 90
ITEMS_MAX = 1000
LISTS_MAX = 20
"""Besides those that come with Linli. With each value once on a list, a fact has 8 × 22 entries at most: `risk_look`
reads 200, so none crowds out another."""
EXPIRED = "已到期 expired"
"""Why an item was taken off that is put on its list anew."""
TITLE_LENGTH_MAX, REASON_LENGTH_MAX, TEXT_LENGTH_MAX, ITEM_LENGTH_MAX = 100, 200, 1000, 64
FACTS_KEPT = timedelta(days=120)
"""What windows count is forgotten after that; decisions stay."""
PURGE_BATCH = 5000
BACKTEST_PAGE = 500
BACKTEST_DAYS_MAX = 90
BACKTEST_DECISIONS_MAX = 200_000
BACKTESTS_MAX = 2
"""So many of a book run at a time; of those that were begun BACKTEST_LIFE ago one is not waited for."""
BACKTEST_LIFE = timedelta(days=1)
ERASED = "—"
"""What stands in place of the words of an appeal when its author's account was closed."""
LISTED_DAYS_MAX, APPROVALS_DAYS_MAX = 92, 7
"""A list that goes by its time alone reads so many days; approvals are many."""
REVISION_MAX = 2**31 - 1
FINDING_KEPT = timedelta(days=3)
"""What the graph does not find again for so long is no feature any more (as in `risk_look`)."""
HEARD_FOR = timedelta(days=90)
"""So long whoever appealed and was right is not paused again on that device."""
CLEARED_SNOOZE_DAYS = 30
"""So long the rules about a device that spoke are silent about it, once people looked and found nothing."""
IDLE_WORKING_DAYS = 3
"""Who took a case and did nothing in it for so long has it taken over."""
TAKERS_MAX = 100
APPEAL_DAYS = 60
"""So long a resident may appeal."""


class EventKind(StrEnum):
    """What is decided on."""

    REDEEM = "redeem"
    REFUND = "refund"
    AWARD = "award"
    CHECK_IN = "check_in"
    LOGIN = "login"


class Outcome(StrEnum):
    """How a decision ends, the mildest first."""

    APPROVE = "approve"
    REVIEW = "review"  # goes on; people look at it before money leaves
    BLOCK_AND_REVIEW = "block_and_review"  # waits: for a stronger proof by the resident, or for people
    DECLINE = "decline"


SEVERITY: Mapping[Outcome, int] = {outcome: rank for rank, outcome in enumerate(Outcome)}
WHEN_BROKEN: Mapping[EventKind, Outcome] = {
    EventKind.REDEEM: Outcome.BLOCK_AND_REVIEW,
    EventKind.REFUND: Outcome.REVIEW,
    EventKind.AWARD: Outcome.REVIEW,
    EventKind.CHECK_IN: Outcome.REVIEW,
    EventKind.LOGIN: Outcome.REVIEW,
}
"""What is answered at least when the rules could not be asked: never silently yes."""


class Coarse(StrEnum):
    """All that a shop or a terminal is told: never why."""

    OK = "ok"
    CONFIRM = "confirm"
    REFUSED = "refused"


COARSE: Mapping[Outcome, Coarse] = {
    Outcome.APPROVE: Coarse.OK,
    Outcome.REVIEW: Coarse.OK,
    Outcome.BLOCK_AND_REVIEW: Coarse.CONFIRM,
    Outcome.DECLINE: Coarse.REFUSED,
}


class Reason(StrEnum):
    """Why a rule speaks. Stable: cases, statistics and other programs know them by these."""

    VEL_RESIDENT_1H = "VEL_RESIDENT_1H"
    VEL_RESIDENT_1D = "VEL_RESIDENT_1D"
    VEL_PAIR_1D = "VEL_PAIR_1D"
    VEL_DEVICE_1D = "VEL_DEVICE_1D"
    VEL_SHOP = "VEL_SHOP"
    VEL_COORDINATOR_1D = "VEL_COORDINATOR_1D"
    VEL_HOUSEHOLD_1D = "VEL_HOUSEHOLD_1D"
    VEL_PERSON = "VEL_PERSON"
    DEV_SHARED = "DEV_SHARED"
    DEV_NEW = "DEV_NEW"
    ACCOUNT_NEW = "ACCOUNT_NEW"
    SELF_DEAL = "SELF_DEAL"
    KIN_DEAL = "KIN_DEAL"
    GEO_FAR = "GEO_FAR"
    GEO_VAGUE = "GEO_VAGUE"
    GEO_TRAVEL = "GEO_TRAVEL"
    GEO_CONSTANT = "GEO_CONSTANT"
    PHOTO_AGAIN = "PHOTO_AGAIN"
    POINTS_ONLY = "POINTS_ONLY"
    ROUND_AMOUNT = "ROUND_AMOUNT"
    OFF_HOURS = "OFF_HOURS"
    OFF_ROSTER = "OFF_ROSTER"
    RETURN_RATIO = "RETURN_RATIO"
    QUICK_BURN = "QUICK_BURN"
    SHARE_AT_SHOP = "SHARE_AT_SHOP"
    SHARE_OF_SHOP = "SHARE_OF_SHOP"
    RING = "RING"
    RECIPROCITY = "RECIPROCITY"
    LISTED = "LISTED"
    ADDRESS_NEW = "ADDRESS_NEW"
    NET_CROWD = "NET_CROWD"
    HELPER_MANY = "HELPER_MANY"
    WECHAT_RANK = "WECHAT_RANK"
    CODE_REUSE = "CODE_REUSE"
    OTHER = "OTHER"
    ENGINE_FAILED = "ENGINE_FAILED"


class RuleSetState(StrEnum):
    """Where a rule set is. Only an active one decides; one in shadow decides as if."""

    DRAFT = "draft"
    SHADOW = "shadow"
    ACTIVE = "active"
    RETIRED = "retired"


class RuleResult(StrEnum):
    """What a rule said of one fact."""

    HIT = "hit"
    NO_HIT = "no_hit"
    SNOOZED = "snoozed"  # it would have hit
    ERROR = "error"


class Pivot(StrEnum):
    """Whom a rule is about: what a snooze names."""

    RESIDENT = "resident"
    PERSON = "person"
    DEVICE = "device"
    HOUSEHOLD = "household"
    SHOP = "shop"
    TERMINAL = "terminal"
    CASHIER = "cashier"
    COORDINATOR = "coordinator"


class CaseState(StrEnum):
    """Where a case is."""

    PENDING = "pending"
    INVESTIGATING = "investigating"
    CLOSED = "closed"


class Fate(StrEnum):
    """What became of a payment, a gift or a refund that was decided on."""

    TO_CONFIRM = "to_confirm"  # its resident has not confirmed it
    WAITING = "waiting"  # points are set aside
    DONE = "done"
    UNDONE = "undone"  # nothing of it remains
    RETURNED = "returned"  # done, and all of it given back


class Taker(StrEnum):
    """Whose cases to list."""

    ME = "me"


class Label(StrEnum):
    """What a case turned out to be. By these, rules are judged."""

    FALSE_POSITIVE = "false_positive"
    VALUABLE_ALERT = "valuable_alert"  # nothing wrong, but right to look
    CONFIRMED_RISK = "confirmed_risk"


class CaseEventKind(StrEnum):
    """What happens to a case."""

    TAKEN = "taken"
    TAKEN_OVER = "taken_over"
    COMMENTED = "commented"
    APPEALED = "appealed"
    ANSWERED = "answered"
    CLOSED = "closed"


class AppealState(StrEnum):
    """Where an appeal is."""

    OPEN = "open"
    UPHELD = "upheld"  # the decision stands
    OVERTURNED = "overturned"


class FindingKind(StrEnum):
    """What the nightly graph finds."""

    RING = "ring"  # members of one tight group: residents, a shop, devices
    SHOP_TOP5 = "shop_top5"  # percent of a shop's points that its five best customers spend
    RESIDENT_SHARE = "resident_share"  # percent of somebody's points that go to one shop
    RECIPROCITY = "reciprocity"  # awards that two coordinators gave each other, the lesser direction
    DEVICE_SHARED = "device_shared"  # residents on one device


class BacktestState(StrEnum):
    """Where a backtest is."""

    RUNNING = "running"
    DONE = "done"
