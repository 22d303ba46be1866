"""What comes back of a payment: fewer points while they are pending; of points that were paid, their part.

Only the difference is taken, out of the lot that was given, and what was spent of it is owed: nothing is ever awarded
anew, so nothing can be spent anew. A rule may have steps and minima, so what stays is no more than the version that
paid gives for the rest either.
"""

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import DomainError
from app.mall import queries, terms
from app.mall.models import Earn, MallRefund
from app.mall.rules.earning import events_of, kept_of
from app.mall.service.earning import foresee_again, give_to_review
from app.mall.service.judging import settle
from app.mall.terms import EarnState, RefundState
from app.points import queries as points_queries
from app.points import service as points


def work_refund(uow: UnitOfWork) -> int:
    """Take in the refund whose turn it is; returns how many there were, 0 or 1."""
    refund = queries.lock_next_refund(uow.session, now=uow.now)
    if refund is None:
        return 0
    earn = queries.lock_payment(uow.session, refund.transaction_id)
    if earn is None:
        _wait(uow, refund)
        return 1
    refund.state, refund.look_at = RefundState.TAKEN, None
    earn.refunded_fen = min(earn.refunded_fen + refund.refund_fen, earn.amount_fen)
    if earn.state == EarnState.AWARDED and earn.award_id is not None:
        _correct(uow, earn, refund)
    elif earn.state == EarnState.PENDING:
        foresee_again(uow, earn)
    uow.session.flush()
    return 1


def _wait(uow: UnitOfWork, refund: MallRefund) -> None:
    """Its payment was not told yet; after two days somebody has to look; told later, it counts all the same."""
    if uow.now >= refund.received_at + terms.REFUND_WAITS:
        shop = None if refund.shop_number is None else queries.find_shop(uow.session, refund.shop_number)
        refund.owner_book_id = None if shop is None else shop.book_id
        refund.state, refund.look_at, refund.reason = RefundState.REVIEW, None, "payment_unknown"
    else:
        refund.look_at = uow.now + terms.PARKED_LOOK


def _correct(uow: UnitOfWork, earn: Earn, refund: MallRefund) -> None:
    """Take back what is too much now; all of it when nothing is left of the payment."""
    left_fen = earn.amount_fen - earn.refunded_fen
    try:
        with uow.session.begin_nested():
            earn.points = _take_back(uow, earn, refund, left_fen) if earn.points else 0
    except DomainError as refusal:  # say, somebody took it back by hand
        refund.state, refund.reason = RefundState.REVIEW, refusal.code
        refund.owner_book_id = earn.owner_book_id
        give_to_review(earn, refusal.code)
        return
    settle(uow, earn, points=earn.points)
    if not left_fen:
        earn.state = EarnState.REFUNDED


def _take_back(uow: UnitOfWork, earn: Earn, refund: MallRefund, left_fen: int) -> int:
    """Answers how many points stay."""
    assert earn.book is not None  # noqa: S101 - ck_mall_earns_pending
    assert earn.award_id is not None  # noqa: S101 - asked before
    assert earn.awarded_fen is not None  # noqa: S101 - ck_mall_earns_awarded
    book = points_queries.get_book(uow.session, earn.book)
    reason = f"wxpay refund {refund.refund_id}"[:200]
    if not left_fen:
        points.undo_award(uow, book, award_id=earn.award_id, reason=reason)
        return 0
    given = points_queries.get_award(uow.session, book.id, earn.award_id).points
    worth = points.worth_of(uow, book, award_id=earn.award_id, events=events_of(earn.amount_fen, earn.refunded_fen))
    kept = kept_of(given, worth, left_fen=left_fen, awarded_fen=earn.awarded_fen)
    over = earn.points - kept
    if over <= 0:  # less than a point, or rules that give more for less: what stays is never more than it was
        return earn.points
    cause = f"wxpay:{earn.transaction_id}:refund:{refund.refund_id}"
    points.undo_part(uow, book, award_id=earn.award_id, points=over, reason=reason, cause=cause)
    return kept
