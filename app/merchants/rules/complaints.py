"""What may be complained of, and who does what with a complaint."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from app.kernel.periods import DISTRICT
from app.merchants import errors, terms
from app.merchants.errors.counter import ComplaintOfNothing
from app.merchants.terms import WAITING, ComplaintState, RedemptionState

TAKEN = frozenset({RedemptionState.CAPTURED, RedemptionState.PARTLY_REFUNDED, RedemptionState.REFUNDED})


def check_complaint(state: RedemptionState, *, captured_at: datetime | None, left: int, now: datetime) -> None:
    """Refuse ComplaintOfNothing where the shop has no points of it, ComplaintNeedless, ComplaintLate."""
    if state not in TAKEN or captured_at is None:
        raise ComplaintOfNothing(state=state)
    if not left:
        raise errors.ComplaintNeedless
    if now > captured_at + terms.COMPLAINT_LIFE:
        raise errors.ComplaintLate(days=terms.COMPLAINT_LIFE.days)


def check_answer(state: str) -> None:
    """Refuse ComplaintClosed once the shop has answered, or nobody waits for it."""
    if state not in {ComplaintState.OPEN, ComplaintState.UNANSWERED}:
        raise errors.ComplaintClosed(state=state)


def check_waiting(state: str) -> None:
    """Refuse ComplaintClosed for what is decided or withdrawn."""
    if state not in WAITING:
        raise errors.ComplaintClosed(state=state)


def check_decision(
    state: str, *, due_at: datetime, parties: Collection[UUID | None], decider: Collection[UUID | None]
) -> None:
    """Refuse ComplaintClosed, ComplaintWaits while the shop may answer, ComplaintOwn to one of the `parties`."""
    check_waiting(state)
    if state == ComplaintState.OPEN:
        raise errors.ComplaintWaits(until=f"{due_at.astimezone(DISTRICT):%Y-%m-%d %H:%M}")
    if {each for each in parties if each is not None} & set(decider):
        raise errors.ComplaintOwn


def points_of(wanted: int | None, left: int, *, whole: bool = False) -> int:
    """The points to give back: those wanted, or all that are left. Refuses ComplaintPointsOver.

    `whole`: all or none, as of a gift. Refuses ComplaintGiftWhole.
    """
    if whole and wanted not in {None, left}:
        raise errors.ComplaintGiftWhole(left=left)
    if wanted is not None and wanted > left:
        raise errors.ComplaintPointsOver(left=left)
    return left if wanted is None else wanted


def needs_second(*, proposed: int | None, proposed_by: UUID | None, points: int, decider: UUID) -> bool:
    """Say whether giving so many points back is only proposed: another person must want the same.

    Refuses ComplaintBySame for the same person again.
    """
    if not points:
        return False  # all was given back at the till meanwhile
    if proposed != points:
        return True
    if proposed_by == decider:
        raise errors.ComplaintBySame
    return False
