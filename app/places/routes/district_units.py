"""URLs of all units, for the district office."""

from datetime import date
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.places import service
from app.places.routes.desk import DISTRICT
from app.places.schemas.units import (
    LastDayIn,
    ServiceIn,
    ServiceOut,
    ServicePage,
    ServicesOut,
    ServingQuery,
    UnitIn,
    UnitOut,
    UnitPage,
    UnitsOut,
    UnitsQuery,
)
from app.places.terms import UnitKind
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

blueprint = Blueprint("district_units", __name__, description="区级单位 / units of the district")


@blueprint.route("/v1/units", methods=["POST"])
@endpoint(roles=DISTRICT, body=UnitIn, reply=UnitOut, status=HTTPStatus.CREATED, idempotent=True)
def open_district_unit(uow: UnitOfWork, *, kind: UnitKind, name: str, area_id: UUID | None) -> object:
    """新建单位 / open a unit."""
    return service.open_unit(uow, book=None, kind=kind, name=name, area_id=area_id)


@blueprint.route("/v1/units")
@endpoint(roles=DISTRICT, query=UnitsQuery, reply=UnitPage)
def list_district_units(uow: UnitOfWork, *, kind: UnitKind | None, limit: int, cursor: str | None) -> object:
    """单位 / units."""
    return service.list_units(uow, book=None, kind=kind, limit=limit, cursor=cursor)


@blueprint.route("/v1/units/<uuid:unit_id>")
@endpoint(roles=DISTRICT, reply=UnitOut)
def show_district_unit(uow: UnitOfWork, *, unit_id: UUID) -> object:
    """一个单位 / one unit."""
    return service.show_unit(uow, book=None, unit_id=unit_id)


@blueprint.route("/v1/units/<uuid:unit_id>/close", methods=["POST"])
@endpoint(roles=DISTRICT, reply=UnitOut, idempotent=True)
def close_district_unit(uow: UnitOfWork, *, unit_id: UUID) -> object:
    """停用单位 / close a unit."""
    return service.close_unit(uow, book=None, unit_id=unit_id)


@blueprint.route("/v1/units/<uuid:unit_id>/services", methods=["POST"])
@endpoint(roles=DISTRICT, body=ServiceIn, reply=ServiceOut, status=HTTPStatus.CREATED, idempotent=True)
def serve_district_area(
    uow: UnitOfWork, *, unit_id: UUID, area_id: UUID, valid_from: date, valid_to: date | None
) -> object:
    """单位负责一个区域 / let a unit serve an area."""
    return service.serve_area(
        uow, book=None, unit_id=unit_id, area_id=area_id, valid_from=valid_from, valid_to=valid_to
    )


@blueprint.route("/v1/units/<uuid:unit_id>/services")
@endpoint(roles=DISTRICT, query=PageQuery, reply=ServicePage)
def list_district_services(uow: UnitOfWork, *, unit_id: UUID, limit: int, cursor: str | None) -> object:
    """单位负责的区域 / what a unit serves."""
    return service.list_services(uow, book=None, unit_id=unit_id, limit=limit, cursor=cursor)


@blueprint.route("/v1/units/<uuid:unit_id>/services/<uuid:service_id>/end", methods=["POST"])
@endpoint(roles=DISTRICT, body=LastDayIn, reply=ServicesOut, idempotent=True)
def end_district_service(uow: UnitOfWork, *, unit_id: UUID, service_id: UUID, last_day: date) -> object:
    """结束负责 / end the service of an area."""
    return {"items": service.end_service(uow, book=None, unit_id=unit_id, service_id=service_id, last_day=last_day)}


@blueprint.route("/v1/areas/<uuid:area_id>/serving")
@endpoint(roles=DISTRICT, query=ServingQuery, reply=UnitsOut)
def list_district_serving_units(uow: UnitOfWork, *, area_id: UUID, on: date | None) -> object:
    """谁负责这里(各类取最近一级) / who serves an area: of each kind the nearest up the tree."""
    return {"items": service.list_serving_units(uow, book=None, area_id=area_id, on=on)}
