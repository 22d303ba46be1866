"""What may be done with a settlement, and in files of their own with all else: values in, values or a refusal out."""

from datetime import date

from app.merchants import errors
from app.merchants.terms import FIRST_DAY


def check_through(through: date, today: date) -> None:
    """Refuse ThroughInFuture for a day that has not begun, NothingToSettle for one before any book."""
    if through > today:
        raise errors.ThroughInFuture(through=through.isoformat(), today=today.isoformat())
    if through < FIRST_DAY:
        raise errors.NothingToSettle(through=through.isoformat())


def check_total(*, lines: int, fen: int, through: date) -> None:
    """Refuse NothingToSettle without lines, and SettlementNegative when the shop would owe."""
    if not lines:
        raise errors.NothingToSettle(through=through.isoformat())
    if fen < 0:
        raise errors.SettlementNegative(through=through.isoformat(), fen=fen)


def is_paid(before: str | None, wanted: str, *, fen: int) -> bool:
    """Whether it was paid with this bank reference. False: still to pay. Refuses AlreadyPaid, NothingToPay."""
    if before is not None and before != wanted:
        raise errors.AlreadyPaid(bank_reference=before)
    if not fen:
        raise errors.NothingToPay
    return before is not None
