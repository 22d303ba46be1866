"""URLs of volunteers' awards."""

from datetime import date
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page
from app.volunteers import service
from app.volunteers.models import Award
from app.volunteers.rules import Service
from app.volunteers.schemas import AwardBatchIn, AwardBatchOut, AwardIn, AwardOut, AwardPage
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

blueprint = Blueprint("volunteers", __name__, description="志愿服务 / volunteering")


@blueprint.route("/v1/books/<book>/awards", methods=["POST"])
@endpoint(roles={Role.COORDINATOR}, body=AwardIn, reply=AwardOut, status=HTTPStatus.CREATED, idempotent=True)
def award_volunteer(
    uow: UnitOfWork,
    *,
    book: str,
    resident_id: UUID,
    budget_id: UUID,
    points: int,
    activity: str,
    minutes: int | None,
    performed_on: date | None,
) -> Award:
    """给一位志愿者发积分 / award one volunteer."""
    return service.award_volunteer(
        uow,
        book=book,
        resident_id=resident_id,
        budget_id=budget_id,
        points=points,
        activity=activity,
        minutes=minutes,
        performed_on=performed_on,
    )


@blueprint.route("/v1/books/<book>/awards/batch", methods=["POST"])
@endpoint(roles={Role.COORDINATOR}, body=AwardBatchIn, reply=AwardBatchOut, status=HTTPStatus.CREATED, idempotent=True)
def award_volunteers(
    uow: UnitOfWork, *, book: str, budget_id: UUID, activity: str, performed_on: date | None, awards: list[Service]
) -> service.BatchOutcome:
    """一次活动全体发积分,逐行给出结果 / award everybody of an activity, row by row."""
    return service.award_volunteers(
        uow, book=book, budget_id=budget_id, activity=activity, performed_on=performed_on, awards=awards
    )


@blueprint.route("/v1/books/<book>/awards")
@endpoint(roles={Role.COORDINATOR}, query=PageQuery, reply=AwardPage)
def list_awards(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Award]:
    """已发积分,最新在前 / awards, newest first."""
    return service.list_awards(uow, book=book, limit=limit, cursor=cursor)
