"""Telling people over WeChat what happened to their passbooks, and treasurers what is running out.

Nothing is queued where points are given or taken: the journal itself is read a little later, from a mark on. So no act
waits for a message, and a payment's path stays as it is. Who the people behind a passbook are the ledger does not know:
app/jobs brings the function that does.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import day_bounds
from app.notices import service as notices
from app.notices.service import Letter
from app.points import queries
from app.points.models import Alert, Book
from app.points.queries import Activity
from app.points.queries import news as news_queries
from app.points.queries.news import Movement
from app.points.rules.news import first_id_at, is_stale, what_of
from app.points.terms import AlertSubject

PeopleOf = Callable[[Session, str, Collection[UUID], datetime], Mapping[UUID, Sequence[UUID]]]
"""Whom to tell of each of these passbooks' owners in a book; whoever has nobody is left out."""
TreasurersOf = Callable[[Session, str, datetime], Sequence[UUID]]
"""Who keeps the money of a book, and is on WeChat."""

LAG = timedelta(minutes=2)
"""Ids are made before their transactions commit: what is younger may still have neighbours under way."""
PAGE = 500
NEWS_KEPT, ALERTS_KEPT = timedelta(days=2), timedelta(days=3)
"""Nobody needs to hear later."""


@dataclass(frozen=True, slots=True)
class Lapsing:
    """Points of an owner whose last day is near."""

    owner_id: UUID
    expires_on: date
    days_ahead: int
    points: int


def tell_step(uow: UnitOfWork, book: str, where: bool | None, *, people_of: PeopleOf) -> bool | None:  # noqa: ARG001, FBT001 - the shape of a step
    """Queue messages about some of a book's newest transactions, each once; True: there are more. Refuses BookMissing.

    Told are points received (awards, reports, from another community) and points spent. A book that is new to this
    begins now: nobody is told of years ago.
    """
    found = queries.get_book(uow.session, book)
    until = first_id_at(uow.now - LAG)
    mark = news_queries.lock_news_mark(uow.session, found.id, first=until, now=uow.now)
    last = news_queries.find_end_of_news(uow.session, found.id, after=mark.after_id, until=until, limit=PAGE)
    if last is None:
        return None
    moved = news_queries.list_news(uow.session, found.id, after=mark.after_id, last=last)
    fresh = [each for each in moved if not is_stale(each.recorded_at, uow.now, NEWS_KEPT)]
    notices.queue_notices(uow, list(_letters(uow, found, fresh, people_of)))
    mark.after_id, mark.moved_at = last, uow.now
    uow.session.flush()
    return True


def tell_lapsing(uow: UnitOfWork, book: Book, lapsing: Sequence[Lapsing], people_of: PeopleOf) -> None:
    """Queue a message to whoever uses a passbook whose points lapse soon."""
    people = people_of(uow.session, book.code, {each.owner_id for each in lapsing}, uow.now) if lapsing else {}
    notices.queue_notices(
        uow,
        [
            Letter(
                person_id=person_id,
                template="points_expiring",
                values={"points": each.points, "expires_on": each.expires_on, "hint": book.name},
                dedupe_key=f"lapsing:{book.code}:{each.owner_id}:{each.expires_on}:{each.days_ahead}:{person_id}",
                expires_at=day_bounds(each.expires_on)[1],
            )
            for each in lapsing
            for person_id in people.get(each.owner_id, ())
        ],
    )


def tell_alerts(uow: UnitOfWork, book: Book, alerts: Sequence[Alert], treasurers_of: TreasurersOf) -> None:
    """Queue a message to each treasurer about budgets that were given out so far; allotments are their holders' own."""
    told = [alert for alert in alerts if alert.subject == AlertSubject.BUDGET]
    if not told:
        return
    names = queries.budget_names_of(uow.session, book.id, {alert.budget_id for alert in told})
    notices.queue_notices(
        uow,
        [
            Letter(
                person_id=person_id,
                template="budget_alert",
                values={
                    "budget": names[alert.budget_id],
                    "given": f"{alert.percent}%",
                    "points_left": max(alert.points - alert.given_points, 0),
                    "at": alert.raised_at,
                },
                dedupe_key=f"alert:{book.code}:{alert.id}:{person_id}",
                expires_at=alert.raised_at + ALERTS_KEPT,
            )
            for alert in told
            for person_id in treasurers_of(uow.session, book.code, uow.now)
        ],
    )


def _letters(uow: UnitOfWork, book: Book, moved: Sequence[Movement], people_of: PeopleOf) -> Iterator[Letter]:
    if not moved:
        return
    ids = [each.transaction_id for each in moved]
    people = people_of(uow.session, book.code, {each.owner_id for each in moved}, uow.now)
    activities: Mapping[UUID, Activity] = queries.activities_of(uow.session, book.id, ids)
    partners = queries.partners_of(uow.session, book.id, ids)
    for each in moved:
        activity = activities.get(each.transaction_id)
        what = what_of(each.code, activity.title if activity else None, partners.get(each.transaction_id))
        for person_id in people.get(each.owner_id, ()):
            yield Letter(
                person_id=person_id,
                template="points_received" if each.points > 0 else "points_spent",
                values={"points": abs(each.points), "what": what, "at": each.recorded_at},
                dedupe_key=f"moved:{book.code}:{each.transaction_id}:{person_id}",
                expires_at=each.recorded_at + NEWS_KEPT,
            )
