"""A case does not wait for who took it and is gone: somebody else takes it over, and says why."""

from datetime import datetime
from uuid import UUID

from app.identity import queries as identity_queries
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.periods import day_bounds, local_date
from app.places.queries import load_calendar_for
from app.risk import errors, queries
from app.risk.models import Case
from app.risk.service.cases import CaseFile, add_event, check_not_judged, file_of, lock_open
from app.risk.service.own import HouseShops, no_shops
from app.risk.terms import IDLE_WORKING_DAYS, CaseEventKind, CaseState


def take_over_case(
    uow: UnitOfWork, *, book: str | None, case_id: UUID, text: str, house_shops: HouseShops = no_shops
) -> CaseFile:
    """Take a case over from who took it: he holds the role no more, or did nothing in it for IDLE_WORKING_DAYS.

    One that nobody took is taken. One's own stays as it is. Who took it before answers no appeal in it still.

    Refuses BookMissing, CaseMissing, CaseClosed, CaseWorkedOn, CaseJudged, OwnRisk.
    """
    case = lock_open(uow, book, case_id, house_shops)
    if case.taken_by == uow.actor.id:
        return file_of(uow, case)
    check_not_judged(uow, case)
    if case.taken_by is not None:
        _check_idle(uow, book, case, case.taken_by)
    case.state, case.taken_by, case.taken_at = CaseState.INVESTIGATING, uow.actor.id, uow.now
    add_event(uow, case, CaseEventKind.TAKEN_OVER, text=text)
    return file_of(uow, case)


def _check_idle(uow: UnitOfWork, book: str | None, case: Case, taker: UUID) -> None:
    role = Role.DISTRICT if book is None else Role.TREASURER
    if not identity_queries.may_act_as(uow.session, taker, role=role, book=book, now=uow.now):
        return
    last = queries.find_last_act(uow.session, case.book_id, case.id, taker) or case.taken_at or uow.now
    until = _idle_at(uow, book, last)
    if uow.now < until:
        raise errors.CaseWorkedOn(days=IDLE_WORKING_DAYS, day=local_date(until).isoformat())


def _idle_at(uow: UnitOfWork, book: str | None, last: datetime) -> datetime:
    """The end of the last of the working days that are given to go on, after what was done last."""
    day = local_date(last)
    calendar = load_calendar_for(uow.session, book, day, IDLE_WORKING_DAYS)
    return day_bounds(calendar.add_working_days(day, IDLE_WORKING_DAYS))[1]
