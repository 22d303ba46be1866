"""URLs of rules: written by one treasurer, tried in shadow and on the past, published by another."""

from datetime import date
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.risk import service
from app.risk.routes.desk import READERS, WORKERS
from app.risk.rules.definitions import RuleSetDefinition
from app.risk.schemas.rule_sets import (
    BacktestPage,
    RiskBacktestIn,
    RiskBacktestOut,
    RiskRuleSetIn,
    RiskRuleSetOut,
    RiskShadowIn,
    RiskShadowOut,
    RuleSetPage,
)
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

SETS = "/v1/books/<book>/risk/rule-sets"

blueprint = Blueprint("risk_rule_sets", __name__, description="风控规则 / anti-fraud rules")


@blueprint.route(SETS, methods=["POST"])
@endpoint(roles=WORKERS, body=RiskRuleSetIn, reply=RiskRuleSetOut, status=HTTPStatus.CREATED, idempotent=True)
def save_rule_set(uow: UnitOfWork, *, book: str, definition: RuleSetDefinition) -> object:
    """保存一版规则(草稿),须另一人发布 / save a version as a draft; another person publishes it."""
    return service.save_rule_set(uow, book=book, definition=definition)


@blueprint.route(SETS)
@endpoint(roles=READERS, query=PageQuery, reply=RuleSetPage)
def list_rule_sets(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """各版规则,新的在前 / versions, newest first."""
    return service.list_rule_sets(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route(f"{SETS}/<int:version>")
@endpoint(roles=READERS, reply=RiskRuleSetOut)
def show_rule_set(uow: UnitOfWork, *, book: str, version: int) -> object:
    """一版规则的全部内容 / one version with its rules."""
    return service.show_rule_set(uow, book=book, version=version)


@blueprint.route(f"{SETS}/<int:version>/publish", methods=["POST"])
@endpoint(roles=WORKERS, reply=RiskRuleSetOut, idempotent=True)
def publish_rule_set(uow: UnitOfWork, *, book: str, version: int) -> object:
    """发布他人保存的一版,立即生效 / let a version decide that somebody else saved."""
    return service.publish_rule_set(uow, book=book, version=version)


@blueprint.route(f"{SETS}/<int:version>/shadow", methods=["POST"])
@endpoint(roles=WORKERS, body=RiskShadowIn, reply=RiskRuleSetOut, idempotent=True)
def start_shadow(uow: UnitOfWork, *, book: str, version: int, days: int) -> object:
    """试运行:只记录不起作用 / run a version in shadow, without effect."""
    return service.start_shadow(uow, book=book, version=version, days=days)


@blueprint.route(f"{SETS}/<int:version>/shadow")
@endpoint(roles=READERS, reply=RiskShadowOut)
def sum_shadow(uow: UnitOfWork, *, book: str, version: int) -> object:
    """试运行结果:与实际判定对照 / what it would have decided, by what was decided."""
    return service.sum_shadow(uow, book=book, version=version)


@blueprint.route(f"{SETS}/<int:version>/retire", methods=["POST"])
@endpoint(roles=WORKERS, reply=RiskRuleSetOut, idempotent=True)
def retire_rule_set(uow: UnitOfWork, *, book: str, version: int) -> object:
    """收起草稿或试运行的一版 / put a draft or a shadow away."""
    return service.retire_rule_set(uow, book=book, version=version)


@blueprint.route(f"{SETS}/<int:version>/backtests", methods=["POST"])
@endpoint(roles=WORKERS, body=RiskBacktestIn, reply=RiskBacktestOut, status=HTTPStatus.CREATED, idempotent=True)
def start_backtest(uow: UnitOfWork, *, book: str, version: int, first: date, last: date) -> object:
    """回测:用过去的判定试一版规则 / try a version on the decisions of a period, in the background."""
    return service.start_backtest(uow, book=book, version=version, first=first, last=last)


@blueprint.route("/v1/books/<book>/risk/backtests")
@endpoint(roles=READERS, query=PageQuery, reply=BacktestPage)
def list_backtests(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """回测列表 / backtests, newest first."""
    return service.list_backtests(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/risk/backtests/<uuid:backtest_id>")
@endpoint(roles=READERS, reply=RiskBacktestOut)
def show_backtest(uow: UnitOfWork, *, book: str, backtest_id: UUID) -> object:
    """回测结果 / one backtest and what it found."""
    return service.show_backtest(uow, book=book, backtest_id=backtest_id)
