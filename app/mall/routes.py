"""URLs of the mall, and the door for WeChat Pay's callbacks."""

from http import HTTPStatus
from uuid import UUID

from flask import Response, json, request

from app.infra.unit_of_work import UnitOfWork
from app.infra.wechatpay.callbacks import Stamp
from app.kernel.actor import Role
from app.mall import service
from app.mall.schemas import (
    EarnOut,
    EarnPage,
    EarnQuery,
    MallConsentOut,
    MallRefundOut,
    MallRefundPage,
    MallShopIn,
    MallShopOut,
    MallShopPage,
    OwnEarnPage,
)
from app.mall.terms import CALLBACK_BYTES_MAX, EarnState
from app.web.endpoint import PUBLIC, Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.operation import TEXT
from app.web.paging import PageQuery
from app.web.uploads import Plain, Upload

blueprint = Blueprint("mall", __name__, description="商圈消费积分 / points for payments in the mall")
MALL = "/v1/books/<book>/mall"
TREASURER = frozenset({Role.TREASURER})
READERS = frozenset({Role.TREASURER, Role.AUDITOR})
CALLBACKS = (Limit(By.ADDRESS, 6000, 60),)
TOLD = Upload(("application/json",), CALLBACK_BYTES_MAX)
HEADERS = tuple(f"Wechatpay-{name}" for name in ("Timestamp", "Nonce", "Serial", "Signature", "Signature-Type"))


callbacks = Blueprint("mall_callbacks", __name__, description="微信支付回调 / callbacks of WeChat Pay")
BLUEPRINTS = (blueprint, callbacks)


@callbacks.after_request
def name_the_problem(response: Response) -> Response:
    """Say why in the words WeChat Pay reads: beside the usual members of a problem, `message` beside its `code`."""
    if response.status_code >= HTTPStatus.BAD_REQUEST and isinstance(problem := response.get_json(silent=True), dict):
        response.set_data(json.dumps(problem | {"message": problem.get("detail", "")}, ensure_ascii=False))
    return response


@callbacks.route("/v1/wechatpay/mall", methods=["POST"])
@endpoint(roles=PUBLIC, upload=TOLD, media_type=TEXT, limits=CALLBACKS)
def receive_callback(uow: UnitOfWork, *, content: bytes, media_type: str) -> object:
    """微信支付商圈回调 / WeChat Pay tells of consents, payments and refunds."""
    del media_type
    service.receive_callback(uow, stamp=Stamp(*(request.headers.get(name, "") for name in HEADERS)), content=content)
    return Plain("")


@blueprint.route(f"{MALL}/shops", methods=["POST"])
@endpoint(roles=TREASURER, body=MallShopIn, reply=MallShopOut, status=HTTPStatus.CREATED, idempotent=True)
def open_mall_shop(
    uow: UnitOfWork, *, book: str, shop_number: str, shop_id: UUID, rule: str, return_days: int
) -> object:
    """对应商圈店铺编号与本账簿的店 / say whose shop a number of the mall is, and by which rule it earns."""
    return service.open_shop(
        uow, book=book, shop_number=shop_number, shop_id=shop_id, rule=rule, return_days=return_days
    )


@blueprint.route(f"{MALL}/shops")
@endpoint(roles=READERS, query=PageQuery, reply=MallShopPage)
def list_mall_shops(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """商圈店铺对应,新的在前 / the shops of the mall, newest first."""
    return service.list_shops(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route(f"{MALL}/shops/<uuid:mall_shop_id>/close", methods=["POST"])
@endpoint(roles=TREASURER, reply=MallShopOut, idempotent=True)
def close_mall_shop(uow: UnitOfWork, *, book: str, mall_shop_id: UUID) -> object:
    """停用对应 / payments there earn no more."""
    return service.close_shop(uow, book=book, mall_shop_id=mall_shop_id)


@blueprint.route(f"{MALL}/earns")
@endpoint(roles=READERS, query=EarnQuery, reply=EarnPage)
def list_mall_earns(uow: UnitOfWork, *, book: str, state: EarnState | None, limit: int, cursor: str | None) -> object:
    """商圈消费,新的在前;state=review 待复核 / payments, newest first; state=review are to be looked at."""
    return service.list_earns(uow, book=book, state=state, limit=limit, cursor=cursor)


@blueprint.route(f"{MALL}/earns/<uuid:earn_id>/retry", methods=["POST"])
@endpoint(roles=TREASURER, reply=EarnOut, idempotent=True)
def retry_mall_earn(uow: UnitOfWork, *, book: str, earn_id: UUID) -> object:
    """再处理一次;kin_of_shop 的由此放行 / look at it again; what is kin_of_shop passes by it."""
    return service.retry_earn(uow, book=book, earn_id=earn_id)


@blueprint.route(f"{MALL}/earns/<uuid:earn_id>/refuse", methods=["POST"])
@endpoint(roles=TREASURER, reply=EarnOut, idempotent=True)
def refuse_mall_earn(uow: UnitOfWork, *, book: str, earn_id: UUID) -> object:
    """不予积分 / no points for it."""
    return service.refuse_earn(uow, book=book, earn_id=earn_id)


@blueprint.route(f"{MALL}/refunds")
@endpoint(roles=READERS, query=PageQuery, reply=MallRefundPage)
def list_mall_refunds(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """待复核的商圈退款,新的在前 / refunds that somebody has to look at, newest first."""
    return service.list_refunds(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route(f"{MALL}/refunds/<uuid:mall_refund_id>/close", methods=["POST"])
@endpoint(roles=TREASURER, reply=MallRefundOut, idempotent=True)
def close_mall_refund(uow: UnitOfWork, *, book: str, mall_refund_id: UUID) -> object:
    """复核完毕;其消费若之后才告知,照样扣减 / it was looked at; it still counts should its payment be told."""
    return service.close_refund(uow, book=book, mall_refund_id=mall_refund_id)


@blueprint.route("/v1/books/<book>/passbook/mall-earns")
@endpoint(roles={Role.RESIDENT}, query=PageQuery, reply=OwnEarnPage)
def list_own_mall_earns(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """我的商圈消费与待到账积分 / my payments in the mall, and the points that follow."""
    return service.list_own_earns(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/me/mall-consent")
@endpoint(roles={Role.PERSON}, reply=MallConsentOut)
def show_own_mall_consent(uow: UnitOfWork) -> object:
    """我是否同意商圈消费积分 / whether my payments in the mall earn points."""
    return service.show_own_consent(uow)


@blueprint.route("/v1/me/mall-consent/withdraw", methods=["POST"])
@endpoint(roles={Role.PERSON}, reply=MallConsentOut, idempotent=True)
def withdraw_own_mall_consent(uow: UnitOfWork) -> object:
    """撤回同意,此后的商圈消费不再积分 / payments from now on earn nothing."""
    return service.withdraw_own_consent(uow)
