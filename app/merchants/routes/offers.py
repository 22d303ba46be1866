"""URLs of offers and gifts."""

from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.merchants import errors
from app.merchants.rules.offers import OfferTerms
from app.merchants.schemas.offers import (
    ConsentPaperIn,
    GiftIn,
    GiftOut,
    GiftPage,
    GiftsQuery,
    OfferIn,
    OfferOut,
    OfferPage,
    OffersQuery,
    ShopOfferPage,
    StockIn,
)
from app.merchants.service import agreeing, gifts, offers
from app.web.endpoint import ANYONE, Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

blueprint = Blueprint("offers", __name__, description="抵扣约定与礼品 / offers and gifts")
OFFERS = "/v1/books/<book>/shops/<uuid:shop_id>/offers"
GIFTS = "/v1/books/<book>/gifts"
OWN = "/v1/books/<book>/passbook/gift-reservations"
TREASURER = frozenset({Role.TREASURER})
RESIDENT = frozenset({Role.RESIDENT})
READERS = TREASURER | {Role.AUDITOR}
TILLS = frozenset({Role.TERMINAL, Role.CASHIER})
BAD = frozenset({errors.GiftCodeNotGood.code})
BAD_CODES = (Limit(By.ACCOUNT, 5, 60, refused=BAD), Limit(By.SHOP, 20, 60, refused=BAD))


@blueprint.route("/v1/books/<book>/offers")
@endpoint(roles=ANYONE, query=OffersQuery, reply=ShopOfferPage)
def list_offers(uow: UnitOfWork, *, book: str, street: str | None, limit: int, cursor: str | None) -> object:
    """现在收积分的店及其抵扣约定 / shops that take points now, with their terms."""
    return offers.list_offers(uow, book=book, street=street, limit=limit, cursor=cursor)


@blueprint.route(OFFERS, methods=["POST"])
@endpoint(roles=TREASURER, body=OfferIn, reply=OfferOut, status=HTTPStatus.CREATED, idempotent=True)
def set_offer(uow: UnitOfWork, *, book: str, shop_id: UUID, terms: OfferTerms) -> object:
    """约定抵扣规则,旧约定随之结束;商户要自担的等店主同意 / put terms in force, or let them wait for the owner."""
    return offers.set_offer(uow, book=book, shop_id=shop_id, terms=terms)


@blueprint.route(OFFERS)
@endpoint(roles=READERS, query=PageQuery, reply=OfferPage)
def list_past_offers(uow: UnitOfWork, *, book: str, shop_id: UUID, limit: int, cursor: str | None) -> object:
    """一家店历来的约定 / all terms a shop ever had."""
    return offers.list_past_offers(uow, book=book, shop_id=shop_id, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/shops/<uuid:shop_id>/offer-proposals")
@endpoint(roles=READERS, query=PageQuery, reply=OfferPage)
def list_offer_proposals(uow: UnitOfWork, *, book: str, shop_id: UUID, limit: int, cursor: str | None) -> object:
    """待店主同意的约定,含已办结的,最新在前 / terms that wait or waited for a shop's owner, newest first."""
    return agreeing.list_proposals(uow, book=book, shop_id=shop_id, limit=limit, cursor=cursor)


@blueprint.route(f"{OFFERS}/<uuid:offer_id>/agree", methods=["POST"])
@endpoint(roles=TREASURER, body=ConsentPaperIn, reply=OfferOut, idempotent=True)
def record_consent(uow: UnitOfWork, *, book: str, shop_id: UUID, offer_id: UUID, paper: str) -> object:
    """没有登记店主的店:另一位会计凭签字记下同意 / a shop without a registered owner: record what he signed."""
    return agreeing.record_consent(uow, book=book, shop_id=shop_id, offer_id=offer_id, paper=paper)


@blueprint.route(f"{OFFERS}/end", methods=["POST"])
@endpoint(roles=TREASURER, status=HTTPStatus.NO_CONTENT, idempotent=True)
def end_offer(uow: UnitOfWork, *, book: str, shop_id: UUID) -> None:
    """结束约定 / a shop takes no more points of this book."""
    offers.end_offer(uow, book=book, shop_id=shop_id)


@blueprint.route(GIFTS, methods=["POST"])
@endpoint(roles=TREASURER, body=GiftIn, reply=GiftOut, status=HTTPStatus.CREATED, idempotent=True)
def offer_gift(
    uow: UnitOfWork,
    *,
    book: str,
    shop_id: UUID,
    title: str,
    description: str,
    points: int,
    stock: int,
    per_person_max: int,
) -> object:
    """上架礼品 / put a gift into the catalogue."""
    return gifts.offer_gift(
        uow,
        book=book,
        shop_id=shop_id,
        title=title,
        description=description,
        points=points,
        stock=stock,
        per_person_max=per_person_max,
    )


@blueprint.route(GIFTS)
@endpoint(roles=ANYONE, query=GiftsQuery, reply=GiftPage)
def list_gifts(uow: UnitOfWork, *, book: str, shop_id: UUID | None, limit: int, cursor: str | None) -> object:
    """礼品目录 / the catalogue of gifts."""
    return gifts.list_gifts(uow, book=book, shop_id=shop_id, limit=limit, cursor=cursor)


@blueprint.route(f"{GIFTS}/<uuid:gift_id>/stock", methods=["POST"])
@endpoint(roles=TREASURER, body=StockIn, reply=GiftOut, idempotent=True)
def change_stock(uow: UnitOfWork, *, book: str, gift_id: UUID, pieces: int) -> object:
    """增减库存 / add pieces or take some away."""
    return gifts.change_stock(uow, book=book, gift_id=gift_id, pieces=pieces)


@blueprint.route(f"{GIFTS}/<uuid:gift_id>/end", methods=["POST"])
@endpoint(roles=TREASURER, reply=GiftOut, idempotent=True)
def end_gift(uow: UnitOfWork, *, book: str, gift_id: UUID) -> object:
    """下架,已预留的仍可领取 / take it out of the catalogue."""
    return gifts.end_gift(uow, book=book, gift_id=gift_id)
