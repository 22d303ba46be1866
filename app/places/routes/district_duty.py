"""URLs of duty in all units, for the district office."""

from datetime import date, datetime, time
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.places import service
from app.places.routes.desk import DISTRICT
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

blueprint = Blueprint("district_duty", __name__, description="区级值班 / duty in the district")


@blueprint.route("/v1/units/<uuid:unit_id>/patterns", methods=["POST"])
@endpoint(roles=DISTRICT, body=PatternIn, reply=PatternOut, status=HTTPStatus.CREATED, idempotent=True)
def plan_district_pattern(uow: UnitOfWork, *, unit_id: UUID, weekly: Weekly) -> object:
    """排每周班次 / plan a shift of every week."""
    return service.plan_pattern(uow, book=None, unit_id=unit_id, weekly=weekly)


@blueprint.route("/v1/units/<uuid:unit_id>/patterns")
@endpoint(roles=DISTRICT, reply=PatternsOut)
def list_district_patterns(uow: UnitOfWork, *, unit_id: UUID) -> object:
    """每周班次 / the weekly shifts of a unit."""
    return {"items": service.list_patterns(uow, book=None, unit_id=unit_id)}


@blueprint.route("/v1/units/<uuid:unit_id>/patterns/<uuid:pattern_id>/end", methods=["POST"])
@endpoint(roles=DISTRICT, body=LastDayIn, reply=PatternsOut, idempotent=True)
def end_district_pattern(uow: UnitOfWork, *, unit_id: UUID, pattern_id: UUID, last_day: date) -> object:
    """结束每周班次 / end a weekly shift."""
    return {"items": service.end_pattern(uow, book=None, unit_id=unit_id, pattern_id=pattern_id, last_day=last_day)}


@blueprint.route("/v1/units/<uuid:unit_id>/shifts", methods=["POST"])
@endpoint(roles=DISTRICT, body=ShiftIn, reply=ShiftOut, status=HTTPStatus.CREATED, idempotent=True)
def add_district_shift(
    uow: UnitOfWork, *, unit_id: UUID, person_id: UUID, day: date, starts_at: time, ends_at: time, reason: str
) -> object:
    """加一班(如节假日) / add a shift on one day."""
    return service.add_shift(
        uow,
        book=None,
        unit_id=unit_id,
        person_id=person_id,
        day=day,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
    )


@blueprint.route("/v1/units/<uuid:unit_id>/shifts/<uuid:shift_id>/cancel", methods=["POST"])
@endpoint(roles=DISTRICT, reply=ShiftOut, idempotent=True)
def cancel_district_shift(uow: UnitOfWork, *, unit_id: UUID, shift_id: UUID) -> object:
    """取消加的一班 / cancel an extra shift."""
    return service.cancel_shift(uow, book=None, unit_id=unit_id, shift_id=shift_id)


@blueprint.route("/v1/units/<uuid:unit_id>/shifts/<uuid:shift_id>/swap", methods=["POST"])
@endpoint(roles=DISTRICT, body=SwapIn, reply=ShiftOut, status=HTTPStatus.CREATED, idempotent=True)
def swap_district_shift(
    uow: UnitOfWork, *, unit_id: UUID, shift_id: UUID, day: date, person_id: UUID, reason: str
) -> object:
    """换班:某天由别人值 / let another person take over a shift of a day."""
    return service.swap_shift(
        uow, book=None, unit_id=unit_id, shift_id=shift_id, day=day, person_id=person_id, reason=reason
    )


@blueprint.route("/v1/units/<uuid:unit_id>/roster")
@endpoint(roles=DISTRICT, query=RosterQuery, reply=ShiftsOut)
def list_district_roster(uow: UnitOfWork, *, unit_id: UUID, first: date | None, last: date | None) -> object:
    """值班表 / who has which shift from one day to another."""
    return {"items": service.list_roster(uow, book=None, unit_id=unit_id, first=first, last=last)}


@blueprint.route("/v1/units/<uuid:unit_id>/on-duty")
@endpoint(roles=DISTRICT, query=OnDutyQuery, reply=ShiftsOut)
def list_district_on_duty(uow: UnitOfWork, *, unit_id: UUID, at: datetime | None) -> object:
    """现在谁值班 / who is on duty now, or at an instant."""
    return {"items": service.list_on_duty(uow, book=None, unit_id=unit_id, at=at)}
