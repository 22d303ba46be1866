"""URLs of the district office: lists and snoozes of signing in, which belongs to no book."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.risk import service
from app.risk.routes.desk import DISTRICT
from app.risk.schemas.lists import (
    RiskItemIn,
    RiskItemOut,
    RiskItemPage,
    RiskListIn,
    RiskListOut,
    RiskListPage,
    RiskRemovalIn,
    RiskSnoozeIn,
    RiskSnoozeOut,
    SnoozePage,
)
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

RISK = "/v1/sign-in-risk"
LISTS = f"{RISK}/lists"

blueprint = Blueprint("sign_in_lists", __name__, description="登录名单与暂停(区级) / lists and snoozes of signing in")


@blueprint.route(LISTS, methods=["POST"])
@endpoint(roles=DISTRICT, body=RiskListIn, reply=RiskListOut, status=HTTPStatus.CREATED, idempotent=True)
def create_sign_in_list(uow: UnitOfWork, *, list_code: str, title: str) -> object:
    """新建名单 / begin a list."""
    return service.create_list(uow, book=None, code=list_code, title=title)


@blueprint.route(LISTS)
@endpoint(roles=DISTRICT, query=PageQuery, reply=RiskListPage)
def list_sign_in_lists(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """名单 / lists by their code."""
    return service.list_lists(uow, book=None, limit=limit, cursor=cursor)


@blueprint.route(f"{LISTS}/<list_code>/items", methods=["POST"])
@endpoint(roles=DISTRICT, body=RiskItemIn, reply=RiskItemOut, status=HTTPStatus.CREATED, idempotent=True)
def add_sign_in_item(
    uow: UnitOfWork, *, list_code: str, value: UUID, reason: str, expires_at: datetime | None
) -> object:
    """加入名单 / put somebody or something on a list."""
    return service.add_item(uow, book=None, code=list_code, value=value, reason=reason, expires_at=expires_at)


@blueprint.route(f"{LISTS}/<list_code>/items")
@endpoint(roles=DISTRICT, query=PageQuery, reply=RiskItemPage)
def list_sign_in_items(uow: UnitOfWork, *, list_code: str, limit: int, cursor: str | None) -> object:
    """名单内容,新的在前 / items of a list, newest first."""
    return service.list_items(uow, book=None, code=list_code, limit=limit, cursor=cursor)


@blueprint.route(f"{LISTS}/<list_code>/items/<uuid:item_id>/remove", methods=["POST"])
@endpoint(roles=DISTRICT, body=RiskRemovalIn, reply=RiskItemOut, idempotent=True)
def remove_sign_in_item(uow: UnitOfWork, *, list_code: str, item_id: UUID, reason: str) -> object:
    """移出名单,写明理由 / take an item off a list, saying why."""
    return service.remove_item(uow, book=None, code=list_code, item_id=item_id, reason=reason)


@blueprint.route(f"{RISK}/decisions/<uuid:decision_id>/snooze", methods=["POST"])
@endpoint(roles=DISTRICT, body=RiskSnoozeIn, reply=RiskSnoozeOut, status=HTTPStatus.CREATED, idempotent=True)
def snooze_sign_in_rule(uow: UnitOfWork, *, decision_id: UUID, rule_id: str, days: int, reason: str) -> object:
    """让一条规则对某账号或设备暂停若干天 / let a rule be silent about an account or device for some days."""
    return service.snooze_rule(uow, book=None, decision_id=decision_id, rule=rule_id, days=days, reason=reason)


@blueprint.route(f"{RISK}/snoozes")
@endpoint(roles=DISTRICT, query=PageQuery, reply=SnoozePage)
def list_sign_in_snoozes(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """生效中的暂停 / snoozes in force."""
    return service.list_snoozes(uow, book=None, limit=limit, cursor=cursor)


@blueprint.route(f"{RISK}/snoozes/<uuid:snooze_id>/end", methods=["POST"])
@endpoint(roles=DISTRICT, reply=RiskSnoozeOut, idempotent=True)
def end_sign_in_snooze(uow: UnitOfWork, *, snooze_id: UUID) -> object:
    """提前结束暂停 / let the rule speak again."""
    return service.end_snooze(uow, book=None, snooze_id=snooze_id)
