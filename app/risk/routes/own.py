"""URLs for residents: what of one's own was not simply let through, and the appeal."""

from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.risk import service
from app.risk.schemas.cases import OwnDecisionPage, OwnRiskDecisionOut, RiskAppealIn
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

RESIDENT = frozenset({Role.RESIDENT})

blueprint = Blueprint("risk_own", __name__, description="我的安全提示与申诉 / what was held up of mine, and appeals")


@blueprint.route("/v1/books/<book>/risk/own-decisions")
@endpoint(roles=RESIDENT, query=PageQuery, reply=OwnDecisionPage)
def list_own_decisions(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """我的被复核、需确认或未办成的操作 / what of mine was not simply let through."""
    return service.list_own_decisions(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/risk/own-decisions/<uuid:decision_id>/appeal", methods=["POST"])
@endpoint(roles=RESIDENT, body=RiskAppealIn, reply=OwnRiskDecisionOut, status=HTTPStatus.CREATED, idempotent=True)
def appeal_decision(uow: UnitOfWork, *, book: str, decision_id: UUID, text: str) -> object:
    """申诉,由另一位工作人员答复 / appeal; another member of staff answers."""
    return service.appeal(uow, book=book, decision_id=decision_id, text=text)
