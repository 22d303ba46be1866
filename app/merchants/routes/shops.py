"""URLs of shops."""

from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.geo import Position
from app.kernel.paging import Page
from app.merchants import service
from app.merchants.models import Shop
from app.merchants.schemas.shops import (
    NearbyIn,
    NearbyOfferPage,
    PlacedShopOut,
    ShopIn,
    ShopOut,
    ShopPage,
    ShopPositionIn,
)
from app.merchants.service import merchants, nearby
from app.web.endpoint import ANYONE, Blueprint, endpoint
from app.web.paging import PageQuery

blueprint = Blueprint("shops", __name__, description="商铺 / shops")


@blueprint.route("/v1/books/<book>/shops", methods=["POST"])
@endpoint(roles={Role.TREASURER}, body=ShopIn, reply=ShopOut, status=HTTPStatus.CREATED, idempotent=True)
def open_shop(uow: UnitOfWork, *, book: str, name: str, street: str) -> Shop:
    """新开一家收积分的店 / open a shop that takes points."""
    return service.open_shop(uow, book=book, name=name, street=street)


@blueprint.route("/v1/books/<book>/shops")
@endpoint(roles=ANYONE, query=PageQuery, reply=ShopPage)
def list_shops(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Shop]:
    """收积分的店 / shops that take points."""
    return service.list_shops(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/shops/<uuid:shop_id>/position", methods=["POST"])
@endpoint(roles={Role.TREASURER}, body=ShopPositionIn, reply=PlacedShopOut, idempotent=True)
def place_shop(uow: UnitOfWork, *, book: str, shop_id: UUID, position: Position) -> object:
    """标出店铺位置,居民按远近找店 / say where a shop is, so that residents find the nearest."""
    return nearby.place_branch(uow, merchants.branch_of_home(uow, book, shop_id), position=position)


@blueprint.route("/v1/books/<book>/offers/nearby", methods=["POST"])
@endpoint(roles=ANYONE - {Role.AUDITOR}, body=NearbyIn, reply=NearbyOfferPage)
def list_nearby_offers(
    uow: UnitOfWork, *, book: str, position: Position, street: str | None, limit: int, cursor: str | None
) -> object:
    """附近收积分的店,由近到远 / shops that take points now, the nearest first."""
    return nearby.list_nearby_offers(uow, book=book, position=position, street=street, limit=limit, cursor=cursor)
