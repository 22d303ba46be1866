"""URLs of the district office: rules of signing in, which belongs to no book. Written by one, published by another."""

from datetime import date
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.risk import service
from app.risk.routes.desk import DISTRICT
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

SETS = "/v1/sign-in-risk/rule-sets"

blueprint = Blueprint("sign_in_rules", __name__, description="登录风控规则(区级) / anti-fraud rules of signing in")


@blueprint.route(SETS, methods=["POST"])
@endpoint(roles=DISTRICT, body=RiskRuleSetIn, reply=RiskRuleSetOut, status=HTTPStatus.CREATED, idempotent=True)
def save_sign_in_rules(uow: UnitOfWork, *, definition: RuleSetDefinition) -> object:
    """保存一版登录规则(草稿),须另一人发布 / save a version as a draft; another person publishes it."""
    return service.save_rule_set(uow, book=None, definition=definition)


@blueprint.route(SETS)
@endpoint(roles=DISTRICT, query=PageQuery, reply=RuleSetPage)
def list_sign_in_rules(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """各版登录规则,新的在前 / versions, newest first."""
    return service.list_rule_sets(uow, book=None, limit=limit, cursor=cursor)


@blueprint.route(f"{SETS}/<int:version>")
@endpoint(roles=DISTRICT, reply=RiskRuleSetOut)
def show_sign_in_rules(uow: UnitOfWork, *, version: int) -> object:
    """一版登录规则的全部内容 / one version with its rules."""
    return service.show_rule_set(uow, book=None, version=version)


@blueprint.route(f"{SETS}/<int:version>/publish", methods=["POST"])
@endpoint(roles=DISTRICT, reply=RiskRuleSetOut, idempotent=True)
def publish_sign_in_rules(uow: UnitOfWork, *, version: int) -> object:
    """发布他人保存的一版,立即生效 / let a version decide that somebody else saved."""
    return service.publish_rule_set(uow, book=None, version=version)


@blueprint.route(f"{SETS}/<int:version>/shadow", methods=["POST"])
@endpoint(roles=DISTRICT, body=RiskShadowIn, reply=RiskRuleSetOut, idempotent=True)
def shadow_sign_in_rules(uow: UnitOfWork, *, version: int, days: int) -> object:
    """试运行:只记录不起作用 / run a version in shadow, without effect."""
    return service.start_shadow(uow, book=None, version=version, days=days)


@blueprint.route(f"{SETS}/<int:version>/shadow")
@endpoint(roles=DISTRICT, reply=RiskShadowOut)
def sum_sign_in_shadow(uow: UnitOfWork, *, version: int) -> object:
    """试运行结果:与实际判定对照 / what it would have decided, by what was decided."""
    return service.sum_shadow(uow, book=None, version=version)


@blueprint.route(f"{SETS}/<int:version>/retire", methods=["POST"])
@endpoint(roles=DISTRICT, reply=RiskRuleSetOut, idempotent=True)
def retire_sign_in_rules(uow: UnitOfWork, *, version: int) -> object:
    """收起草稿或试运行的一版 / put a draft or a shadow away."""
    return service.retire_rule_set(uow, book=None, version=version)


@blueprint.route(f"{SETS}/<int:version>/backtests", methods=["POST"])
@endpoint(roles=DISTRICT, body=RiskBacktestIn, reply=RiskBacktestOut, status=HTTPStatus.CREATED, idempotent=True)
def start_sign_in_backtest(uow: UnitOfWork, *, version: int, first: date, last: date) -> object:
    """回测:用过去的登录试一版规则 / try a version on the sign-ins of a period, in the background."""
    return service.start_backtest(uow, book=None, version=version, first=first, last=last)


@blueprint.route("/v1/sign-in-risk/backtests")
@endpoint(roles=DISTRICT, query=PageQuery, reply=BacktestPage)
def list_sign_in_backtests(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """回测列表 / backtests, newest first."""
    return service.list_backtests(uow, book=None, limit=limit, cursor=cursor)


@blueprint.route("/v1/sign-in-risk/backtests/<uuid:backtest_id>")
@endpoint(roles=DISTRICT, reply=RiskBacktestOut)
def show_sign_in_backtest(uow: UnitOfWork, *, backtest_id: UUID) -> object:
    """回测结果 / one backtest and what it found."""
    return service.show_backtest(uow, book=None, backtest_id=backtest_id)
