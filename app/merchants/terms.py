"""Words and limits of merchants, tills, offers, gifts, payments and settlements."""

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


MERCHANT_NAME_LENGTH_MAX = 100
ADDRESS_LENGTH_MAX = 200
PERSON_NAME_LENGTH_MAX = 60
TERMINAL_NAME_LENGTH_MAX = 60
REASON_LENGTH_MAX = 200
BRANCHES_MAX = 50
"""Of one enrolment."""
BANK_COOL_DOWN = timedelta(days=7)
"""So long after a merchant's bank account changed nothing is paid out to it."""

NONCE_LIFE = timedelta(minutes=10)
"""Longer no signature is good: a till's clock may be five minutes off in either direction."""
KEY_OVERLAP = timedelta(hours=24)
"""How long a key is still good when another one took its place."""
ENROLMENT_LIFE = timedelta(minutes=30)
CODES_KEPT = timedelta(days=1)
RSA_BITS_MIN, RSA_BITS_MAX = 2048, 4096
PUBLIC_KEY_LENGTH_MAX, SIGNATURE_LENGTH_MAX = 1600, 700
HMAC_SECRET_BYTES = 32
NONCES_BATCH = 5000
LOW_TIER_POINTS_MAX, LOW_TIER_DAY_POINTS_MAX = 500, 5_000
"""Through a till that signs with a shared secret: points of one redemption, and of one day."""

POINTS_PER_YUAN_MAX = 10_000
STEP_POINTS_MAX = 1_000_000
OPENINGS_MAX = 28
DAY_MINUTES = 24 * 60

GIFT_TITLE_LENGTH_MAX, GIFT_TEXT_LENGTH_MAX = 60, 500
GIFT_STOCK_MAX = 1_000_000
GIFT_CODE_DIGITS = 12
RESERVATION_LIFE = timedelta(days=3)
RESERVATIONS_OPEN_MAX = 5
"""Gifts that one resident has set aside in a book at one time."""
RESERVATIONS_BATCH = 100


class MerchantState(StrEnum):
    """Where a merchant stands."""

    UNVERIFIED = "unverified"  # a treasurer opened its shop and answers for it; nobody reviewed its papers
    ACTIVE = "active"
    SUSPENDED = "suspended"  # takes no points and is paid nothing
    CLOSED = "closed"


class BranchState(StrEnum):
    """Where a place of trade stands."""

    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"


TRADING = frozenset({MerchantState.UNVERIFIED, MerchantState.ACTIVE})


class ApplicationKind(StrEnum):
    """What papers ask for."""

    ENROL = "enrol"  # three people: who applies, who reviews, who decides
    BANK = "bank"  # two people


class ApplicationState(StrEnum):
    """Where papers are."""

    OPEN = "open"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class PersonKind(StrEnum):
    """What somebody is to a merchant."""

    OWNER = "owner"
    STAFF = "staff"


class ReservationState(StrEnum):
    """What became of a gift set aside."""

    RESERVED = "reserved"
    COLLECTED = "collected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
