"""Alerts: 70, 90 and 100 % of a budget or an allotment were given out."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.points import queries
from app.points.models import Alert, Book
from app.points.service.allotments import OVERSEERS
from app.points.service.news import TreasurersOf, tell_alerts
from app.points.terms import AlertSubject

RAISED_PER_STEP = 500


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert, and the names of its budget and, for an allotment, of its holder."""

    alert: Alert
    budget_name: str
    holder_name: str | None


def raise_alerts(uow: UnitOfWork, book: Book, *, limit: int, treasurers_of: TreasurersOf | None = None) -> int:
    """Note up to `limit` thresholds that were reached; answers how many.

    Each is noted once for the amount minted (or handed over), whoever else runs at the same time; more points of the
    budget can make it be noted again. Each is kept to be read; `treasurers_of` says who is sent a message as well.
    """
    reached = queries.list_reached(uow.session, book.id, limit=limit)
    if not reached:
        return 0
    rows = [
        {
            "book_id": book.id,
            "id": uow.new_id(),
            "subject": each.subject,
            "subject_id": each.subject_id,
            "budget_id": each.budget_id,
            "percent": each.percent,
            "points": each.points,
            "given_points": each.given_points,
            "raised_at": uow.now,
        }
        for each in reached
    ]
    noted = insert(Alert).values(rows).on_conflict_do_nothing(constraint="uq_points_alerts_once").returning(Alert)
    raised = uow.session.scalars(noted).all()
    if treasurers_of is not None:
        tell_alerts(uow, book, raised, treasurers_of)
    return len(rows)


def raise_alerts_step(
    uow: UnitOfWork,
    book: str,
    where: bool | None,  # noqa: ARG001, FBT001 - the shape of a step
    *,
    treasurers_of: TreasurersOf | None = None,
) -> bool | None:
    """Note some thresholds of a book that were reached."""
    raised = raise_alerts(uow, queries.get_book(uow.session, book), limit=RAISED_PER_STEP, treasurers_of=treasurers_of)
    return True if raised >= RAISED_PER_STEP else None


def list_alerts(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[AlertLine]:
    """Alerts, the youngest first: all of them, or for a coordinator those of allotments to award from.

    Refuses BookMissing, CursorInvalid.
    """
    book_id = queries.get_book(uow.session, book).id
    spender_id = None if uow.actor.has_any(OVERSEERS) else uow.actor.id
    rows = queries.list_alerts(uow.session, book_id, spender_id=spender_id, before=read_id(cursor), limit=limit + 1)
    page = page_by_id(rows, limit, lambda alert: alert.id)
    return Page(_describe(uow, book_id, page.items), page.next_cursor)


def _describe(uow: UnitOfWork, book_id: int, alerts: Sequence[Alert]) -> list[AlertLine]:
    budgets = queries.budget_names_of(uow.session, book_id, {alert.budget_id for alert in alerts})
    allotments = {alert.subject_id for alert in alerts if alert.subject == AlertSubject.ALLOTMENT}
    holders = queries.holder_names_of(uow.session, book_id, allotments)
    return [AlertLine(alert, budgets[alert.budget_id], holders.get(alert.subject_id)) for alert in alerts]
