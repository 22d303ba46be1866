"""URLs of the work calendar: of the district, and of a community with its own exceptions."""

from datetime import date

from app.infra.unit_of_work import UnitOfWork
from app.places import service
from app.places.routes.desk import ADMIN, DISTRICT
from app.places.schemas.calendar import CalendarClearIn, CalendarDayIn, CalendarDayOut, CalendarOut, CalendarQuery
from app.places.terms import DayKind
from app.web.endpoint import ANYONE, Blueprint, endpoint

blueprint = Blueprint("calendar", __name__, description="工作日历 / the work calendar")


@blueprint.route("/v1/books/<book>/calendar")
@endpoint(roles=ANYONE, query=CalendarQuery, reply=CalendarOut)
def list_calendar(uow: UnitOfWork, *, book: str, first: date, last: date) -> object:
    """工作日历 / the work calendar."""
    return {"items": service.list_calendar(uow, book=book, first=first, last=last)}


@blueprint.route("/v1/books/<book>/calendar/days", methods=["POST"])
@endpoint(roles=ADMIN, body=CalendarDayIn, reply=CalendarDayOut, idempotent=True)
def set_day(
    uow: UnitOfWork, *, book: str, day: date, kind: DayKind, as_weekday: int | None, name: str | None
) -> object:
    """改一天:上班、休息、调休 / say what a day is."""
    return service.set_day(uow, book=book, day=day, kind=kind, as_weekday=as_weekday, name=name)


@blueprint.route("/v1/books/<book>/calendar/days/clear", methods=["POST"])
@endpoint(roles=ADMIN, body=CalendarClearIn, reply=CalendarDayOut, idempotent=True)
def clear_day(uow: UnitOfWork, *, book: str, day: date) -> object:
    """撤回所改的一天 / take back what was said of a day."""
    return service.clear_day(uow, book=book, day=day)


@blueprint.route("/v1/calendar")
@endpoint(roles=DISTRICT, query=CalendarQuery, reply=CalendarOut)
def list_district_calendar(uow: UnitOfWork, *, first: date, last: date) -> object:
    """工作日历 / the work calendar."""
    return {"items": service.list_calendar(uow, book=None, first=first, last=last)}


@blueprint.route("/v1/calendar/days", methods=["POST"])
@endpoint(roles=DISTRICT, body=CalendarDayIn, reply=CalendarDayOut, idempotent=True)
def set_district_day(uow: UnitOfWork, *, day: date, kind: DayKind, as_weekday: int | None, name: str | None) -> object:
    """改一天:上班、休息、调休 / say what a day is."""
    return service.set_day(uow, book=None, day=day, kind=kind, as_weekday=as_weekday, name=name)


@blueprint.route("/v1/calendar/days/clear", methods=["POST"])
@endpoint(roles=DISTRICT, body=CalendarClearIn, reply=CalendarDayOut, idempotent=True)
def clear_district_day(uow: UnitOfWork, *, day: date) -> object:
    """撤回所改的一天 / take back what was said of a day."""
    return service.clear_day(uow, book=None, day=day)
