"""Awards by rule: the coordinators' desk, and what auditors read of it."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points.schemas.proposals import ProposalOut
from app.points.schemas.rule_awards import (
    AwardsQuery,
    OwnAwardsQuery,
    OwnTraceOut,
    RegisterPage,
    RuleAwardsIn,
    RuleAwardsOut,
    TraceOut,
    UndoIn,
)
from app.points.service import batches, tracing, undoing
from app.points.service.batches import BatchRow
from app.points.service.tracing import AwardsOrigin
from app.web.endpoint import Blueprint, endpoint

RESIDENT = frozenset({Role.RESIDENT})
COORDINATOR = frozenset({Role.COORDINATOR})
UNDOERS = frozenset({Role.COORDINATOR, Role.TREASURER})
READERS = frozenset({Role.AUDITOR, Role.TREASURER})

blueprint = Blueprint("rule_awards", __name__, description="按规则发分 / awards by rule")


@blueprint.route("/v1/books/<book>/rule-awards", methods=["POST"])
@endpoint(roles=COORDINATOR, body=RuleAwardsIn, reply=RuleAwardsOut, idempotent=True)
def award_by_rule(
    uow: UnitOfWork,
    *,
    book: str,
    rule: str,
    subject: str,
    title: str,
    performed_on: date | None,
    allotment_id: UUID | None,
    evidence: str | None,
    rows: Sequence[BatchRow],
) -> object:
    """按规则给一人或多人发分,逐行给出结果,一件事只计一次 / award one or many by a rule, each fact once."""
    return batches.award_batch(
        uow,
        book=book,
        rule=rule,
        subject=subject,
        title=title,
        performed_on=performed_on,
        allotment_id=allotment_id,
        evidence=evidence,
        rows=rows,
    )


@blueprint.route("/v1/books/<book>/rule-awards/preview", methods=["POST"])
@endpoint(roles=COORDINATOR, body=RuleAwardsIn, reply=RuleAwardsOut, idempotent=True)
def preview_by_rule(
    uow: UnitOfWork,
    *,
    book: str,
    rule: str,
    subject: str,
    title: str,
    performed_on: date | None,
    allotment_id: UUID | None,
    evidence: str | None,
    rows: Sequence[BatchRow],
) -> object:
    """预览:会发多少、哪些不行,什么都不写 / what would be awarded; nothing is written."""
    return batches.preview_batch(
        uow,
        book=book,
        rule=rule,
        subject=subject,
        title=title,
        performed_on=performed_on,
        allotment_id=allotment_id,
        evidence=evidence,
        rows=rows,
    )


@blueprint.route("/v1/books/<book>/rule-awards/own")
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


@blueprint.route("/v1/books/<book>/rule-awards")
@endpoint(roles=READERS, query=AwardsQuery, reply=RegisterPage)
def list_rule_awards(
    uow: UnitOfWork,
    *,
    book: str,
    budget_id: UUID | None,
    sponsor_id: UUID | None,
    allotment_id: UUID | None,
    coordinator_id: UUID | None,
    rule: str | None,
    limit: int,
    cursor: str | None,
) -> object:
    """由预算、资助方、额度、经办人或规则查到每笔奖励 / from a budget, sponsor, allotment or rule to its awards."""
    origin = AwardsOrigin(budget_id, sponsor_id, allotment_id, coordinator_id, rule)
    return tracing.list_rule_awards(uow, book=book, origin=origin, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/rule-awards/<uuid:award_id>/undo", methods=["POST"])
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
