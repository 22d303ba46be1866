"""Words and limits of merchants, tills, offers, gifts, payments and settlements."""

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
ADDRESS_NEW = timedelta(days=1)
"""So long an address is one that a till was never seen at before, unless somebody of the shop has looked sooner."""
POLL_SECONDS = 5
"""How long a till waits before it asks again for what somebody has to do on a phone."""
NAME_SHOWN = timedelta(minutes=15)
"""So long after it was asked for, a till sees the masked name of whose points they are."""
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
BLOCKED_TAP_DAY_FEN_MAX = 5_000
"""What anti-fraud wants confirmed is proven by fingerprint or face; by a tap it has this much off in a day at most."""
SHOP_CODE_DAY_FEN_MAX = 5_000
"""By posted codes a person has at most this off in a day, in all shops of a book: anybody can copy such a code."""
SHOP_CODE_SOTER_ABOVE_FEN = 2_000
UNATTENDED_FEN_MAX = 1_000
"""At a shop without a till nobody accepts: a posted code takes this off at most."""
SETTLEMENT_BATCH = 5000
"""Most transactions that one statement of SQL puts into a settlement."""
FIRST_DAY = date(2000, 1, 1)
"""Nothing was recorded before it; the calendar's own first day has no midnight in UTC."""

ERASED = "—"
"""What stands in place of the words of a complaint when its author's account was closed."""
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
    CLOSED = "closed"  # it comes to no money: nobody has to sign or pay it
    APPROVED = "approved"  # by two people
    SENT = "sent"  # in a file for the bank
    PAID = "paid"


class PayoutLineState(StrEnum):
    """What the bank made of a line of a file."""

    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"  # its statement is approved again, for the next file


class FileEncoding(StrEnum):
    """How a file for the bank is written: most banks' programs in China read GBK."""

    GBK = "gbk"
    UTF_8 = "utf-8"


class DisputeState(StrEnum):
    """Where a dispute stands."""

    OPEN = "open"
    FOR_SHOP = "for_shop"
    FOR_RESIDENT = "for_resident"  # what the resident got back is in the shop's next statement as well


class DisputeCause(StrEnum):
    """Why a line is kept back."""

    DESK = "desk"  # a treasurer or the shop's owner doubts it
    RESIDENT = "resident"  # a complaint
    REVIEW = "review"  # a case of anti-fraud
    UNATTENDED = "unattended"  # a posted code in a shop without a till: nobody of the shop accepted it


class ComplaintKind(StrEnum):
    """What a resident says is wrong."""

    NOT_ME = "not_me"
    WRONG_AMOUNT = "wrong_amount"
    NOT_RECEIVED = "not_received"
    NOT_AS_AGREED = "not_as_agreed"
    TWICE = "twice"
    OTHER = "other"


class ComplaintState(StrEnum):
    """Where a complaint stands."""

    OPEN = "open"  # the shop is asked
    UNANSWERED = "unanswered"  # it said nothing in time; the desk decides
    CONTESTED = "contested"  # it said no; the desk decides
    REFUNDED = "refunded"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ComplaintOutcome(StrEnum):
    """How the desk decides a complaint."""

    REFUND = "refund"
    REJECT = "reject"


WAITING = frozenset({ComplaintState.OPEN, ComplaintState.UNANSWERED, ComplaintState.CONTESTED})
COMPLAINT_LIFE = REFUND_LIFE
"""So long after a redemption its resident may complain of it."""
COMPLAINT_ANSWER_DAYS, COMPLAINT_DECISION_DAYS = 5, 10
"""Working days: for the shop to answer, then for the desk to decide."""
COMPLAINTS_OPEN_MAX = 3
"""Complaints of one resident that wait in a book at one time."""
COMPLAINT_TEXT_LENGTH_MAX = 500

PAYOUT_DAYS, NEW_SHOP_DAYS, NEW_PAYOUT_DAYS, RESERVE_PERCENT, RESERVE_DAYS, UNATTENDED_DAYS = 1, 30, 7, 10, 30, 7
"""The terms of a book that set none: old shops on the next working day, new ones a week later and a tenth of it after
a month. `NEW_SHOP_DAYS` and `RESERVE_DAYS` are days of the calendar, the others working days."""
SIGNED_AT_ONCE_MAX = 200
"""Most settlements that one request checks or approves."""
PAYOUT_LINES_MAX = 1000
"""Most statements in one file for the bank."""
RESULT_BYTES_MAX = 1024 * 1024
PROBLEMS_SHOWN = 20
STATEMENT_FILE_LINES_MAX = 10_000
STATEMENT_PDF_LINES_MAX = 2_000
"""Most lines of one statement as a workbook, and printed."""


MERCHANT_NAME_LENGTH_MAX = 100
ADDRESS_LENGTH_MAX = 200
PERSON_NAME_LENGTH_MAX = 60
TERMINAL_NAME_LENGTH_MAX = 60
REASON_LENGTH_MAX = 200
BRANCHES_MAX = 50
"""Of one enrolment."""
STAFF_BARRED = timedelta(days=30)
"""So long who was let go by the owner alone redeems nothing at the shop, and decides nothing about it."""
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
GIFT_MODE = "gift"
"""How anti-fraud knows a gift from a payment."""
GIFTS_PER_PERSON, GIFTS_PER_PERSON_MAX, GIFTS_COUNTED = 5, 100, timedelta(days=30)
"""Pieces of one gift for one person within thirty days: where nobody said how many, and at most."""
HELPED_COUNTED = timedelta(days=30)
"""So far back it is counted for how many residents one helper spends."""
GIFT_SECOND_THOUGHT = timedelta(hours=1)
"""What is cancelled within it does not count as one of them."""
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

    PENDING_CONFIRM = "pending_confirm"  # the resident must prove himself first; nothing is held yet
    RESERVED = "reserved"
    COLLECTED = "collected"
    RETURNED = "returned"  # collected, and given back to the shop
    CANCELLED = "cancelled"
    EXPIRED = "expired"
