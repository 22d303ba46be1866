"""Allotments: the treasurer hands parts of budgets on, coordinators see theirs; and the alerts of both."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points.schemas.allotments import (
    AlertPage,
    AllotmentDetailOut,
    AllotmentIn,
    AllotmentPage,
    AllotmentPointsIn,
    AllotmentsQuery,
    SpendersIn,
)
from app.points.service import alerts, allotments, returns
from app.points.terms import AllotmentState, HolderKind
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

TREASURER = frozenset({Role.TREASURER})
COORDINATOR = frozenset({Role.COORDINATOR})
OVERSEERS = frozenset({Role.TREASURER, Role.AUDITOR})
READERS = OVERSEERS | COORDINATOR

blueprint = Blueprint("allotments", __name__, description="划拨额度与提醒 / allotments and alerts")


@blueprint.route("/v1/books/<book>/allotments", methods=["POST"])
@endpoint(roles=TREASURER, body=AllotmentIn, reply=AllotmentDetailOut, status=HTTPStatus.CREATED, idempotent=True)
def allot(
    uow: UnitOfWork,
    *,
    book: str,
    budget_id: UUID,
    holder_kind: HolderKind,
    holder_id: UUID,
    period_from: date,
    period_to: date,
    points: int,
    spender_ids: Sequence[UUID],
) -> object:
    """把部分预算划拨给站点、团队或协调员 / hand part of a budget to a station, a team or a coordinator."""
    return allotments.allot(
        uow,
        book=book,
        budget_id=budget_id,
        holder_kind=holder_kind,
        holder_id=holder_id,
        period_from=period_from,
        period_to=period_to,
        points=points,
        spender_ids=spender_ids,
    )


@blueprint.route("/v1/books/<book>/allotments")
@endpoint(roles=OVERSEERS, query=AllotmentsQuery, reply=AllotmentPage)
def list_allotments(
    uow: UnitOfWork,
    *,
    book: str,
    holder_id: UUID | None,
    state: AllotmentState | None,
    limit: int,
    cursor: str | None,
) -> object:
    """全部划拨额度及余额 / all allotments with what is left, newest first."""
    return allotments.list_allotments(uow, book=book, holder_id=holder_id, state=state, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/my-allotments")
@endpoint(roles=COORDINATOR, query=PageQuery, reply=AllotmentPage)
def list_own_allotments(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """本人可用的划拨额度、余额与期限 / what the caller may award from, with what is left and until when."""
    return allotments.list_own_allotments(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/allotments/<uuid:allotment_id>")
@endpoint(roles=READERS, reply=AllotmentDetailOut)
def show_allotment(uow: UnitOfWork, *, book: str, allotment_id: UUID) -> object:
    """一笔划拨额度 / one allotment; a coordinator sees those to award from."""
    return allotments.show_allotment(uow, book=book, allotment_id=allotment_id)


@blueprint.route("/v1/books/<book>/allotments/<uuid:allotment_id>/points", methods=["POST"])
@endpoint(roles=TREASURER, body=AllotmentPointsIn, reply=AllotmentDetailOut, idempotent=True)
def add_allotment_points(uow: UnitOfWork, *, book: str, allotment_id: UUID, points: int) -> object:
    """追加积分 / hand more points over."""
    return allotments.add_allotment_points(uow, book=book, allotment_id=allotment_id, points=points)


@blueprint.route("/v1/books/<book>/allotments/<uuid:allotment_id>/spenders", methods=["POST"])
@endpoint(roles=TREASURER, body=SpendersIn, reply=AllotmentDetailOut, idempotent=True)
def add_spenders(uow: UnitOfWork, *, book: str, allotment_id: UUID, person_ids: Sequence[UUID]) -> object:
    """增加可发放人 / let more people award from it."""
    return allotments.add_spenders(uow, book=book, allotment_id=allotment_id, person_ids=person_ids)


@blueprint.route("/v1/books/<book>/allotments/<uuid:allotment_id>/spenders/remove", methods=["POST"])
@endpoint(roles=TREASURER, body=SpendersIn, reply=AllotmentDetailOut, idempotent=True)
def remove_spenders(uow: UnitOfWork, *, book: str, allotment_id: UUID, person_ids: Sequence[UUID]) -> object:
    """取消可发放人 / let these people award from it no more."""
    return allotments.remove_spenders(uow, book=book, allotment_id=allotment_id, person_ids=person_ids)


@blueprint.route("/v1/books/<book>/allotments/<uuid:allotment_id>/close", methods=["POST"])
@endpoint(roles=TREASURER, reply=AllotmentDetailOut, idempotent=True)
def close_allotment(uow: UnitOfWork, *, book: str, allotment_id: UUID) -> object:
    """提前收回,余额退回预算 / close it early; what is left flows back to the budget."""
    return returns.close_allotment(uow, book=book, allotment_id=allotment_id)


@blueprint.route("/v1/books/<book>/alerts")
@endpoint(roles=READERS, query=PageQuery, reply=AlertPage)
def list_alerts(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """额度提醒:已发出 70%、90%、100% / 70, 90 or 100 % of a budget or an allotment were given out."""
    return alerts.list_alerts(uow, book=book, limit=limit, cursor=cursor)
