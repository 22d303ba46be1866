"""URLs of shops."""

from http import HTTPStatus

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page
from app.merchants import service
from app.merchants.models import Shop
from app.merchants.schemas.shops import ShopIn, ShopOut, ShopPage
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
