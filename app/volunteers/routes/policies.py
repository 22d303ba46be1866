"""URLs of a book's policy of awards: one treasurer holds more back, two hold less back."""

from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.volunteers import service
from app.volunteers.schemas.policies import (
    AwardPolicyIn,
    AwardPolicyOut,
    AwardPolicyProposalIn,
    AwardPolicyProposalOut,
    AwardPolicyProposalQuery,
    AwardPolicyRejectIn,
    PolicyProposalPage,
)
from app.volunteers.terms import ProposalState
from app.web.endpoint import Blueprint, endpoint

blueprint = Blueprint("award_policies", __name__, description="把关规定 / by what awards are held")
TREASURER = frozenset({Role.TREASURER})
READERS = frozenset({Role.TREASURER, Role.AUDITOR})
PROPOSALS = "/v1/books/<book>/award-policy-proposals"


@blueprint.route("/v1/books/<book>/award-policy")
@endpoint(roles=READERS, reply=AwardPolicyOut)
def show_award_policy(uow: UnitOfWork, *, book: str) -> object:
    """发积分的把关规定 / by what awards are held."""
    return service.show_policy(uow, book=book)


@blueprint.route("/v1/books/<book>/award-policy", methods=["POST"])
@endpoint(roles=TREASURER, body=AwardPolicyIn, reply=AwardPolicyOut, idempotent=True)
def set_award_policy(
    uow: UnitOfWork,
    *,
    book: str,
    roster_required: bool,
    paper_points_max: int,
    alone_points_max: int,
    sample_permille: int,
) -> object:
    """收紧把关规定,立即生效;放宽须另行申请 / hold no fewer awards back, from now on."""
    return service.set_policy(
        uow,
        book=book,
        roster_required=roster_required,
        paper_points_max=paper_points_max,
        alone_points_max=alone_points_max,
        sample_permille=sample_permille,
    )


@blueprint.route(PROPOSALS, methods=["POST"])
@endpoint(
    roles=TREASURER,
    body=AwardPolicyProposalIn,
    reply=AwardPolicyProposalOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
)
def propose_award_policy(
    uow: UnitOfWork,
    *,
    book: str,
    roster_required: bool,
    paper_points_max: int,
    alone_points_max: int,
    sample_permille: int,
    reason: str,
) -> object:
    """申请放宽把关规定,须另一位会计批准 / propose to hold fewer awards back; another treasurer approves it."""
    return service.propose_policy(
        uow,
        book=book,
        roster_required=roster_required,
        paper_points_max=paper_points_max,
        alone_points_max=alone_points_max,
        sample_permille=sample_permille,
        reason=reason,
    )


@blueprint.route(PROPOSALS)
@endpoint(roles=READERS, query=AwardPolicyProposalQuery, reply=PolicyProposalPage)
def list_award_policy_proposals(
    uow: UnitOfWork, *, book: str, state: ProposalState, limit: int, cursor: str | None
) -> object:
    """放宽把关规定的申请,最新在前 / proposals to hold fewer awards back, newest first."""
    return service.list_policy_proposals(uow, book=book, state=state, limit=limit, cursor=cursor)


@blueprint.route(f"{PROPOSALS}/<uuid:policy_proposal_id>/approve", methods=["POST"])
@endpoint(roles=TREASURER, reply=AwardPolicyProposalOut, idempotent=True)
def approve_award_policy(uow: UnitOfWork, *, book: str, policy_proposal_id: UUID) -> object:
    """批准他人的申请,立即生效 / put in force what another treasurer proposed."""
    return service.approve_policy(uow, book=book, proposal_id=policy_proposal_id)


@blueprint.route(f"{PROPOSALS}/<uuid:policy_proposal_id>/reject", methods=["POST"])
@endpoint(roles=TREASURER, body=AwardPolicyRejectIn, reply=AwardPolicyProposalOut, idempotent=True)
def reject_award_policy(uow: UnitOfWork, *, book: str, policy_proposal_id: UUID, reason: str) -> object:
    """拒绝他人的申请 / refuse what another treasurer proposed."""
    return service.reject_policy(uow, book=book, proposal_id=policy_proposal_id, reason=reason)


@blueprint.route(f"{PROPOSALS}/<uuid:policy_proposal_id>/withdraw", methods=["POST"])
@endpoint(roles=TREASURER, reply=AwardPolicyProposalOut, idempotent=True)
def withdraw_award_policy(uow: UnitOfWork, *, book: str, policy_proposal_id: UUID) -> object:
    """撤回自己的申请 / take one's own proposal back."""
    return service.withdraw_policy(uow, book=book, proposal_id=policy_proposal_id)
