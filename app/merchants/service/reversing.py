"""Undoing a redemption: as if nothing had been asked."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.merchants.models import Redemption
from app.merchants.rules import redemptions as rules
from app.merchants.rules.redemptions import Whose
from app.merchants.service import judging, offers, telling
from app.merchants.service.receipts import Receipt, receipt_of, state_of
from app.merchants.terms import RedemptionState
from app.points import service as points_service
from app.points.queries import books

OVER = frozenset({RedemptionState.REVERSED, RedemptionState.TOMBSTONE, RedemptionState.DECLINED})


def reverse(uow: UnitOfWork, redemption: Redemption) -> Receipt:
    """Undo a locked redemption; what is over stays as it is. Refuses ReverseTooLate after the day of the capture.

    A hold that lapsed is not over: a capture may still take its points anew. Reversed, it is.
    """
    state = state_of(redemption, uow.now)
    if state in OVER or (state is RedemptionState.EXPIRED and redemption.hold_id is None):
        return receipt_of(redemption, uow.now)
    if redemption.transaction_id is not None:
        _give_back(uow, redemption, redemption.transaction_id)
    elif redemption.hold_id is not None:
        _release(uow, redemption, redemption.hold_id)
    redemption.state, redemption.closed_at = RedemptionState.REVERSED, uow.now
    judging.settle(uow, redemption, points=0)
    telling.tell(uow, "redemption.reversed", [redemption])
    return receipt_of(redemption, uow.now)


def _release(uow: UnitOfWork, redemption: Redemption, hold_id: UUID) -> None:
    """Give back what is held, in the ledger and in the offer; of a lapsed hold what the sweeper has not given back."""
    owner = rules.whose(RedemptionState.HELD, redemption.book_id, redemption.resident_id)
    points_service.release_hold(uow, owner.book_id, hold_id=hold_id)
    if redemption.state == RedemptionState.HELD:
        _free_stock(uow, redemption, owner, redemption.points or 0)


def _give_back(uow: UnitOfWork, redemption: Redemption, transaction_id: UUID) -> None:
    """Refund what is left of a captured one, on its own day: to the lots it came from."""
    owner = rules.whose(RedemptionState.CAPTURED, redemption.book_id, redemption.resident_id)
    rules.check_reverse(redemption.closed_at, uow.now)
    left = (redemption.captured_points or 0) - redemption.refunded_points
    if left:
        outcome = points_service.refund_redemption(
            uow,
            books.get_book_by_id(uow.session, owner.book_id),
            cause=f"reverse:{redemption.id}",
            transaction_id=transaction_id,
            resident_id=owner.resident_id,
            shop_id=redemption.branch_id,
            points=left,
            evidence=f"redemption:{redemption.id}",
        )
        _free_stock(uow, redemption, owner, left)
        redemption.refunded_points += left
        redemption.reversal_id = outcome.subject_id


def _free_stock(uow: UnitOfWork, redemption: Redemption, owner: Whose, points: int) -> None:
    if points and redemption.offer_id is not None:
        offers.give_back_stock(uow, owner.book_id, offer_id=redemption.offer_id, points=points)
