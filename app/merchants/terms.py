"""Words and limits of shops, payments and settlements."""

from datetime import date, timedelta
from enum import StrEnum

CODE_PREFIX = "91"
"""9: no code of WeChat (10 to 15), Alipay (25 to 30) or UnionPay (62) begins so. 1: version of what follows."""
CODE_RANDOM_DIGITS = 15
CODE_DIGITS = 18
"""Prefix, chance (49.8 bits) and one check digit."""
CODE_SHOWN = timedelta(seconds=60)
CODE_GRACE = timedelta(seconds=15)
CODE_LIFE = CODE_SHOWN + CODE_GRACE
CODE_REFRESH_SECONDS = 50
"""When a screen asks for the next code."""
HOLD_LIFE = timedelta(minutes=15)
"""How long points stay set aside for a till that captures by itself."""
ACCEPT_LIFE = timedelta(seconds=120)
"""How long for a cashier who was paid by the shop's posted code and has to accept it."""
CONFIRM_LIFE = timedelta(seconds=60)
ORDER_LIFE = timedelta(seconds=120)
QUOTE_LIFE = timedelta(seconds=120)
LATE_CAPTURE_MAX = timedelta(minutes=10)
"""So long after a hold's end its capture takes the points anew, once."""
REFUND_LIFE = timedelta(days=30)
DUE_BATCH = 200

CONFIRM_ABOVE_FEN = 20_000
"""A greater discount is confirmed on the phone whose code was shown."""
SOTER_ABOVE_FEN = 50_000
"""And from here on with a fingerprint or face."""
SHOP_CODE_DAY_FEN_MAX = 5_000
"""By posted codes a person has at most this off in a day, in all shops of a book: anybody can copy such a code."""
SHOP_CODE_SOTER_ABOVE_FEN = 2_000
UNATTENDED_FEN_MAX = 1_000
"""At a shop without a till nobody accepts: a posted code takes this off at most."""
SETTLEMENT_BATCH = 5000
"""Most transactions that one statement of SQL puts into a settlement."""
FIRST_DAY = date(2000, 1, 1)
"""Nothing was recorded before it; the calendar's own first day has no midnight in UTC."""

SHOP_NAME_LENGTH_MAX = 100
STREET_LENGTH_MAX = 100
BANK_REFERENCE_LENGTH_MAX = 100
OUT_NO_LENGTH_MAX = 64


class RedeemMode(StrEnum):
    """How a resident and a shop met."""

    CODE = "code"  # a till read the resident's code
    CASHIER = "cashier"  # a cashier's phone did
    SHOP_CODE = "shop_code"  # the resident read the code that is posted in the shop
    ORDER_CODE = "order_code"  # or the one a till made for this order


class Capture(StrEnum):
    """When held points are taken."""

    AUTO = "auto"  # at once
    MANUAL = "manual"  # when the till says so


class Verdict(StrEnum):
    """What the check against fraud said."""

    APPROVE = "approve"
    REVIEW = "review"  # goes on; somebody looks at it
    BLOCK_AND_REVIEW = "block_and_review"  # not before the resident has confirmed it
    DECLINE = "decline"


class RedemptionState(StrEnum):
    """Where a redemption stands."""

    REQUESTED = "requested"  # only inside the transaction that decides it
    ORDERED = "ordered"  # a till's order waits for the resident who scans it
    PENDING_CONFIRM = "pending_confirm"  # the resident must confirm; nothing is held yet
    HELD = "held"  # points are set aside
    CAPTURED = "captured"  # points were taken, whole or in part
    PARTLY_REFUNDED = "partly_refunded"  # never written: some of the captured points were given back
    REFUNDED = "refunded"  # never written: all of them
    REVERSED = "reversed"  # by the till; nothing of it remains
    EXPIRED = "expired"  # its time was over
    TOMBSTONE = "tombstone"  # reversed before it was asked for, so it never can be
    DECLINED = "declined"  # for ever


class RefundState(StrEnum):
    """How a refund ended."""

    REQUESTED = "requested"  # only inside the transaction that decides it
    DECLINED = "declined"
    REFUNDED = "refunded"


class SettlementState(StrEnum):
    """Where a settlement stands."""

    STATED = "stated"
    PAID = "paid"
