"""Gatherings: opened by who leads, its code shown on his screen, its heads counted, its stays paid by their minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.geo import Position
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import local_date
from app.points import queries as points_queries
from app.risk import service as risk
from app.volunteers import errors, queries, terms
from app.volunteers.models import Gathering, Stay
from app.volunteers.rules import codes
from app.volunteers.service.awards import BatchOutcome, award_volunteers
from app.volunteers.service.facts import Activity, Service
from app.volunteers.service.standing import StayView, view_of
from app.volunteers.terms import Verdict


@dataclass(frozen=True, slots=True)
class ShownCode:
    """The code for the leader's screen. The next one is to be asked for at `refresh_at`."""

    code: str
    refresh_at: datetime


def open_gathering(
    uow: UnitOfWork,
    *,
    book: str,
    title: str,
    rule: str,
    starts_at: datetime,
    ends_at: datetime,
    minutes_min: int,
    position: Position,
) -> Gathering:
    """Open a gathering that the actor leads. `rule`: what pays the minutes of a stay. Refuses GatheringTimes."""
    span = ends_at - starts_at
    if not timedelta(minutes=minutes_min) <= span <= terms.SPAN_MAX or ends_at <= starts_at:
        raise errors.GatheringTimes(hours_max=int(terms.SPAN_MAX / timedelta(hours=1)))
    gathering = Gathering(
        book_id=points_queries.get_book(uow.session, book).id,
        id=uow.new_id(),
        title=title,
        rule=rule,
        starts_at=starts_at,
        ends_at=ends_at,
        minutes_min=minutes_min,
        lat=position.lat,
        lng=position.lng,
        key=uow.new_bytes(32),
        opened_by=uow.actor.id,
        opened_at=uow.now,
    )
    uow.session.add(gathering)
    return gathering


def show_code(uow: UnitOfWork, *, book: str, gathering_id: UUID) -> ShownCode:
    """The code of now, for who leads the gathering and nobody else. Refuses GatheringMissing, GatheringNotNow."""
    gathering = _own(uow, book, gathering_id)
    if not gathering.starts_at - terms.LEEWAY <= uow.now <= gathering.ends_at + terms.LEEWAY:
        raise errors.GatheringNotNow
    return ShownCode(codes.make_code(gathering.key, gathering.id, uow.now), codes.ends_at(uow.now))


def count_heads(uow: UnitOfWork, *, book: str, gathering_id: UUID, heads: int) -> Gathering:
    """Write down how many were there, once; again is a replay. Refuses GatheringMissing, HeadsCounted."""
    gathering = _own(uow, book, gathering_id, lock=True)
    if gathering.heads is not None and gathering.heads != heads:
        raise errors.HeadsCounted(heads=gathering.heads)
    if gathering.heads is None:
        gathering.heads, gathering.counted_at = heads, uow.now
    return gathering


def list_stays(uow: UnitOfWork, *, book: str, gathering_id: UUID, limit: int, cursor: str | None) -> Page[StayView]:
    """Who was there, by resident. Refuses GatheringMissing, CursorInvalid."""
    book_id = points_queries.get_book(uow.session, book).id
    gathering = queries.get_gathering(uow.session, book_id, gathering_id)
    rows = queries.list_stays(uow.session, gathering, after=read_id(cursor), limit=limit + 1)
    page = page_by_id(rows, limit, lambda stay: stay.resident_id)
    return Page([view_of(gathering, stay) for stay in page.items], page.next_cursor)


def decide_stay(
    uow: UnitOfWork, *, book: str, gathering_id: UUID, resident_id: UUID, accepted: bool, reason: str
) -> StayView:
    """Accept or reject a stay, saying why; by neither who led, nor who stayed or is close to him. Once, again a replay.

    Refuses GatheringMissing, StayMissing, StayOwn, StayDecided.
    """
    book_id = points_queries.get_book(uow.session, book).id
    gathering = queries.lock_gathering(uow.session, book_id, gathering_id)
    stay = queries.get_stay(uow.session, gathering, resident_id)
    actor = uow.actor
    mine = {actor.id, actor.person_id, actor.owner_id} & {gathering.opened_by, stay.resident_id}
    if mine or risk.find_kin(uow, book=book, resident_ids=[stay.resident_id]):
        raise errors.StayOwn

    verdict = Verdict.ACCEPTED if accepted else Verdict.REJECTED
    if stay.verdict is not None and stay.verdict != verdict:
        raise errors.StayDecided(verdict=stay.verdict)
    if stay.verdict is None:
        stay.verdict, stay.decided_by, stay.decided_at, stay.reason = verdict, uow.actor.id, uow.now, reason

    return view_of(gathering, stay)


def pay_stays(uow: UnitOfWork, *, book: str, gathering_id: UUID) -> BatchOutcome:
    """Pay all stays that are over and good, or were accepted, by their minutes; what was paid is answered as it was.

    Refuses GatheringMissing, HeadsUncounted, and HeadsFewer when more checked in than were there.
    """
    gathering = _own(uow, book, gathering_id, lock=True)
    if gathering.heads is None:
        raise errors.HeadsUncounted
    count = queries.count_stays(uow.session, gathering)
    if count > gathering.heads:
        raise errors.HeadsFewer(stays=count, heads=gathering.heads)

    rows = queries.list_stays(uow.session, gathering, after=None, limit=2 * terms.STAYS_MAX)
    services = _services(gathering, rows)
    if not services:
        return BatchOutcome([])

    done = Activity(
        rule=gathering.rule,
        activity=gathering.title,
        performed_on=local_date(gathering.starts_at),
        activity_id=gathering.id,
        evidence=f"gathering:{gathering.id}",
    )
    return award_volunteers(uow, book=book, activity=done, awards=services)


def forget_positions(uow: UnitOfWork) -> int:
    """Forget where telephones were thirty days ago, one batch; returns of how many stays."""
    return queries.forget_positions(uow.session, before=uow.now - terms.POSITIONS_KEPT, limit=terms.FORGET_BATCH)


def _own(uow: UnitOfWork, book: str, gathering_id: UUID, *, lock: bool = False) -> Gathering:
    """A gathering that the actor leads; another's is as missing as none."""
    book_id = points_queries.get_book(uow.session, book).id
    read = queries.lock_gathering if lock else queries.get_gathering
    gathering = read(uow.session, book_id, gathering_id)
    if gathering.opened_by != uow.actor.id:
        raise errors.GatheringMissing
    return gathering


def _services(gathering: Gathering, rows: Sequence[Stay]) -> list[Service]:
    views = [view_of(gathering, stay) for stay in rows]
    return [Service(view.stay.resident_id, view.minutes) for view in views if view.minutes and view.counts]
