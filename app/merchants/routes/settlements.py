"""URLs of settlements."""

from datetime import date
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page
from app.merchants import service
from app.merchants.models import Settlement
from app.merchants.schemas.settlements import (
    PayIn,
    SettlementIn,
    SettlementOut,
    SettlementPage,
    SettlementQuery,
    StatementOut,
)
from app.merchants.service import Statement
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

blueprint = Blueprint("settlements", __name__, description="商户结算 / settling with shops")
SETTLEMENTS = "/v1/books/<book>/settlements"
READERS = {Role.TREASURER, Role.AUDITOR}


@blueprint.route(SETTLEMENTS, methods=["POST"])
@endpoint(roles={Role.TREASURER}, body=SettlementIn, reply=SettlementOut, status=HTTPStatus.CREATED, idempotent=True)
def state_settlement(uow: UnitOfWork, *, book: str, shop_id: UUID, through: date) -> Settlement:
    """出结算单:到某日为止应付一家店多少 / state what a shop is owed through a day."""
    return service.state_settlement(uow, book=book, shop_id=shop_id, through=through)


@blueprint.route(SETTLEMENTS)
@endpoint(roles=READERS, query=SettlementQuery, reply=SettlementPage)
def list_settlements(
    uow: UnitOfWork, *, book: str, shop_id: UUID | None, limit: int, cursor: str | None
) -> Page[Settlement]:
    """结算单,最新在前 / settlements, newest first."""
    return service.list_settlements(uow, book=book, shop_id=shop_id, limit=limit, cursor=cursor)


@blueprint.route(f"{SETTLEMENTS}/<uuid:settlement_id>")
@endpoint(roles=READERS, query=PageQuery, reply=StatementOut)
def show_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID, limit: int, cursor: str | None) -> Statement:
    """一张结算单及其明细 / one settlement with its lines."""
    return service.show_settlement(uow, book=book, settlement_id=settlement_id, limit=limit, cursor=cursor)


@blueprint.route(f"{SETTLEMENTS}/<uuid:settlement_id>/pay", methods=["POST"])
@endpoint(roles={Role.TREASURER}, body=PayIn, reply=SettlementOut, idempotent=True)
def pay_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID, bank_reference: str) -> Settlement:
    """付款 / pay a settlement."""
    return service.pay_settlement(uow, book=book, settlement_id=settlement_id, bank_reference=bank_reference)
