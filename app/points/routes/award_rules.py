"""Award rules: written by one treasurer, published by another, tried on the past."""

from collections.abc import Sequence
from http import HTTPStatus

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points.rules.definitions import RuleDefinition
from app.points.rules.dry_runs import Period
from app.points.schemas.award_rules import (
    DryRunIn,
    DryRunOut,
    RuleIn,
    RuleOut,
    RulePage,
    RuleProposalIn,
    RuleVersionPage,
)
from app.points.schemas.proposals import ProposalOut
from app.points.service import dry_runs, rulebook
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

TREASURER = frozenset({Role.TREASURER})
READERS = frozenset({Role.TREASURER, Role.AUDITOR, Role.COORDINATOR, Role.CLERK})

blueprint = Blueprint("award_rules", __name__, description="积分规则 / award rules")


@blueprint.route("/v1/books/<book>/award-rules", methods=["POST"])
@endpoint(roles=TREASURER, body=RuleIn, reply=RuleOut, status=HTTPStatus.CREATED, idempotent=True)
def create_rule(uow: UnitOfWork, *, book: str, code: str, title: str) -> object:
    """新建规则,发布版本后才发分 / begin a rule; it pays once a version is published."""
    return rulebook.create_rule(uow, book=book, code=code, title=title)


@blueprint.route("/v1/books/<book>/award-rules")
@endpoint(roles=READERS, query=PageQuery, reply=RulePage)
def list_rules(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """规则及现行版本 / rules, each with the version that pays."""
    return rulebook.list_rules(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/award-rules/<code>")
@endpoint(roles=READERS, reply=RuleOut)
def show_rule(uow: UnitOfWork, *, book: str, code: str) -> object:
    """一条规则 / one rule."""
    return rulebook.show_rule(uow, book=book, code=code)


@blueprint.route("/v1/books/<book>/award-rules/<code>/versions", methods=["POST"])
@endpoint(roles=TREASURER, body=RuleProposalIn, reply=ProposalOut, status=HTTPStatus.CREATED, idempotent=True)
def propose_rule_version(
    uow: UnitOfWork, *, book: str, code: str, definition: RuleDefinition, reason: str | None
) -> object:
    """提出新版本,须另一人批准后生效 / propose a version; another person publishes it by approving."""
    return rulebook.propose_rule_version(uow, book=book, code=code, definition=definition, reason=reason)


@blueprint.route("/v1/books/<book>/award-rules/<code>/versions")
@endpoint(roles=READERS, query=PageQuery, reply=RuleVersionPage)
def list_rule_versions(uow: UnitOfWork, *, book: str, code: str, limit: int, cursor: str | None) -> object:
    """规则的各版本,新的在前 / the versions of a rule, newest first."""
    return rulebook.list_rule_versions(uow, book=book, code=code, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/award-rules/<code>/withdraw", methods=["POST"])
@endpoint(roles=TREASURER, reply=RuleOut, idempotent=True)
def withdraw_rule(uow: UnitOfWork, *, book: str, code: str) -> object:
    """立即停用规则,已发的不变 / stop a rule at once; what it paid stays."""
    return rulebook.withdraw_rule(uow, book=book, code=code)


@blueprint.route("/v1/books/<book>/award-rules/dry-runs", methods=["POST"])
@endpoint(roles=TREASURER, body=DryRunIn, query=PageQuery, reply=DryRunOut, idempotent=True)
def dry_run_rule(
    uow: UnitOfWork,
    *,
    book: str,
    rule: str,
    version: int | None,
    definition: RuleDefinition | None,
    facts_of: Sequence[str],
    period: Period,
    limit: int,
    cursor: str | None,
) -> object:
    """试算:规则在过去一段时间会发多少 / what a rule would have paid over a past period, by person and in all."""
    return dry_runs.dry_run_rule(
        uow,
        book=book,
        rule=rule,
        version=version,
        definition=definition,
        facts_of=facts_of,
        period=period,
        limit=limit,
        cursor=cursor,
    )
