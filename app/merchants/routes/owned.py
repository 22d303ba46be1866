"""URLs by which an owner sees his own branch as the desk and the till see it."""

from datetime import date
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.merchants.schemas.merchants import PaperReasonIn, RegistrationOut
from app.merchants.schemas.offers import GiftPage, OfferOut, OfferPage
from app.merchants.schemas.owned import BookIn, BookQuery, DayQuery
from app.merchants.schemas.redemptions import RedemptionPage
from app.merchants.schemas.terminals import AddressAlertOut
from app.merchants.schemas.webhooks import DeliveryPage, OwnDeliveryQuery, WebhookPage
from app.merchants.service import agreeing, leaving, merchants, offers, owned, terminals
from app.merchants.service.webhooks import owner_of
from app.web.endpoint import Blueprint, endpoint
from app.webhooks import service as webhooks
from app.webhooks.terms import DeliveryState

blueprint = Blueprint("owned_shops", __name__, description="店主看自己的店 / an owner's own shop")
OWNER = frozenset({Role.PERSON})
MERCHANT = "/v1/me/merchants/<uuid:merchant_id>"
BRANCH = f"{MERCHANT}/branches/<uuid:branch_id>"


@blueprint.route(f"{BRANCH}/redemptions")
@endpoint(roles=OWNER, query=DayQuery, reply=RedemptionPage)
def list_own_day(
    uow: UnitOfWork, *, merchant_id: UUID, branch_id: UUID, day: date, limit: int, cursor: str | None
) -> object:
    """本店一天的兑换,最新在前,没有居民姓名 / what was redeemed at my branch on a day, without names."""
    branch = merchants.branch_of_owner(uow, merchant_id, branch_id)
    return owned.list_day(uow, branch, day=day, limit=limit, cursor=cursor)


@blueprint.route(f"{BRANCH}/offers")
@endpoint(roles=OWNER, query=BookQuery, reply=OfferPage)
def list_own_offers(
    uow: UnitOfWork, *, merchant_id: UUID, branch_id: UUID, book: str, limit: int, cursor: str | None
) -> object:
    """本店在一个账簿的抵扣约定,最新在前 / all terms of my branch in a book, newest first."""
    branch = merchants.branch_of_owner(uow, merchant_id, branch_id)
    return offers.list_past_offers(uow, book=book, shop_id=branch.id, limit=limit, cursor=cursor)


@blueprint.route(f"{BRANCH}/offer-proposals")
@endpoint(roles=OWNER, query=BookQuery, reply=OfferPage)
def list_own_proposals(
    uow: UnitOfWork, *, merchant_id: UUID, branch_id: UUID, book: str, limit: int, cursor: str | None
) -> object:
    """等我同意的约定,含已办结的 / terms that wait or waited for me, newest first."""
    branch = merchants.branch_of_owner(uow, merchant_id, branch_id)
    return agreeing.list_proposals(uow, book=book, shop_id=branch.id, limit=limit, cursor=cursor)


@blueprint.route(f"{BRANCH}/offers/<uuid:offer_id>/agree", methods=["POST"])
@endpoint(roles=OWNER, body=BookIn, reply=OfferOut, idempotent=True)
def agree_to_offer(uow: UnitOfWork, *, merchant_id: UUID, branch_id: UUID, offer_id: UUID, book: str) -> object:
    """同意本店自担一部分,约定随即生效 / agree to what my shop bears; the terms are in force."""
    branch = merchants.branch_of_owner(uow, merchant_id, branch_id)
    return agreeing.agree(uow, branch, book=book, offer_id=offer_id)


@blueprint.route(f"{BRANCH}/offers/<uuid:offer_id>/refuse", methods=["POST"])
@endpoint(roles=OWNER, body=BookIn, reply=OfferOut, idempotent=True)
def refuse_offer(uow: UnitOfWork, *, merchant_id: UUID, branch_id: UUID, offer_id: UUID, book: str) -> object:
    """不同意,现行约定不变 / say no; the terms in force go on."""
    branch = merchants.branch_of_owner(uow, merchant_id, branch_id)
    return agreeing.refuse(uow, branch, book=book, offer_id=offer_id)


@blueprint.route(f"{BRANCH}/gifts")
@endpoint(roles=OWNER, query=BookQuery, reply=GiftPage)
def list_own_gifts(
    uow: UnitOfWork, *, merchant_id: UUID, branch_id: UUID, book: str, limit: int, cursor: str | None
) -> object:
    """本店的礼品和库存,含已下架的 / gifts of my branch with what is left, also those taken out."""
    branch = merchants.branch_of_owner(uow, merchant_id, branch_id)
    return owned.list_gifts(uow, branch, book=book, limit=limit, cursor=cursor)


@blueprint.route(f"{BRANCH}/webhooks")
@endpoint(roles=OWNER, query=BookQuery, reply=WebhookPage)
def list_own_webhooks(
    uow: UnitOfWork, *, merchant_id: UUID, branch_id: UUID, book: str, limit: int, cursor: str | None
) -> object:
    """本店的推送地址 / the endpoints of my branch, without their secrets."""
    branch = merchants.branch_of_owner(uow, merchant_id, branch_id)
    return webhooks.list_endpoints(uow, **owner_of(uow, book=book, shop_id=branch.id), limit=limit, cursor=cursor)


@blueprint.route(f"{BRANCH}/webhooks/<uuid:webhook_id>/deliveries")
@endpoint(roles=OWNER, query=OwnDeliveryQuery, reply=DeliveryPage)
def list_own_deliveries(
    uow: UnitOfWork,
    *,
    merchant_id: UUID,
    branch_id: UUID,
    webhook_id: UUID,
    book: str,
    state: DeliveryState | None,
    limit: int,
    cursor: str | None,
) -> object:
    """本店的推送记录,state=dead 为死信 / deliveries to my branch; state=dead are the dead letters."""
    owner = owner_of(uow, book=book, shop_id=merchants.branch_of_owner(uow, merchant_id, branch_id).id)
    return webhooks.list_deliveries(uow, **owner, endpoint_id=webhook_id, state=state, limit=limit, cursor=cursor)


@blueprint.route(f"{BRANCH}/terminals/alerts/<uuid:alert_id>/close", methods=["POST"])
@endpoint(roles=OWNER, reply=AddressAlertOut, idempotent=True)
def close_own_alert(uow: UnitOfWork, *, merchant_id: UUID, branch_id: UUID, alert_id: UUID) -> object:
    """已查看我的终端的新地址 / say that I looked at an alert about a till of mine."""
    return terminals.close_alert(uow, merchants.branch_of_owner(uow, merchant_id, branch_id), alert_id=alert_id)


@blueprint.route(f"{MERCHANT}/people/<uuid:registration_id>/end", methods=["POST"])
@endpoint(roles=OWNER, body=PaperReasonIn, reply=RegistrationOut, idempotent=True)
def end_own_staff(uow: UnitOfWork, *, merchant_id: UUID, registration_id: UUID, reason: str) -> object:
    """我的店员离职;三十天内仍不能在本店用积分 / who left my staff; he still redeems nothing there for thirty days."""
    merchant = merchants.merchant_of_owner(uow, merchant_id)
    return leaving.end_own_staff(uow, merchant, registration_id=registration_id, reason=reason)
