"""Months: the treasurer closes them, the auditor reads what each of them was."""

from datetime import date
from http import HTTPStatus

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points import service
from app.points.schemas.months import (
    FiguresOut,
    FiguresQuery,
    MonthClosingIn,
    MonthClosingOut,
    MonthClosingPage,
    stream_figures_csv,
)
from app.points.service import closings
from app.web.endpoint import Blueprint, endpoint
from app.web.operation import CSV
from app.web.paging import PageQuery

TREASURER = frozenset({Role.TREASURER})
READERS = frozenset({Role.AUDITOR, Role.TREASURER})

blueprint = Blueprint("months", __name__, description="月结与运营数据 / months closed, and the programme's figures")


@blueprint.route("/v1/books/<book>/month-closings", methods=["POST"])
@endpoint(roles=TREASURER, body=MonthClosingIn, reply=MonthClosingOut, status=HTTPStatus.CREATED, idempotent=True)
def close_month(uow: UnitOfWork, *, book: str, month: date) -> object:
    """结账:封存该月数据,此后更正只能另记新账 / close a month; after it corrections are new transactions only."""
    return service.close_month(uow, book=book, month=month)


@blueprint.route("/v1/books/<book>/month-closings")
@endpoint(roles=READERS, query=PageQuery, reply=MonthClosingPage)
def list_month_closings(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """已结账月份,新的在前 / the closed months, newest first."""
    return closings.list_closings(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/figures")
@endpoint(roles=READERS, query=FiguresQuery, reply=FiguresOut)
def show_figures(uow: UnitOfWork, *, book: str, first: date, last: date) -> object:
    """逐月运营数据,至多 24 个月 / the programme's figures by month, 24 at most."""
    return service.show_figures(uow, book=book, first=first, last=last)


@blueprint.route("/v1/books/<book>/figures.csv")
@endpoint(roles=READERS, query=FiguresQuery, media_type=CSV)
def export_figures(uow: UnitOfWork, *, book: str, first: date, last: date) -> object:
    """逐月运营数据,CSV 表格 / the same as a CSV table."""
    return stream_figures_csv(service.show_figures(uow, book=book, first=first, last=last))
