"""The words of the mall: states, reasons, limits."""

from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class Event(StrEnum):
    """The callbacks we do something with. WITHDRAWAL and PAYMENT are from hearsay; see docs/mall.md."""

    CONSENT = "MALL_AUTH.ACTIVATE_CARD"
    WITHDRAWAL = "MALL_AUTH.DEACTIVATE_CARD"
    PAYMENT = "MALL_TRANSACTION.SUCCESS"
    REFUND = "MALL_REFUND.SUCCESS"


class EarnState(StrEnum):
    """Where a payment stands on its way to points."""

    PARKED = "parked"  # something is not known yet: consent, person, residency, shop
    PENDING = "pending"  # points follow when the days of returns are over
    AWARDED = "awarded"
    REFUNDED = "refunded"  # nothing is left of it
    REVIEW = "review"  # somebody has to look; `reason` says at what
    REFUSED = "refused"  # somebody looked: no points


class Reason(StrEnum):
    """What a payment lacks, or what speaks against it; besides these, the code of a refusal of the ledger."""

    SHOP_UNKNOWN = "shop_unknown"
    CONSENT_MISSING = "consent_missing"
    PERSON_UNKNOWN = "person_unknown"
    NOT_RESIDENT = "not_resident"
    OWN_SHOP = "own_shop"  # whoever paid owns the shop or works there: the money comes back to the house
    KIN_OF_SHOP = "kin_of_shop"  # lives with somebody of the shop, or is a declared relative
    STOPPED = "stopped"  # anti-fraud stops its points


class Ties(Protocol):
    """What a resident is to a shop. `own`: its owner or staff; `kin`: lives with one or is a relative."""

    @property
    def own(self) -> bool: ...

    @property
    def kin(self) -> bool: ...


class RefundState(StrEnum):
    """Where a refund stands."""

    OPEN = "open"
    TAKEN = "taken"
    REVIEW = "review"  # its payment is not known after two days, or its award cannot be taken back
    CLOSED = "closed"  # somebody looked; should its payment be told after all, it is taken in


class ReportState(StrEnum):
    """Whether WeChat Pay was told what a payment brings."""

    NONE = "none"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


RETURN_DAYS_DEFAULT, RETURN_DAYS_MAX = 30, 60
"""By default as long as WeChat Pay tells of refunds: what comes back in that time was not spent yet."""
PARKED_MAX = timedelta(hours=24)
PARKED_LOOK = timedelta(minutes=10)
REFUND_WAITS = timedelta(hours=48)
"""So long a refund waits for its payment: WeChat Pay tells a payment for 24 h 4 min when nobody answers."""
DRY_LOOK, DRY_MAX = timedelta(hours=1), timedelta(days=7)
"""How often, and how long after it was due, an award is tried again whose budget is dry."""
REPORT_ATTEMPTS_MAX = 20
CONSENT_ASKS_MAX = 8
"""Within two hours; a payment is parked for a day."""
REPORT_LEASE = timedelta(minutes=1)
AGAIN_AFTER_MAX = timedelta(hours=2)
SHOP_NUMBER_LENGTH_MAX = 64
CALLBACK_BYTES_MAX = 64 * 1024
CALLBACKS_KEPT = timedelta(days=60)
PURGE_BATCH = 5000
REASON_LENGTH_MAX = 100
FEN_IN_YUAN = 100
