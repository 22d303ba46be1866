"""URLs of tills: /v1/merchant names no book, for the code tells it. Signed by a till's key, or a cashier's session."""

from datetime import date
from http import HTTPStatus

from flask import current_app

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page
from app.kernel.scenes import Keys
from app.merchants import service
from app.merchants.models import Refund
from app.merchants.routes.payments import BAD, CLAIM, WHY
from app.merchants.schemas.redemptions import (
    CaptureIn,
    DaysQuery,
    OrderAsked,
    OrderOut,
    RedemptionIn,
    RedemptionQuery,
    TillRedemptionOut,
    TillRedemptionPage,
)
from app.merchants.schemas.refunds import RefundIn, RefundOut, RefundPage, TillRefundOut, TillRefundPage
from app.merchants.service import Order, ShownCode, refunded, screens
from app.merchants.service.refunded import Refunded
from app.merchants.service.screens import Screen
from app.merchants.terms import Capture, RedemptionState
from app.web.endpoint import Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

blueprint = Blueprint("redemptions", __name__, description="商户终端 / tills")
REDEMPTIONS = "/v1/merchant/redemptions"
ONE = f"{REDEMPTIONS}/<out_trade_no>"
TILLS = frozenset({Role.TERMINAL, Role.CASHIER})
SIGNS = "linli.shop_signs"
BAD_CODES = (Limit(By.ACCOUNT, 5, 60, refused=BAD, why=WHY),)  # of a till: five a minute find nothing among 10^15


def sign_keys() -> Keys:
    """Give the keys that sign posted codes."""
    keys: Keys = current_app.extensions[SIGNS]
    return keys


@blueprint.route(REDEMPTIONS, methods=["POST"])
@endpoint(
    roles=TILLS,
    body=RedemptionIn,
    reply=TillRedemptionOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    limits=BAD_CODES,
    before=CLAIM,
)
def authorise_redemption(
    uow: UnitOfWork,
    *,
    shown: ShownCode,
    order_fen: int,
    points: int | None,
    max_points: int | None,
    capture: Capture,
) -> Screen:
    """收款:凭居民出示的码预占或扣取积分 / hold or take points of the resident whose code was read."""
    receipt = service.authorise_redemption(
        uow, shown=shown, order_fen=order_fen, points=points, max_points=max_points, capture=capture
    )
    return screens.screen_answer(uow, receipt)


@blueprint.route(REDEMPTIONS)
@endpoint(roles=TILLS, query=RedemptionQuery, reply=TillRedemptionPage)
def list_redemptions(
    uow: UnitOfWork,
    *,
    state: RedemptionState | None,
    first: date | None,
    last: date | None,
    limit: int,
    cursor: str | None,
) -> Page[Screen]:
    """本店的兑换,可按日期对账;state=held 为待入账的 / this shop's, of some days; state=held are those to accept."""
    found = service.list_redemptions(uow, state=state, days=(first, last), limit=limit, cursor=cursor)
    return screens.screen_page(uow, found)


@blueprint.route(ONE)
@endpoint(roles=TILLS, reply=TillRedemptionOut)
def show_redemption(uow: UnitOfWork, *, out_trade_no: str) -> Screen:
    """按商户单号查:超时之后先查 / what stands under a number: ask after a timeout."""
    return screens.screen_receipt(uow, service.show_redemption(uow, out_trade_no=out_trade_no))


@blueprint.route(f"{ONE}/capture", methods=["POST"])
@endpoint(roles=TILLS, body=CaptureIn, reply=TillRedemptionOut, idempotent=True)
def capture_redemption(uow: UnitOfWork, *, out_trade_no: str, points: int | None) -> Screen:
    """入账:全部或部分;居民扫店铺码时即为确认收款 / take held points, all or some; so a cashier accepts."""
    return screens.screen_answer(uow, service.capture_redemption(uow, out_trade_no=out_trade_no, points=points))


@blueprint.route(f"{ONE}/reverse", methods=["POST"])
@endpoint(roles=TILLS, reply=TillRedemptionOut, idempotent=True)
def reverse_redemption(uow: UnitOfWork, *, out_trade_no: str) -> Screen:
    """撤销:结果不明时反复发送,直到有回答 / undo it, sent again until it is answered; an unknown number is marked."""
    return screens.screen_answer(uow, service.reverse_redemption(uow, out_trade_no=out_trade_no))


@blueprint.route(f"{ONE}/refunds", methods=["POST"])
@endpoint(roles=TILLS, body=RefundIn, reply=RefundOut, status=HTTPStatus.CREATED, idempotent=True)
def refund_redemption(uow: UnitOfWork, *, out_trade_no: str, points: int, out_refund_no: str) -> Refund:
    """退款:部分或全部,可多次,三十天内 / give points back, some or all, as often as wanted, for thirty days."""
    return service.refund_redemption(uow, out_trade_no=out_trade_no, points=points, out_refund_no=out_refund_no)


@blueprint.route(f"{ONE}/refunds")
@endpoint(roles=TILLS, query=PageQuery, reply=RefundPage)
def list_refunds_of(uow: UnitOfWork, *, out_trade_no: str, limit: int, cursor: str | None) -> Page[Refund]:
    """一笔兑换的退款 / the refunds of one redemption, the first one first."""
    return refunded.list_refunds_of(uow, out_trade_no=out_trade_no, limit=limit, cursor=cursor)


@blueprint.route("/v1/merchant/refunds")
@endpoint(roles=TILLS, query=DaysQuery, reply=TillRefundPage)
def list_refunds(
    uow: UnitOfWork, *, first: date | None, last: date | None, limit: int, cursor: str | None
) -> Page[Refunded]:
    """本店的退款,可按日期对账 / this shop's refunds, of some days, newest first."""
    return refunded.list_refunds(uow, days=(first, last), limit=limit, cursor=cursor)


@blueprint.route("/v1/merchant/refunds/<out_refund_no>")
@endpoint(roles=TILLS, reply=TillRefundOut)
def show_refund(uow: UnitOfWork, *, out_refund_no: str) -> Refunded:
    """按商户退款单号查:超时之后先查 / the refund under a number: ask after a timeout."""
    return refunded.show_refund(uow, out_refund_no=out_refund_no)


@blueprint.route("/v1/merchant/orders", methods=["POST"])
@endpoint(roles=TILLS, body=OrderAsked, reply=OrderOut, status=HTTPStatus.CREATED, idempotent=True)
def place_order(
    uow: UnitOfWork,
    *,
    out_trade_no: str,
    order_fen: int,
    points: int | None,
    max_points: int | None,
    capture: Capture,
) -> Order:
    """下单:显示给居民扫的一次性码 / an order with a code of its own for the resident to scan, for two minutes."""
    return service.place_order(
        uow,
        sign_keys(),
        out_trade_no=out_trade_no,
        order_fen=order_fen,
        points=points,
        max_points=max_points,
        capture=capture,
    )
