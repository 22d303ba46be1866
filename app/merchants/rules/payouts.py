"""When a statement is paid, what of it is kept back, and who may sign it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.merchants import errors, terms
from app.merchants.terms import DisputeCause, DisputeState, SettlementState


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutRules:
    """The terms in force for a shop."""

    payout_days: int = terms.PAYOUT_DAYS
    new_shop_days: int = terms.NEW_SHOP_DAYS
    new_payout_days: int = terms.NEW_PAYOUT_DAYS
    reserve_percent: int = terms.RESERVE_PERCENT
    reserve_days: int = terms.RESERVE_DAYS
    unattended_days: int = terms.UNATTENDED_DAYS

    @property
    def days_max(self) -> int:
        """The most working days that are counted from a statement's last day."""
        return max(self.payout_days, self.new_payout_days, self.unattended_days)


@dataclass(frozen=True, slots=True)
class Keeping:
    """From when a statement is payable, and what of it is kept back until when.

    `unattended_until`: until when that is which nobody of the shop accepted; None: not at all.
    """

    payable_on: date
    reserve_fen: int
    reserve_until: date | None
    unattended_until: date | None


def keep_back(
    rules: PayoutRules, *, opened_on: date, through: date, fen: int, add_working_days: Callable[[date, int], date]
) -> Keeping:
    """Say when a statement of `fen` earned is paid; of a new shop's, part is kept back, rounded in its favour.

    `add_working_days`: of the work calendar of the book. 0 days are none: on that very day, worked or not.
    """
    is_new = through < opened_on + timedelta(days=rules.new_shop_days)
    days = rules.new_payout_days if is_new else rules.payout_days
    kept = max(fen, 0) * rules.reserve_percent // 100 if is_new else 0
    return Keeping(
        payable_on=add_working_days(through, days) if days else through,
        reserve_fen=kept,
        reserve_until=through + timedelta(days=rules.reserve_days) if kept else None,
        unattended_until=add_working_days(through, rules.unattended_days) if rules.unattended_days else None,
    )


def check_stated(state: str) -> None:
    """Refuse SettlementDecided for a statement that is approved, on its way or paid."""
    if state != SettlementState.STATED:
        raise errors.SettlementDecided(state=state)


def check_approval(*, state: str, checked_by: UUID | None, approver: UUID) -> None:
    """Refuse an approval that is not the second signature, by another person."""
    check_stated(state)
    if checked_by is None:
        raise errors.NotChecked
    if checked_by == approver:
        raise errors.ApproveBySame


def check_payable(*, state: str, payable_on: date, today: date) -> None:
    """Refuse to pay by hand what two people have not approved, what is in a file, and what is not due."""
    if state != SettlementState.APPROVED:
        raise errors.NotApproved(state=state)
    if today < payable_on:
        raise errors.PayoutEarly(payable_on=payable_on.isoformat())


def is_beyond(state: str) -> bool:
    """Say whether nothing can be kept back of a statement any more: it is in a file, or paid."""
    return state in {SettlementState.SENT, SettlementState.PAID}


def disputable(*, state: str, line_fen: int, payable_fen: int) -> int:
    """Answer what a dispute keeps back of a line: no more than is still to be paid. Refuses what cannot be kept."""
    if is_beyond(state):
        raise errors.DisputeLate(state=state)
    kept = min(line_fen, payable_fen)
    if kept <= 0:
        raise errors.NothingToDispute
    return kept


def check_decidable(*, state: str, cause: str) -> None:
    """Refuse a dispute that is closed, and one that closes by itself."""
    if state != DisputeState.OPEN:
        raise errors.DisputeClosed(state=state)
    if cause == DisputeCause.RESIDENT:
        raise errors.DisputeWaits(what="投诉 / complaint")
    if cause == DisputeCause.UNATTENDED:
        raise errors.DisputeWaits(what="延后日期 / its day")


def check_closing(
    *, state: str, cause: str, opened_by: UUID, closer: UUID, outcome: DisputeState, left_fen: int, looked_at: bool
) -> None:
    """Refuse to close a dispute again, one's own, what closes by itself, and for a resident what is not all taken off.

    `left_fen`: what the shop would still be paid for the line. `looked_at`: the case of anti-fraud it waits for, if
    any, is closed.
    """
    check_decidable(state=state, cause=cause)
    if not looked_at:
        raise errors.DisputeWaits(what="风控案件 / case")
    if opened_by == closer:
        raise errors.DisputeBySame
    if outcome == DisputeState.FOR_RESIDENT and left_fen > 0:
        raise errors.DisputeNotRefunded(left_fen=left_fen)


def needs_another(
    *, cause: str, proposed_outcome: str | None, proposed_by: UUID | None, outcome: DisputeState, closer: UUID
) -> bool:
    """Say whether an outcome is only proposed: what anti-fraud has confirmed is closed by two people who agree.

    Refuses DisputeBySame for the same person again.
    """
    if cause != DisputeCause.REVIEW:
        return False
    if proposed_outcome != outcome:
        return True
    if proposed_by == closer:
        raise errors.DisputeBySame
    return False


def check_terms(*, made_by: UUID, approved_by: UUID | None, approver: UUID) -> None:
    """Refuse to approve terms twice, and one's own."""
    if approved_by is not None:
        raise errors.TermsDecided
    if made_by == approver:
        raise errors.TermsBySame
