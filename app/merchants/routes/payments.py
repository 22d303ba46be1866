"""URLs of codes, payments and refunds."""

from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page
from app.merchants import errors, service
from app.merchants.models import Refund
from app.merchants.schemas.payments import (
    CaptureIn,
    CodeOut,
    PaymentIn,
    PaymentOut,
    PaymentPage,
    PaymentQuery,
    RefundIn,
    RefundOut,
)
from app.merchants.service import IssuedCode, Receipt
from app.web.endpoint import Blueprint, endpoint
from app.web.limits import By, Limit

blueprint = Blueprint("payments", __name__, description="收银 / paying at the till")
PAYMENTS = "/v1/books/<book>/payments"
READERS = frozenset({Role.CASHIER, Role.AUDITOR})
# A whole estate may stand behind one address of a mobile network; one family's telephone shows a code now and then.
CODES = (Limit(By.ADDRESS, 3000, 60), Limit(By.ACCOUNT, 20, 60), Limit(By.DEVICE, 20, 60))
# Guessing: of eight digits, five tries a minute find nothing. A shop with several tills has some more of them.
BAD = frozenset({errors.CodeNotGood.code})
BAD_CODES = (
    Limit(By.DEVICE, 5, 60, refused=BAD),
    Limit(By.ACCOUNT, 5, 60, refused=BAD),
    Limit(By.SHOP, 20, 60, refused=BAD),
)


@blueprint.route("/v1/books/<book>/passbook/codes", methods=["POST"])
@endpoint(
    roles={Role.RESIDENT}, reply=CodeOut, status=HTTPStatus.CREATED, sends_value=True, limits=CODES
)  # no key: the answer must not be stored
def issue_code(uow: UnitOfWork, *, book: str) -> IssuedCode:
    """出示一次性付款码,五分钟内有效 / a one-use code to pay with, good for five minutes."""
    return service.issue_code(uow, book=book)


@blueprint.route(PAYMENTS, methods=["POST"])
@endpoint(
    roles={Role.CASHIER},
    body=PaymentIn,
    reply=PaymentOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    limits=BAD_CODES,
)
def authorise_payment(uow: UnitOfWork, *, book: str, code: str, points: int, out_trade_no: str) -> Receipt:
    """收款:凭码预占积分 / hold the points of the resident who shows the code."""
    return service.authorise_payment(uow, book=book, code=code, points=points, out_trade_no=out_trade_no)


@blueprint.route(PAYMENTS)
@endpoint(roles=READERS, query=PaymentQuery, reply=PaymentPage)
def list_payments(
    uow: UnitOfWork, *, book: str, out_trade_no: str | None, limit: int, cursor: str | None
) -> Page[Receipt]:
    """本店的收款,可按商户单号查;审计看各店 / this shop's payments, or of an out_trade_no; auditors see all shops'."""
    return service.list_payments(uow, book=book, out_trade_no=out_trade_no, limit=limit, cursor=cursor)


@blueprint.route(f"{PAYMENTS}/<uuid:payment_id>")
@endpoint(roles=READERS, reply=PaymentOut)
def show_payment(uow: UnitOfWork, *, book: str, payment_id: UUID) -> Receipt:
    """查一笔收款 / one payment of this shop; auditors see all shops'."""
    return service.show_payment(uow, book=book, payment_id=payment_id)


@blueprint.route(f"{PAYMENTS}/<uuid:payment_id>/capture", methods=["POST"])
@endpoint(roles={Role.CASHIER}, body=CaptureIn, reply=PaymentOut, idempotent=True)
def capture_payment(uow: UnitOfWork, *, book: str, payment_id: UUID, points: int | None) -> Receipt:
    """入账:全部或部分 / take the held points, all or some."""
    return service.capture_payment(uow, book=book, payment_id=payment_id, points=points)


@blueprint.route(f"{PAYMENTS}/<uuid:payment_id>/cancel", methods=["POST"])
@endpoint(roles={Role.CASHIER}, reply=PaymentOut, idempotent=True)
def cancel_payment(uow: UnitOfWork, *, book: str, payment_id: UUID) -> Receipt:
    """撤销:退回预占 / give the held points back."""
    return service.cancel_payment(uow, book=book, payment_id=payment_id)


@blueprint.route(f"{PAYMENTS}/<uuid:payment_id>/refunds", methods=["POST"])
@endpoint(roles={Role.CASHIER}, body=RefundIn, reply=RefundOut, status=HTTPStatus.CREATED, idempotent=True)
def refund_payment(uow: UnitOfWork, *, book: str, payment_id: UUID, points: int, out_refund_no: str) -> Refund:
    """退款:部分或全部,可多次 / give points back, some or all, as often as wanted."""
    return service.refund_payment(uow, book=book, payment_id=payment_id, points=points, out_refund_no=out_refund_no)
