"""URLs of awards that a second person looks at: the treasurers' desk, what coordinators and residents see of it."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.volunteers import service
from app.volunteers.schemas.checks import (
    AwardCheckOut,
    AwardCheckQuery,
    AwardConfirmIn,
    AwardRejectIn,
    CheckPage,
    GivenCheckPage,
    OwnCheckPage,
)
from app.volunteers.terms import CheckState
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

blueprint = Blueprint("award_checks", __name__, description="积分确认 / awards for a second person")
TREASURER = frozenset({Role.TREASURER})
READERS = frozenset({Role.TREASURER, Role.AUDITOR})


@blueprint.route("/v1/books/<book>/award-checks")
@endpoint(roles=READERS, query=AwardCheckQuery, reply=CheckPage)
def list_award_checks(uow: UnitOfWork, *, book: str, state: CheckState, limit: int, cursor: str | None) -> object:
    """待确认与抽查的积分,等得最久的在前 / awards that wait or were drawn, those that wait longest first."""
    return service.list_checks(uow, book=book, state=state, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/award-checks/<uuid:check_id>/confirm", methods=["POST"])
@endpoint(roles=TREASURER, body=AwardConfirmIn, reply=AwardCheckOut, idempotent=True)
def confirm_award(uow: UnitOfWork, *, book: str, check_id: UUID, reason: str | None) -> object:
    """确认,待确认的即入账 / confirm; what waits is paid."""
    return service.confirm_award(uow, book=book, check_id=check_id, reason=reason)


@blueprint.route("/v1/books/<book>/award-checks/<uuid:check_id>/reject", methods=["POST"])
@endpoint(roles=TREASURER, body=AwardRejectIn, reply=AwardCheckOut, idempotent=True)
def reject_award(uow: UnitOfWork, *, book: str, check_id: UUID, reason: str) -> object:
    """驳回;抽查的提出追回 / reject; of what was paid the undoing is proposed."""
    return service.reject_award(uow, book=book, check_id=check_id, reason=reason)


@blueprint.route("/v1/books/<book>/award-checks/given")
@endpoint(roles={Role.COORDINATOR}, query=PageQuery, reply=GivenCheckPage)
def list_given_award_checks(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """我发的、待确认或已处理的积分 / what became of my awards that were held."""
    return service.list_given_checks(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/passbook/award-checks")
@endpoint(roles={Role.RESIDENT}, query=PageQuery, reply=OwnCheckPage)
def list_own_award_checks(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """发给我、待确认或已处理的积分 / awards for me that were held."""
    return service.list_own_checks(uow, book=book, limit=limit, cursor=cursor)
