"""URLs of volunteers' awards."""

from datetime import date
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.volunteers.schemas.awards import AwardBatchIn, AwardBatchOut, AwardIn, AwardOut
from app.volunteers.service import awards as service
from app.volunteers.service.facts import Activity, Service
from app.web.endpoint import Blueprint, endpoint

blueprint = Blueprint("volunteers", __name__, description="志愿服务 / volunteering")


@blueprint.route("/v1/books/<book>/awards", methods=["POST"])
@endpoint(roles={Role.COORDINATOR}, body=AwardIn, reply=AwardOut, status=HTTPStatus.CREATED, idempotent=True)
def award_volunteer(  # noqa: PLR0913 - one parameter for each field of the request
    uow: UnitOfWork,
    *,
    book: str,
    rule: str,
    resident_id: UUID,
    activity: str,
    activity_id: UUID | None,
    performed_on: date,
    minutes: int | None,
    events: int | None,
    grade: str | None,
    chosen_points: int | None,
    allotment_id: UUID | None,
    evidence: str | None,
) -> object:
    """按规则给一位志愿者发积分,同一服务只发一次;可能待他人确认 / award one volunteer; it may wait for somebody else."""
    return service.award_volunteer(
        uow,
        book=book,
        service=Service(resident_id, minutes, events, grade, chosen_points),
        activity=Activity(rule, activity, performed_on, activity_id, allotment_id, evidence),
    )


@blueprint.route("/v1/books/<book>/awards/batch", methods=["POST"])
@endpoint(roles={Role.COORDINATOR}, body=AwardBatchIn, reply=AwardBatchOut, status=HTTPStatus.CREATED, idempotent=True)
def award_volunteers(
    uow: UnitOfWork,
    *,
    book: str,
    rule: str,
    activity: str,
    activity_id: UUID | None,
    performed_on: date,
    allotment_id: UUID | None,
    evidence: str | None,
    awards: list[Service],
) -> object:
    """一次活动全体发积分,逐行给出结果 / award everybody of an activity, row by row."""
    done = Activity(rule, activity, performed_on, activity_id, allotment_id, evidence)
    return service.award_volunteers(uow, book=book, activity=done, awards=awards)


@blueprint.route("/v1/books/<book>/awards/preview", methods=["POST"])
@endpoint(roles={Role.COORDINATOR}, body=AwardBatchIn, reply=AwardBatchOut, idempotent=True)
def preview_awards(
    uow: UnitOfWork,
    *,
    book: str,
    rule: str,
    activity: str,
    activity_id: UUID | None,
    performed_on: date,
    allotment_id: UUID | None,
    evidence: str | None,
    awards: list[Service],
) -> object:
    """预览这批积分会怎么发,不入账 / what a roster would pay now; nothing is posted."""
    done = Activity(rule, activity, performed_on, activity_id, allotment_id, evidence)
    return service.preview_awards(uow, book=book, activity=done, awards=awards)
