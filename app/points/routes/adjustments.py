"""URL of adjustments of what shops are owed."""

from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points.schemas.adjustments import AdjustmentIn
from app.points.schemas.proposals import ProposalOut
from app.points.service import adjusting
from app.web.endpoint import Blueprint, endpoint

blueprint = Blueprint("adjustments", __name__, description="商户应付款调整 / adjusting what shops are owed")


@blueprint.route("/v1/books/<book>/adjustments", methods=["POST"])
@endpoint(roles={Role.TREASURER}, body=AdjustmentIn, reply=ProposalOut, status=HTTPStatus.CREATED, idempotent=True)
def propose_adjustment(
    uow: UnitOfWork, *, book: str, shop_id: UUID, fen: int, sponsor_id: UUID | None, reason: str
) -> object:
    """申请调整应付商户款,由另一人批准 / propose that a shop be owed more or less; another person approves."""
    return adjusting.propose_adjustment(uow, book=book, shop_id=shop_id, fen=fen, sponsor_id=sponsor_id, reason=reason)
