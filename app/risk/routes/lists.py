"""URLs of lists and snoozes."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.risk import service
from app.risk.routes.desk import READERS, WORKERS, house_shops
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

LISTS = "/v1/books/<book>/risk/lists"

blueprint = Blueprint("risk_lists", __name__, description="风控名单与暂停 / lists and snoozes of anti-fraud")


@blueprint.route(LISTS, methods=["POST"])
@endpoint(roles=WORKERS, body=RiskListIn, reply=RiskListOut, status=HTTPStatus.CREATED, idempotent=True)
def create_risk_list(uow: UnitOfWork, *, book: str, list_code: str, title: str) -> object:
    """新建名单 / begin a list."""
    return service.create_list(uow, book=book, code=list_code, title=title)


@blueprint.route(LISTS)
@endpoint(roles=READERS, query=PageQuery, reply=RiskListPage)
def list_risk_lists(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """名单 / lists by their code."""
    return service.list_lists(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route(f"{LISTS}/<list_code>/items", methods=["POST"])
@endpoint(roles=WORKERS, body=RiskItemIn, reply=RiskItemOut, status=HTTPStatus.CREATED, idempotent=True)
def add_risk_item(
    uow: UnitOfWork, *, book: str, list_code: str, value: UUID, reason: str, expires_at: datetime | None
) -> object:
    """加入名单 / put somebody or something on a list."""
    return service.add_item(
        uow,
        book=book,
        code=list_code,
        value=value,
        reason=reason,
        expires_at=expires_at,
        house_shops=house_shops(),
    )


@blueprint.route(f"{LISTS}/<list_code>/items")
@endpoint(roles=READERS, query=PageQuery, reply=RiskItemPage)
def list_risk_items(uow: UnitOfWork, *, book: str, list_code: str, limit: int, cursor: str | None) -> object:
    """名单内容,新的在前 / items of a list, newest first."""
    return service.list_items(uow, book=book, code=list_code, limit=limit, cursor=cursor)


@blueprint.route(f"{LISTS}/<list_code>/items/<uuid:item_id>/remove", methods=["POST"])
@endpoint(roles=WORKERS, body=RiskRemovalIn, reply=RiskItemOut, idempotent=True)
def remove_risk_item(uow: UnitOfWork, *, book: str, list_code: str, item_id: UUID, reason: str) -> object:
    """移出名单,写明理由 / take an item off a list, saying why."""
    return service.remove_item(
        uow, book=book, code=list_code, item_id=item_id, reason=reason, house_shops=house_shops()
    )


@blueprint.route("/v1/books/<book>/risk/decisions/<uuid:decision_id>/snooze", methods=["POST"])
@endpoint(roles=WORKERS, body=RiskSnoozeIn, reply=RiskSnoozeOut, status=HTTPStatus.CREATED, idempotent=True)
def snooze_rule(uow: UnitOfWork, *, book: str, decision_id: UUID, rule_id: str, days: int, reason: str) -> object:
    """让一条规则对某人暂停若干天 / let a rule be silent about somebody for some days."""
    return service.snooze_rule(
        uow,
        book=book,
        decision_id=decision_id,
        rule=rule_id,
        days=days,
        reason=reason,
        house_shops=house_shops(),
    )


@blueprint.route("/v1/books/<book>/risk/snoozes")
@endpoint(roles=READERS, query=PageQuery, reply=SnoozePage)
def list_snoozes(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """生效中的暂停 / snoozes in force."""
    return service.list_snoozes(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/risk/snoozes/<uuid:snooze_id>/end", methods=["POST"])
@endpoint(roles=WORKERS, reply=RiskSnoozeOut, idempotent=True)
def end_snooze(uow: UnitOfWork, *, book: str, snooze_id: UUID) -> object:
    """提前结束暂停 / let the rule speak again."""
    return service.end_snooze(uow, book=book, snooze_id=snooze_id)
