"""When a statement is paid, what of it is kept back, and who may sign it."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.merchants import errors, terms
from app.merchants.terms import DisputeState, SettlementState


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutRules:
    """The terms in force for a shop."""

    payout_days: int = terms.PAYOUT_DAYS
    new_shop_days: int = terms.NEW_SHOP_DAYS
    new_payout_days: int = terms.NEW_PAYOUT_DAYS
    reserve_percent: int = terms.RESERVE_PERCENT
    reserve_days: int = terms.RESERVE_DAYS


@dataclass(frozen=True, slots=True)
class Keeping:
    """From when a statement is payable, and what of it is kept back until when."""

    payable_on: date
    reserve_fen: int
    reserve_until: date | None


def keep_back(rules: PayoutRules, *, opened_on: date, through: date, fen: int) -> Keeping:
    """Say when a statement of `fen` earned is paid; of a new shop's, part is kept back, rounded in its favour."""
    if through >= opened_on + timedelta(days=rules.new_shop_days):
        return Keeping(through + timedelta(days=rules.payout_days), 0, None)
    kept = max(fen, 0) * rules.reserve_percent // 100
    until = through + timedelta(days=rules.reserve_days) if kept else None
    return Keeping(through + timedelta(days=rules.new_payout_days), kept, until)


def check_stated(state: str) -> None:
    """Refuse SettlementDecided for a statement that is approved, on its way or paid."""
    if state != SettlementState.STATED:
        raise errors.SettlementDecided(state=state)


def check_approval(*, state: str, checked_by: UUID | None, approver: UUID, payable_fen: int) -> None:
    """Refuse an approval that is not the second signature, by another person, under something to pay."""
    check_stated(state)
    if checked_by is None:
        raise errors.NotChecked
    if checked_by == approver:
        raise errors.ApproveBySame
    if not payable_fen:
        raise errors.NothingToPay


def check_payable(*, state: str, payable_on: date, today: date) -> None:
    """Refuse to pay by hand what two people have not approved, what is in a file, and what is not due."""
    if state != SettlementState.APPROVED:
        raise errors.NotApproved(state=state)
    if today < payable_on:
        raise errors.PayoutEarly(payable_on=payable_on.isoformat())


def disputable(*, state: str, line_fen: int, payable_fen: int) -> int:
    """Answer what a dispute keeps back of a line: no more than is still to be paid. Refuses what cannot be kept."""
    if state not in {SettlementState.STATED, SettlementState.APPROVED}:
        raise errors.DisputeLate(state=state)
    kept = min(line_fen, payable_fen)
    if kept <= 0:
        raise errors.NothingToDispute
    return kept


def check_closing(*, state: str, opened_by: UUID, closer: UUID, outcome: DisputeState, given_back: bool) -> None:
    """Refuse to close a dispute again, one's own, and for a resident who was given nothing back yet."""
    if state != DisputeState.OPEN:
        raise errors.DisputeClosed(state=state)
    if opened_by == closer:
        raise errors.DisputeBySame
    if outcome == DisputeState.FOR_RESIDENT and not given_back:
        raise errors.DisputeNotRefunded
