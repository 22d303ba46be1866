"""Acts that take two people: what waits, and the second person's decision."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points.routes.adjustments import shop_check
from app.points.schemas.proposals import ProposalOut, ProposalPage, ProposalRejectIn, ProposalsQuery
from app.points.service import proposals
from app.points.terms import ProposalState
from app.web.endpoint import Blueprint, endpoint

TREASURER = frozenset({Role.TREASURER})
PROPOSERS = frozenset({Role.TREASURER, Role.COORDINATOR})
READERS = frozenset({Role.TREASURER, Role.COORDINATOR, Role.AUDITOR})

blueprint = Blueprint("proposals", __name__, description="双人审批 / acts that take two people")


@blueprint.route("/v1/books/<book>/proposals")
@endpoint(roles=READERS, query=ProposalsQuery, reply=ProposalPage)
def list_proposals(uow: UnitOfWork, *, book: str, state: str, limit: int, cursor: str | None) -> object:
    """申请单:待审、已批、已拒 / proposals of one state, newest first."""
    return proposals.list_proposals(uow, book=book, state=ProposalState(state), limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/proposals/<uuid:proposal_id>")
@endpoint(roles=READERS, reply=ProposalOut)
def show_proposal(uow: UnitOfWork, *, book: str, proposal_id: UUID) -> object:
    """一项申请 / one proposal."""
    return proposals.show_proposal(uow, book=book, proposal_id=proposal_id)


@blueprint.route("/v1/books/<book>/proposals/<uuid:proposal_id>/approve", methods=["POST"])
@endpoint(roles=TREASURER, reply=ProposalOut, idempotent=True)
def approve_proposal(uow: UnitOfWork, *, book: str, proposal_id: UUID) -> object:
    """批准并执行他人的申请 / carry out what somebody else proposed."""
    return proposals.approve_proposal(uow, book=book, proposal_id=proposal_id, check_shop=shop_check())


@blueprint.route("/v1/books/<book>/proposals/<uuid:proposal_id>/reject", methods=["POST"])
@endpoint(roles=TREASURER, body=ProposalRejectIn, reply=ProposalOut, idempotent=True)
def reject_proposal(uow: UnitOfWork, *, book: str, proposal_id: UUID, reason: str) -> object:
    """拒绝他人的申请 / refuse what somebody else proposed."""
    return proposals.reject_proposal(uow, book=book, proposal_id=proposal_id, reason=reason, check_shop=shop_check())


@blueprint.route("/v1/books/<book>/proposals/<uuid:proposal_id>/withdraw", methods=["POST"])
@endpoint(roles=PROPOSERS, reply=ProposalOut, idempotent=True)
def withdraw_proposal(uow: UnitOfWork, *, book: str, proposal_id: UUID) -> object:
    """撤回自己的申请 / take one's own proposal back."""
    return proposals.withdraw_proposal(uow, book=book, proposal_id=proposal_id)
