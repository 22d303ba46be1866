"""The register of awards: a coordinator's own, an auditor's look from where points came to where they went, undoing."""

from datetime import date
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points.schemas.proposals import ProposalOut
from app.points.schemas.register import (
    AwardsQuery,
    OwnAwardsQuery,
    OwnTraceOut,
    RegisterPage,
    TraceOut,
    UndoIn,
)
from app.points.service import tracing, undoing
from app.points.service.tracing import AwardsOrigin
from app.web.endpoint import Blueprint, endpoint

RESIDENT = frozenset({Role.RESIDENT})
COORDINATOR = frozenset({Role.COORDINATOR})
UNDOERS = frozenset({Role.COORDINATOR, Role.TREASURER})
READERS = frozenset({Role.AUDITOR, Role.TREASURER})

blueprint = Blueprint("register", __name__, description="积分登记簿 / the register of awards")


@blueprint.route("/v1/books/<book>/awards/own")
@endpoint(roles=COORDINATOR, query=OwnAwardsQuery, reply=RegisterPage)
def list_own_rule_awards(
    uow: UnitOfWork,
    *,
    book: str,
    rule: str | None,
    performed_from: date | None,
    performed_to: date | None,
    limit: int,
    cursor: str | None,
) -> object:
    """我发过的,新的在前 / what I awarded, newest first."""
    return tracing.list_own_rule_awards(
        uow,
        book=book,
        rule=rule,
        performed_from=performed_from,
        performed_to=performed_to,
        limit=limit,
        cursor=cursor,
    )


@blueprint.route("/v1/books/<book>/awards")
@endpoint(roles=READERS, query=AwardsQuery, reply=RegisterPage)
def list_rule_awards(  # noqa: PLR0913 - one parameter for each field of the query
    uow: UnitOfWork,
    *,
    book: str,
    budget_id: UUID | None,
    sponsor_id: UUID | None,
    allotment_id: UUID | None,
    coordinator_id: UUID | None,
    rule: str | None,
    subject: str | None,
    evidence: str | None,
    limit: int,
    cursor: str | None,
) -> object:
    """由预算、资助方、额度、经办人、规则、事项或凭据查到每笔奖励 / from budget, rule, subject or proof to awards."""
    origin = AwardsOrigin(budget_id, sponsor_id, allotment_id, coordinator_id, rule, subject, evidence)
    return tracing.list_rule_awards(uow, book=book, origin=origin, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/awards/<uuid:award_id>/undo", methods=["POST"])
@endpoint(roles=UNDOERS, body=UndoIn, reply=ProposalOut, status=HTTPStatus.CREATED, idempotent=True)
def propose_undo(uow: UnitOfWork, *, book: str, award_id: UUID, reason: str) -> object:
    """申请撤销一笔奖励,须另一人批准 / ask for an award to be taken back; another person approves."""
    return undoing.propose_undo(uow, book=book, award_id=award_id, reason=reason)


@blueprint.route("/v1/books/<book>/transactions/<uuid:transaction_id>/trace")
@endpoint(roles=READERS, reply=TraceOut)
def trace_transaction(uow: UnitOfWork, *, book: str, transaction_id: UUID) -> object:
    """一笔交易的来历:规则、凭据、额度、预算、资助方 / from a transaction to rule, evidence, allotment, sponsor."""
    return tracing.trace_transaction(uow, book=book, transaction_id=transaction_id)


@blueprint.route("/v1/books/<book>/passbook/entries/<uuid:transaction_id>/trace")
@endpoint(roles=RESIDENT, reply=OwnTraceOut)
def trace_own_line(uow: UnitOfWork, *, book: str, transaction_id: UUID) -> object:
    """我的一笔明细的来历 / what a line of my passbook rests on."""
    return tracing.trace_own_line(uow, book=book, transaction_id=transaction_id)
