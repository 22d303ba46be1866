"""Paying at the till: authorise with a code, then capture or cancel. No job is deferred on this path."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import Declined
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import errors, queries, rules, terms
from app.merchants.models import Payment, Shop
from app.merchants.service.codes import spend_code
from app.merchants.service.receipts import Receipt, receipt_of, receipts_of
from app.merchants.terms import PaymentState
from app.points import queries as points_queries
from app.points import service as points_service


def authorise_payment(uow: UnitOfWork, *, book: str, code: str, points: int, out_trade_no: str) -> Receipt:
    """Hold points (1 to 10^9) of the resident who shows `code`, for fifteen minutes, under the shop's own number.

    The number is good once: the same request again answers the same payment or decline, another one is refused.
    Refuses ShopNotOnToken, ShopMissing, OutTradeNoReused; and, each for ever under its number, CodeNotGood,
    PointsInsufficient, AccountFrozen.
    """
    book_id = points_queries.get_book(uow.session, book).id
    shop = queries.get_shop(uow.session, book_id, rules.shop_of(uow.actor))
    code_hash = rules.hash_code(book_id, code)
    payment, is_new = _claim(uow, shop, out_trade_no, code_hash, points)

    rules.check_same_payment((payment.code_hash, payment.points), (code_hash, points), out_trade_no=out_trade_no)
    if not is_new and payment.state != PaymentState.DECLINED:
        return receipt_of(uow, payment)

    try:
        if is_new:
            payment.resident_id = spend_code(uow, book_id, code_hash)
        hold_id = _hold(uow, payment)  # of a declined payment: the ledger remembers, and declines in the same words
    except Declined as declined:
        payment.state, payment.decline = PaymentState.DECLINED, declined.code
        raise

    payment.state, payment.hold_id = PaymentState.AUTHORISED, hold_id
    payment.hold_expires_at = uow.now + terms.HOLD_LIFE

    return receipt_of(uow, payment)


def capture_payment(uow: UnitOfWork, *, book: str, payment_id: UUID, points: int | None) -> Receipt:
    """Take the held points, whole (None) or in part; the rest is the resident's again. Once; again is a replay.

    Refuses PaymentMissing, PaymentClosed, CaptureOver, AccountFrozen (stays, the payment can still be cancelled).
    """
    book_id = points_queries.get_book(uow.session, book).id
    payment = queries.lock_payment(uow.session, book_id, rules.shop_of(uow.actor), payment_id)
    wanted = points or payment.points

    state = rules.shown_state(payment.state, payment.hold_expires_at, uow.now)
    if state is PaymentState.CAPTURED and payment.captured_points == wanted:
        return receipt_of(uow, payment)
    held = rules.open_hold(state, payment.hold_id, payment.resident_id)
    rules.check_capture(wanted, payment.points)

    outcome = points_service.capture_hold(
        uow,
        book_id,
        cause=f"capture:{payment.id}",
        hold_id=held.hold_id,
        resident_id=held.resident_id,
        shop_id=payment.shop_id,
        points=wanted,
    )

    payment.state, payment.closed_at = PaymentState.CAPTURED, uow.now
    payment.captured_points, payment.transaction_id = outcome.points, outcome.subject_id

    return Receipt(payment, PaymentState.CAPTURED, 0)


def cancel_payment(uow: UnitOfWork, *, book: str, payment_id: UUID) -> Receipt:
    """Give held points back. Cancelled or expired before: nothing to do. Refuses PaymentMissing, PaymentClosed."""
    book_id = points_queries.get_book(uow.session, book).id
    payment = queries.lock_payment(uow.session, book_id, rules.shop_of(uow.actor), payment_id)

    state = rules.shown_state(payment.state, payment.hold_expires_at, uow.now)
    if state in {PaymentState.CANCELLED, PaymentState.EXPIRED}:
        return receipt_of(uow, payment)
    held = rules.open_hold(state, payment.hold_id, payment.resident_id)

    points_service.release_hold(uow, book_id, hold_id=held.hold_id)

    payment.state, payment.closed_at = PaymentState.CANCELLED, uow.now

    return receipt_of(uow, payment)


def show_payment(uow: UnitOfWork, *, book: str, payment_id: UUID) -> Receipt:
    """One payment, of the cashier's shop, or for an auditor of any. Refuses ShopNotOnToken, PaymentMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    return receipt_of(uow, queries.get_payment(uow.session, book_id, rules.shop_read_by(uow.actor), payment_id))


def list_payments(
    uow: UnitOfWork, *, book: str, out_trade_no: str | None, limit: int, cursor: str | None
) -> Page[Receipt]:
    """Payments of the cashier's shop, or for an auditor of all shops, newest first; of an out_trade_no where given.

    Refuses ShopNotOnToken.
    """
    book_id = points_queries.get_book(uow.session, book).id
    shop_id = rules.shop_read_by(uow.actor)
    rows = queries.list_payments(
        uow.session, book_id, shop_id, out_trade_no=out_trade_no, before=read_id(cursor), limit=limit + 1
    )
    return page_by_id(receipts_of(uow, rows), limit, lambda receipt: receipt.payment.id)


def _claim(uow: UnitOfWork, shop: Shop, out_trade_no: str, code_hash: bytes, points: int) -> tuple[Payment, bool]:
    """Take the shop's number for a new payment, or find the payment it was used for; a twin is waited for."""
    claimed = uow.session.scalar(
        insert(Payment)
        .values(
            book_id=shop.book_id,
            id=uow.new_id(),
            shop_id=shop.id,
            out_trade_no=out_trade_no,
            code_hash=code_hash,
            points=points,
            state=PaymentState.REQUESTED,
            cashier_id=uow.actor.id,
            requested_at=uow.now,
        )
        .on_conflict_do_nothing(index_elements=["book_id", "shop_id", "out_trade_no"])
        .returning(Payment)
    )
    if claimed is not None:
        return claimed, True
    return queries.get_payment_of(uow.session, shop.book_id, shop.id, out_trade_no), False


def _hold(uow: UnitOfWork, payment: Payment) -> UUID:
    if payment.resident_id is None:
        raise errors.CodeNotGood
    with uow.session.no_autoflush:  # the payment is written once, when it is decided
        return points_service.hold_points(
            uow,
            payment.book_id,
            cause=f"pay:{payment.shop_id}:{payment.out_trade_no}",
            resident_id=payment.resident_id,
            points=payment.points,
            expires_at=uow.now + terms.HOLD_LIFE,
            evidence=f"payment:{payment.id}",
        ).hold_id
