"""URLs of reports."""

from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.geo import Position
from app.kernel.paging import Page
from app.reports import service
from app.reports.models import Report
from app.reports.schemas import AcceptIn, JoinIn, RejectIn, ReportIn, ReportOut, ReportPage, ReportQuery
from app.reports.terms import Category
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

blueprint = Blueprint("reports", __name__, description="随手拍上报 / problem reports")


@blueprint.route("/v1/books/<book>/reports", methods=["POST"])
@endpoint(roles={Role.RESIDENT}, body=ReportIn, reply=ReportOut, status=HTTPStatus.CREATED, idempotent=True)
def file_report(
    uow: UnitOfWork,
    *,
    book: str,
    text: str,
    place: str,
    category: Category,
    position: Position | None,
    photo_ids: Sequence[UUID],
) -> Report:
    """上报一个问题;已有人上报的会说明 / report a problem; the answer says if it is known."""
    return service.file_report(
        uow, book=book, text=text, place=place, category=category, position=position, photo_ids=photo_ids
    )


@blueprint.route("/v1/books/<book>/reports")
@endpoint(roles={Role.CLERK, Role.AUDITOR, Role.RESIDENT}, query=ReportQuery, reply=ReportPage)
def list_reports(uow: UnitOfWork, *, book: str, state: str | None, limit: int, cursor: str | None) -> Page[Report]:
    """上报列表,最新在前;居民只看自己的 / reports, newest first; residents see their own."""
    return service.list_reports(uow, book=book, state=state, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/reports/<uuid:report_id>/accept", methods=["POST"])
@endpoint(roles={Role.CLERK}, body=AcceptIn, reply=ReportOut, idempotent=True)
def accept_report(uow: UnitOfWork, *, book: str, report_id: UUID, rule: str, chosen_points: int | None) -> Report:
    """采纳上报,按规则给上报人发积分 / accept a report, which pays its reporter by a rule."""
    return service.accept_report(uow, book=book, report_id=report_id, rule=rule, chosen_points=chosen_points)


@blueprint.route("/v1/books/<book>/reports/<uuid:report_id>/reject", methods=["POST"])
@endpoint(roles={Role.CLERK}, body=RejectIn, reply=ReportOut, idempotent=True)
def reject_report(uow: UnitOfWork, *, book: str, report_id: UUID, reason: str) -> Report:
    """不采纳,并说明原因 / reject a report, saying why."""
    return service.reject_report(uow, book=book, report_id=report_id, reason=reason)


@blueprint.route("/v1/books/<book>/problems/<uuid:problem_id>/reports")
@endpoint(roles={Role.CLERK, Role.AUDITOR}, query=PageQuery, reply=ReportPage)
def list_reports_of(uow: UnitOfWork, *, book: str, problem_id: UUID, limit: int, cursor: str | None) -> Page[Report]:
    """同一问题的上报,最新在前 / the reports of one problem, newest first."""
    return service.list_reports_of(uow, book=book, problem_id=problem_id, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/reports/<uuid:report_id>/split", methods=["POST"])
@endpoint(roles={Role.CLERK}, body=RejectIn, reply=ReportOut, idempotent=True)
def split_report(uow: UnitOfWork, *, book: str, report_id: UUID, reason: str) -> Report:
    """认定为另一个问题;须由他人采纳 / make it a problem of its own; another clerk accepts it."""
    return service.split_report(uow, book=book, report_id=report_id, reason=reason)


@blueprint.route("/v1/books/<book>/reports/<uuid:report_id>/join", methods=["POST"])
@endpoint(roles={Role.CLERK}, body=JoinIn, reply=ReportOut, idempotent=True)
def join_report(uow: UnitOfWork, *, book: str, report_id: UUID, problem_id: UUID, reason: str) -> Report:
    """并入另一个问题;须由他人采纳 / put it to another problem; another clerk accepts it."""
    return service.join_report(uow, book=book, report_id=report_id, problem_id=problem_id, reason=reason)
