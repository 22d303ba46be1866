"""URLs of duty in a community's units."""

from datetime import date, datetime, time
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.places import service
from app.places.routes.desk import ADMIN, STAFF
from app.places.rules.duty import Weekly
from app.places.schemas.units import (
    LastDayIn,
    OnDutyQuery,
    PatternIn,
    PatternOut,
    PatternsOut,
    RosterQuery,
    ShiftIn,
    ShiftOut,
    ShiftsOut,
    SwapIn,
)
from app.web.endpoint import Blueprint, endpoint

blueprint = Blueprint("duty", __name__, description="值班 / duty in a community")


@blueprint.route("/v1/books/<book>/units/<uuid:unit_id>/patterns", methods=["POST"])
@endpoint(roles=ADMIN, body=PatternIn, reply=PatternOut, status=HTTPStatus.CREATED, idempotent=True)
def plan_pattern(uow: UnitOfWork, *, book: str, unit_id: UUID, weekly: Weekly) -> object:
    """排每周班次 / plan a shift of every week."""
    return service.plan_pattern(uow, book=book, unit_id=unit_id, weekly=weekly)


@blueprint.route("/v1/books/<book>/units/<uuid:unit_id>/patterns")
@endpoint(roles=STAFF, reply=PatternsOut)
def list_patterns(uow: UnitOfWork, *, book: str, unit_id: UUID) -> object:
    """每周班次 / the weekly shifts of a unit."""
    return {"items": service.list_patterns(uow, book=book, unit_id=unit_id)}


@blueprint.route("/v1/books/<book>/units/<uuid:unit_id>/patterns/<uuid:pattern_id>/end", methods=["POST"])
@endpoint(roles=ADMIN, body=LastDayIn, reply=PatternsOut, idempotent=True)
def end_pattern(uow: UnitOfWork, *, book: str, unit_id: UUID, pattern_id: UUID, last_day: date) -> object:
    """结束每周班次 / end a weekly shift."""
    return {"items": service.end_pattern(uow, book=book, unit_id=unit_id, pattern_id=pattern_id, last_day=last_day)}


@blueprint.route("/v1/books/<book>/units/<uuid:unit_id>/shifts", methods=["POST"])
@endpoint(roles=ADMIN, body=ShiftIn, reply=ShiftOut, status=HTTPStatus.CREATED, idempotent=True)
def add_shift(
    uow: UnitOfWork,
    *,
    book: str,
    unit_id: UUID,
    person_id: UUID,
    day: date,
    starts_at: time,
    ends_at: time,
    reason: str,
) -> object:
    """加一班(如节假日) / add a shift on one day."""
    return service.add_shift(
        uow,
        book=book,
        unit_id=unit_id,
        person_id=person_id,
        day=day,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
    )


@blueprint.route("/v1/books/<book>/units/<uuid:unit_id>/shifts/<uuid:shift_id>/cancel", methods=["POST"])
@endpoint(roles=ADMIN, reply=ShiftOut, idempotent=True)
def cancel_shift(uow: UnitOfWork, *, book: str, unit_id: UUID, shift_id: UUID) -> object:
    """取消加的一班 / cancel an extra shift."""
    return service.cancel_shift(uow, book=book, unit_id=unit_id, shift_id=shift_id)


@blueprint.route("/v1/books/<book>/units/<uuid:unit_id>/shifts/<uuid:shift_id>/swap", methods=["POST"])
@endpoint(roles=ADMIN, body=SwapIn, reply=ShiftOut, status=HTTPStatus.CREATED, idempotent=True)
def swap_shift(
    uow: UnitOfWork, *, book: str, unit_id: UUID, shift_id: UUID, day: date, person_id: UUID, reason: str
) -> object:
    """换班:某天由别人值 / let another person take over a shift of a day."""
    return service.swap_shift(
        uow, book=book, unit_id=unit_id, shift_id=shift_id, day=day, person_id=person_id, reason=reason
    )


@blueprint.route("/v1/books/<book>/units/<uuid:unit_id>/roster")
@endpoint(roles=STAFF, query=RosterQuery, reply=ShiftsOut)
def list_roster(uow: UnitOfWork, *, book: str, unit_id: UUID, first: date | None, last: date | None) -> object:
    """值班表 / who has which shift from one day to another."""
    return {"items": service.list_roster(uow, book=book, unit_id=unit_id, first=first, last=last)}


@blueprint.route("/v1/books/<book>/units/<uuid:unit_id>/on-duty")
@endpoint(roles=STAFF, query=OnDutyQuery, reply=ShiftsOut)
def list_on_duty(uow: UnitOfWork, *, book: str, unit_id: UUID, at: datetime | None) -> object:
    """现在谁值班 / who is on duty now, or at an instant."""
    return {"items": service.list_on_duty(uow, book=book, unit_id=unit_id, at=at)}
