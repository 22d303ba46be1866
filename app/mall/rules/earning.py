"""What a payment counts as, and when to try again."""

from datetime import datetime, timedelta

from app.mall.terms import AGAIN_AFTER_MAX, FEN_IN_YUAN
from app.points.terms import EVENTS_MAX


def events_of(amount_fen: int, refunded_fen: int) -> int:
    """As how many events of a rule a payment counts: whole yuan that are left of it, as many as a fact may have."""
    return min((amount_fen - refunded_fen) // FEN_IN_YUAN, EVENTS_MAX)


def kept_of(points: int, worth: int, *, left_fen: int, awarded_fen: int) -> int:
    """How many of the points of an award stay: their part of what is left, and no more than its rule gives for that."""
    return min(worth, points * left_fen // awarded_fen)


def subject_of(transaction_id: str, corrections: int) -> str:
    """What an award is for: the payment. `corrections`: how often it was awarded anew, before parts were taken back."""
    return f"wxpay:{transaction_id}" + (f":{corrections}" if corrections else "")


def report_again(now: datetime, attempts: int) -> datetime:
    """When to tell WeChat Pay again after so many attempts: a minute, two, four, up to two hours."""
    return now + min(timedelta(minutes=2 ** min(attempts - 1, 10)), AGAIN_AFTER_MAX)
