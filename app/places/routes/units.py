"""URLs of the units of a community."""

from datetime import date
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.places import service
from app.places.routes.desk import ADMIN, STAFF
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

blueprint = Blueprint("units", __name__, description="单位 / units of a community")


@blueprint.route("/v1/books/<book>/units", methods=["POST"])
@endpoint(roles=ADMIN, body=UnitIn, reply=UnitOut, status=HTTPStatus.CREATED, idempotent=True)
def open_unit(uow: UnitOfWork, *, book: str, kind: UnitKind, name: str, area_id: UUID | None) -> object:
    """新建单位 / open a unit."""
    return service.open_unit(uow, book=book, kind=kind, name=name, area_id=area_id)


@blueprint.route("/v1/books/<book>/units")
@endpoint(roles=STAFF, query=UnitsQuery, reply=UnitPage)
def list_units(uow: UnitOfWork, *, book: str, kind: UnitKind | None, limit: int, cursor: str | None) -> object:
    """单位 / units."""
    return service.list_units(uow, book=book, kind=kind, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/units/<uuid:unit_id>")
@endpoint(roles=STAFF, reply=UnitOut)
def show_unit(uow: UnitOfWork, *, book: str, unit_id: UUID) -> object:
    """一个单位 / one unit."""
    return service.show_unit(uow, book=book, unit_id=unit_id)


@blueprint.route("/v1/books/<book>/units/<uuid:unit_id>/close", methods=["POST"])
@endpoint(roles=ADMIN, reply=UnitOut, idempotent=True)
def close_unit(uow: UnitOfWork, *, book: str, unit_id: UUID) -> object:
    """停用单位 / close a unit."""
    return service.close_unit(uow, book=book, unit_id=unit_id)


@blueprint.route("/v1/books/<book>/units/<uuid:unit_id>/services", methods=["POST"])
@endpoint(roles=ADMIN, body=ServiceIn, reply=ServiceOut, status=HTTPStatus.CREATED, idempotent=True)
def serve_area(
    uow: UnitOfWork, *, book: str, unit_id: UUID, area_id: UUID, valid_from: date, valid_to: date | None
) -> object:
    """单位负责一个区域 / let a unit serve an area."""
    return service.serve_area(
        uow, book=book, unit_id=unit_id, area_id=area_id, valid_from=valid_from, valid_to=valid_to
    )


@blueprint.route("/v1/books/<book>/units/<uuid:unit_id>/services")
@endpoint(roles=STAFF, query=PageQuery, reply=ServicePage)
def list_services(uow: UnitOfWork, *, book: str, unit_id: UUID, limit: int, cursor: str | None) -> object:
    """单位负责的区域 / what a unit serves."""
    return service.list_services(uow, book=book, unit_id=unit_id, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/units/<uuid:unit_id>/services/<uuid:service_id>/end", methods=["POST"])
@endpoint(roles=ADMIN, body=LastDayIn, reply=ServicesOut, idempotent=True)
def end_service(uow: UnitOfWork, *, book: str, unit_id: UUID, service_id: UUID, last_day: date) -> object:
    """结束负责 / end the service of an area."""
    return {"items": service.end_service(uow, book=book, unit_id=unit_id, service_id=service_id, last_day=last_day)}


@blueprint.route("/v1/books/<book>/areas/<uuid:area_id>/serving")
@endpoint(roles=STAFF, query=ServingQuery, reply=UnitsOut)
def list_serving_units(uow: UnitOfWork, *, book: str, area_id: UUID, on: date | None) -> object:
    """谁负责这里(各类取最近一级) / who serves an area: of each kind the nearest up the tree."""
    return {"items": service.list_serving_units(uow, book=book, area_id=area_id, on=on)}
