"""Giving points back for goods returned."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import Declined
from app.merchants import queries, rules
from app.merchants.models import Payment, Refund
from app.merchants.terms import RefundState
from app.points import queries as points_queries
from app.points import service as points_service


def refund_payment(uow: UnitOfWork, *, book: str, payment_id: UUID, points: int, out_refund_no: str) -> Refund:
    """Give back points (1 to 10^9) of a captured payment, under the shop's own number, as often as points are left.

    The number is good once: the same request again answers the same refund or the same decline, another one is refused.
    Refuses PaymentMissing, PaymentNotCaptured, OutRefundNoReused; and, for ever under its number, AmountOver (more
    than is left), AlreadyReversed.
    """
    ledger = points_queries.get_book(uow.session, book)
    payment = queries.lock_payment(uow.session, ledger.id, rules.shop_of(uow.actor), payment_id)
    taken = rules.redemption_of(
        rules.shown_state(payment.state, payment.hold_expires_at, uow.now), payment.transaction_id, payment.resident_id
    )
    refund = _claim(uow, payment, out_refund_no, points)

    rules.check_same_refund((refund.payment_id, refund.points), (payment.id, points), out_refund_no=out_refund_no)
    if refund.state == RefundState.REFUNDED:
        return refund

    try:  # of a declined refund: the ledger remembers, and declines in the same words
        outcome = points_service.refund_redemption(
            uow,
            ledger,
            cause=f"refund:{payment.shop_id}:{out_refund_no}",
            transaction_id=taken.transaction_id,
            resident_id=taken.resident_id,
            shop_id=payment.shop_id,
            points=points,
            evidence=f"payment:{payment.id}",
        )
    except Declined as declined:
        refund.state, refund.decline = RefundState.DECLINED, declined.code
        raise

    refund.state, refund.transaction_id = RefundState.REFUNDED, outcome.subject_id

    return refund


def _claim(uow: UnitOfWork, payment: Payment, out_refund_no: str, points: int) -> Refund:
    """Take the shop's number for a new refund, or find the refund it was used for; a twin is waited for."""
    claimed = uow.session.scalar(
        insert(Refund)
        .values(
            book_id=payment.book_id,
            id=uow.new_id(),
            shop_id=payment.shop_id,
            out_refund_no=out_refund_no,
            payment_id=payment.id,
            points=points,
            state=RefundState.REQUESTED,
            cashier_id=uow.actor.id,
            requested_at=uow.now,
        )
        .on_conflict_do_nothing(index_elements=["book_id", "shop_id", "out_refund_no"])
        .returning(Refund)
    )
    return claimed or queries.get_refund_of(uow.session, payment.book_id, payment.shop_id, out_refund_no)
