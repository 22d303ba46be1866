"""Words and limits of shops, payments and settlements."""

from datetime import date, timedelta
from enum import StrEnum

CODE_DIGITS = 8
CODE_LIFE = timedelta(minutes=5)
CODES_LIVE_MAX = 5
"""Most unused codes a resident has at one time: each one makes guessing easier."""
CODE_CANDIDATES = 8
"""How many codes are drawn at once, to find one that nobody holds."""
HOLD_LIFE = timedelta(minutes=15)
"""How long points stay set aside for a payment that is not captured."""
SETTLEMENT_BATCH = 5000
"""Most transactions that one statement of SQL puts into a settlement."""
FIRST_DAY = date(2000, 1, 1)
"""Nothing was recorded before it; the calendar's own first day has no midnight in UTC."""

SHOP_NAME_LENGTH_MAX = 100
STREET_LENGTH_MAX = 100
BANK_REFERENCE_LENGTH_MAX = 100
OUT_NO_LENGTH_MAX = 64


class PaymentState(StrEnum):
    """Where a payment stands."""

    REQUESTED = "requested"  # only inside the transaction that decides it
    DECLINED = "declined"  # for ever
    AUTHORISED = "authorised"  # points are held
    CAPTURED = "captured"  # points were taken, whole or in part
    CANCELLED = "cancelled"  # the held points were given back
    EXPIRED = "expired"  # never written: an authorised payment reads so when its hold's time is over


class RefundState(StrEnum):
    """How a refund ended."""

    REQUESTED = "requested"  # only inside the transaction that decides it
    DECLINED = "declined"
    REFUNDED = "refunded"


class SettlementState(StrEnum):
    """Where a settlement stands."""

    STATED = "stated"
    PAID = "paid"
