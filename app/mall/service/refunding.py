"""What comes back of a payment: fewer points while they are pending; of points that were paid, their part.

A rule may pay anything for an amount, so the part is what the rule says of the rest: the award is taken back
whole, with what was spent of it owed, and what is left of the payment is awarded anew, under a subject of its own.
"""

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import DomainError
from app.mall import queries, terms
from app.mall.models import Earn, MallRefund
from app.mall.service.earning import award_rest, give_to_review
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
    """Take the award back, and award what is left."""
    assert earn.book is not None  # noqa: S101 - ck_mall_earns_pending
    assert earn.award_id is not None  # noqa: S101 - asked before
    book = points_queries.get_book(uow.session, earn.book)
    if earn.points:
        uow.session.flush()
        try:
            with uow.session.begin_nested():
                points.undo_award(uow, book, award_id=earn.award_id, reason=f"wxpay refund {refund.refund_id}"[:200])
        except DomainError as refusal:  # say, somebody took it back by hand
            refund.state, refund.reason = RefundState.REVIEW, refusal.code
            refund.owner_book_id = earn.owner_book_id
            give_to_review(earn, refusal.code)
            return
    earn.corrections, earn.award_id, earn.points = earn.corrections + 1, None, 0
    if earn.refunded_fen >= earn.amount_fen:
        earn.state = EarnState.REFUNDED
        return
    refusal_of_rest = award_rest(uow, earn)
    if refusal_of_rest is not None:
        give_to_review(earn, refusal_of_rest.code)
