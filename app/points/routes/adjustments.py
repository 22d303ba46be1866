"""URL of adjustments of what shops are owed."""

from http import HTTPStatus
from typing import cast
from uuid import UUID

from flask import current_app

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points.schemas.adjustments import AdjustmentIn
from app.points.schemas.proposals import ProposalOut
from app.points.service import adjusting
from app.points.service.adjusting import CheckShop
from app.web.endpoint import Blueprint, endpoint

CHECK_SHOP = "linli.check_shop"

blueprint = Blueprint("adjustments", __name__, description="商户应付款调整 / adjusting what shops are owed")


@blueprint.route("/v1/books/<book>/adjustments", methods=["POST"])
@endpoint(roles={Role.TREASURER}, body=AdjustmentIn, reply=ProposalOut, status=HTTPStatus.CREATED, idempotent=True)
def propose_adjustment(
    uow: UnitOfWork, *, book: str, shop_id: UUID, fen: int, sponsor_id: UUID | None, reason: str
) -> object:
    """申请调整应付商户款,由另一人批准 / propose that a shop be owed more or less; another person approves."""
    return adjusting.propose_adjustment(
        uow,
        book=book,
        shop_id=shop_id,
        fen=fen,
        sponsor_id=sponsor_id,
        reason=reason,
        check_shop=shop_check(),
    )


def shop_check() -> CheckShop:
    """Give what refuses whoever has to do with a shop himself: it stands above, the factory puts it in."""
    return cast("CheckShop", current_app.extensions[CHECK_SHOP])
