"""URLs of a cashier with a phone and no till, and of auditors."""

from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page
from app.merchants import errors, service
from app.merchants.models import Refund
from app.merchants.schemas.redemptions import (
    CaptureIn,
    PaymentIn,
    PaymentQuery,
    RedemptionOut,
    RedemptionPage,
)
from app.merchants.schemas.refunds import RefundIn, RefundOut, ToCareForPage
from app.merchants.service import Receipt, ShownCode
from app.merchants.service.refunds import ToCareFor
from app.web.endpoint import Before, Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

blueprint = Blueprint("payments", __name__, description="收银 / paying at the till")
PAYMENTS = "/v1/books/<book>/payments"
READERS = frozenset({Role.CASHIER, Role.AUDITOR})
CARERS = frozenset({Role.TREASURER, Role.AUDITOR})
# Guessing: five tries a minute find nothing among 10^15. A shop with several tills has some more of them.
BAD = frozenset({errors.CodeNotGood.code})
WHY = {
    "zh": "一分钟内已有多个付款码不正确、已使用或已过期,正确的付款码现在也要等。",
    "en": "Too many codes in a minute were wrong, used or expired; right ones have to wait now as well.",
}
BAD_CODES = (
    Limit(By.DEVICE, 5, 60, refused=BAD, why=WHY),
    Limit(By.ACCOUNT, 5, 60, refused=BAD, why=WHY),
    Limit(By.SHOP, 20, 60, refused=BAD, why=WHY),
)
CLAIM = Before(("actor", "code", "out_trade_no"), "shown", service.claim_code)


@blueprint.route(PAYMENTS, methods=["POST"])
@endpoint(
    roles={Role.CASHIER},
    body=PaymentIn,
    reply=RedemptionOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    limits=BAD_CODES,
    before=CLAIM,
)
def authorise_payment(uow: UnitOfWork, *, book: str, shown: ShownCode, points: int, order_fen: int | None) -> Receipt:
    """收款:凭码预占积分 / hold the points of the resident who shows the code."""
    return service.authorise_redemption(uow, book=book, shown=shown, points=points, order_fen=order_fen)


@blueprint.route(PAYMENTS)
@endpoint(roles=READERS, query=PaymentQuery, reply=RedemptionPage)
def list_payments(
    uow: UnitOfWork, *, book: str, out_trade_no: str | None, limit: int, cursor: str | None
) -> Page[Receipt]:
    """本店的收款,可按商户单号查;审计看各店 / this shop's payments, or of an out_trade_no; auditors see all shops'."""
    return service.list_payments(uow, book=book, out_trade_no=out_trade_no, limit=limit, cursor=cursor)


@blueprint.route(f"{PAYMENTS}/<uuid:payment_id>")
@endpoint(roles=READERS | CARERS, reply=RedemptionOut)
def show_payment(uow: UnitOfWork, *, book: str, payment_id: UUID) -> Receipt:
    """查一笔收款 / one payment of this shop; auditors, and treasurers who work on cases, see all shops'."""
    return service.show_payment(uow, book=book, payment_id=payment_id)


@blueprint.route(f"{PAYMENTS}/<uuid:payment_id>/capture", methods=["POST"])
@endpoint(roles={Role.CASHIER}, body=CaptureIn, reply=RedemptionOut, idempotent=True)
def capture_payment(uow: UnitOfWork, *, book: str, payment_id: UUID, points: int | None) -> Receipt:
    """入账:全部或部分 / take the held points, all or some."""
    return service.capture_payment(uow, book=book, payment_id=payment_id, points=points)


@blueprint.route(f"{PAYMENTS}/<uuid:payment_id>/reverse", methods=["POST"])
@endpoint(roles={Role.CASHIER}, reply=RedemptionOut, idempotent=True)
def reverse_payment(uow: UnitOfWork, *, book: str, payment_id: UUID) -> Receipt:
    """撤销:退回预占,或退回当天入账的 / give held points back, or those taken today."""
    return service.reverse_payment(uow, book=book, payment_id=payment_id)


@blueprint.route(f"{PAYMENTS}/<uuid:payment_id>/refunds", methods=["POST"])
@endpoint(roles={Role.CASHIER}, body=RefundIn, reply=RefundOut, status=HTTPStatus.CREATED, idempotent=True)
def refund_payment(uow: UnitOfWork, *, book: str, payment_id: UUID, points: int, out_refund_no: str) -> Refund:
    """退款:部分或全部,可多次 / give points back, some or all, as often as wanted."""
    return service.refund_payment(uow, book=book, payment_id=payment_id, points=points, out_refund_no=out_refund_no)


@blueprint.route("/v1/books/<book>/refunds-to-care-for")
@endpoint(roles=CARERS, query=PageQuery, reply=ToCareForPage)
def list_refunds_to_care_for(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[ToCareFor]:
    """退给已注销居民的积分,待人工处理 / refunds to residents who closed their accounts, for somebody to see to."""
    return service.list_refunds_to_care_for(uow, book=book, limit=limit, cursor=cursor)
