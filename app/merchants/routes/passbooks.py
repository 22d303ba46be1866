"""URLs of residents who redeem, and of what hangs in a shop for them to scan."""

from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page
from app.merchants import service
from app.merchants.routes.redemptions import sign_keys
from app.merchants.rules.evidence import Whereabouts
from app.merchants.schemas.redemptions import (
    CodeOut,
    OwnRedemptionOut,
    OwnRedemptionPage,
    OwnRedemptionQuery,
    QuoteConfirmIn,
    QuoteIn,
    QuoteOut,
    SignOut,
    SoterIn,
)
from app.merchants.service import Confirmed, Consent, IssuedCode, PostedSign, RedemptionQuote, screens
from app.merchants.service.screens import OwnScreen
from app.merchants.terms import RedemptionState
from app.web.endpoint import Before, Blueprint, endpoint
from app.web.limits import By, Limit

blueprint = Blueprint("redeeming", __name__, description="用积分 / redeeming")
OWN = "/v1/books/<book>/passbook/redemptions"
# A whole estate may stand behind one address of a mobile network; a screen that stays open asks every fifty seconds.
CODES = (Limit(By.ADDRESS, 3000, 60), Limit(By.ACCOUNT, 20, 60), Limit(By.DEVICE, 20, 60))
SCANS = (Limit(By.ADDRESS, 3000, 60), Limit(By.ACCOUNT, 60, 60), Limit(By.DEVICE, 60, 60))
SOTER = ("result", "signature")


@blueprint.route("/v1/books/<book>/passbook/codes", methods=["POST"])
@endpoint(
    roles={Role.RESIDENT}, reply=CodeOut, status=HTTPStatus.CREATED, sends_value=True, limits=CODES
)  # no key: the answer must not be stored
def issue_code(uow: UnitOfWork, *, book: str) -> IssuedCode:
    """出示一次性付款码,六十秒 / a code to pay with, good once and for sixty seconds."""
    return service.issue_code(uow, book=book)


@blueprint.route("/v1/books/<book>/passbook/redemption-quotes", methods=["POST"])
@endpoint(
    roles={Role.RESIDENT},
    body=QuoteIn,
    reply=QuoteOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    sends_value=True,
    limits=SCANS,
)
def quote_redemption(
    uow: UnitOfWork,
    *,
    book: str,
    scene: str,
    order_fen: int | None,
    points: int | None,
    max_points: int | None,
    whereabouts: Whereabouts | None,
) -> RedemptionQuote:
    """扫店铺码或订单码后的报价,两分钟内有效 / what points are worth at the shop whose code was scanned."""
    return service.quote_redemption(
        uow,
        sign_keys(),
        book=book,
        scene=scene,
        order_fen=order_fen,
        points=points,
        max_points=max_points,
        whereabouts=whereabouts,
    )


@blueprint.route(OWN, methods=["POST"])
@endpoint(
    roles={Role.RESIDENT},
    body=QuoteConfirmIn,
    reply=OwnRedemptionOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    sends_value=True,
    limits=SCANS,
    before=Before(("actor", "quote_id", *SOTER), "confirmed", service.read_confirmation),
)
def confirm_quote(uow: UnitOfWork, *, book: str, confirmed: Confirmed) -> OwnScreen:
    """确认报价 / confirm a quote."""
    return screens.own_answer(uow, service.confirm_quote(uow, book=book, confirmed=confirmed))


@blueprint.route(OWN)
@endpoint(roles={Role.RESIDENT}, query=OwnRedemptionQuery, reply=OwnRedemptionPage)
def list_own_redemptions(
    uow: UnitOfWork, *, book: str, state: RedemptionState | None, limit: int, cursor: str | None
) -> Page[OwnScreen]:
    """本人的兑换;state=pending_confirm 为待本人确认的 / one's own; state=pending_confirm are those to confirm."""
    found = service.list_own_redemptions(uow, book=book, state=state, limit=limit, cursor=cursor)
    return screens.own_page(uow, found)


@blueprint.route(f"{OWN}/<uuid:redemption_id>")
@endpoint(roles={Role.RESIDENT}, reply=OwnRedemptionOut)
def show_own_redemption(uow: UnitOfWork, *, book: str, redemption_id: UUID) -> OwnScreen:
    """查一笔本人的兑换 / one of one's own redemptions."""
    return screens.own_answer(uow, service.show_own_redemption(uow, book=book, redemption_id=redemption_id))


@blueprint.route(f"{OWN}/<uuid:redemption_id>/confirm", methods=["POST"])
@endpoint(
    roles={Role.RESIDENT},
    body=SoterIn,
    reply=OwnRedemptionOut,
    idempotent=True,
    sends_value=True,
    limits=SCANS,
    before=Before(("actor", "book", "redemption_id", *SOTER), "consent", service.read_consent),
)
def confirm_redemption(uow: UnitOfWork, *, book: str, redemption_id: UUID, consent: Consent) -> OwnScreen:
    """确认收银台发起的兑换 / confirm what a till asked for."""
    receipt = service.confirm_redemption(uow, book=book, redemption_id=redemption_id, consent=consent)
    return screens.own_answer(uow, receipt)


@blueprint.route(f"{OWN}/<uuid:redemption_id>/refuse", methods=["POST"])
@endpoint(roles={Role.RESIDENT}, reply=OwnRedemptionOut, idempotent=True)
def refuse_redemption(uow: UnitOfWork, *, book: str, redemption_id: UUID) -> OwnScreen:
    """拒绝收银台发起的兑换 / say no to what a till asked for."""
    return screens.own_answer(uow, service.refuse_redemption(uow, book=book, redemption_id=redemption_id))


@blueprint.route("/v1/books/<book>/shops/<uuid:shop_id>/sign", methods=["POST"])
@endpoint(roles={Role.TREASURER}, reply=SignOut, status=HTTPStatus.CREATED, idempotent=True)
def post_sign(uow: UnitOfWork, *, book: str, shop_id: UUID) -> PostedSign:
    """为店铺张贴新的收款码,旧码作废 / make the code that hangs in a shop; the old one is good no more."""
    return service.post_sign(uow, sign_keys(), book=book, shop_id=shop_id)
