"""A resident scans the code on the leader's screen: the first time in, the second time out."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from app.identity import queries as identity_queries
from app.identity.queries import AccountFacts
from app.infra.unit_of_work import UnitOfWork
from app.kernel.geo import Datum, Position, Source, distance_m, locate
from app.points import queries as points_queries
from app.risk.service import Event, decide
from app.risk.terms import EventKind, Outcome
from app.volunteers import errors, queries, terms
from app.volunteers.models import Gathering, Stay
from app.volunteers.rules import codes, stays
from app.volunteers.rules.stays import Place

SEEN_MAX = 100


def scan_in_or_out(uow: UnitOfWork, *, book: str, gathering_id: UUID, site_code: str, position: Position) -> Stay:
    """Check the actor in; or out, when he has stayed long enough. Whoever is out already is answered as he was.

    Where the telephone says it is, is a signal and no proof: what is odd about it makes the stay one to be reviewed.
    Refuses GatheringMissing, LeaderInside, GatheringNotNow, CodeStale, LeftTooEarly, GatheringFull; and, noted for
    people to look at, CheckInDeclined.
    """
    book_id = points_queries.get_book(uow.session, book).id
    gathering = queries.lock_gathering(uow.session, book_id, gathering_id)
    if gathering.opened_by in {uow.actor.id, uow.actor.person_id, uow.actor.owner_id}:
        raise errors.LeaderInside
    if not gathering.starts_at - terms.LEEWAY <= uow.now <= gathering.ends_at + terms.LEEWAY:
        raise errors.GatheringNotNow
    if not codes.is_fresh(site_code, gathering.key, gathering.id, uow.now):
        raise errors.CodeStale

    stay = queries.find_stay(uow.session, gathering, uow.actor.id)
    if stay is not None and stay.out_at is not None:
        return stay
    actor = uow.actor
    account = identity_queries.find_account_facts(
        uow.session,
        book=book,
        resident_id=actor.id,
        person_id=actor.person_id,
        device_id=actor.device_id,
        now=uow.now,
    )
    if stay is None:
        return _in(uow, gathering, position, account)
    return _out(uow, gathering, stay, position, account)


def _in(uow: UnitOfWork, gathering: Gathering, position: Position, account: AccountFacts) -> Stay:
    if queries.count_stays(uow.session, gathering) >= terms.STAYS_MAX:
        raise errors.GatheringFull(stays_max=terms.STAYS_MAX)
    stay = Stay(
        book_id=gathering.book_id,
        gathering_id=gathering.id,
        resident_id=uow.actor.id,
        in_at=uow.now,
        in_lat=position.lat,
        in_lng=position.lng,
        in_outcome=_judge(uow, gathering, "in", position, account),
    )
    uow.session.add(stay)
    return stay


def _out(uow: UnitOfWork, gathering: Gathering, stay: Stay, position: Position, account: AccountFacts) -> Stay:
    minutes = stays.minutes_of(stay.in_at, uow.now, starts_at=gathering.starts_at, ends_at=gathering.ends_at)
    if minutes < gathering.minutes_min:
        raise errors.LeftTooEarly(minutes_min=gathering.minutes_min)
    outcome = _judge(uow, gathering, "out", position, account, minutes=minutes)
    stay.out_at, stay.out_outcome = uow.now, outcome
    stay.out_lat, stay.out_lng = position.lat, position.lng
    return stay


def _judge(
    uow: UnitOfWork,
    gathering: Gathering,
    way: str,
    position: Position,
    account: AccountFacts,
    *,
    minutes: int | None = None,
) -> Outcome:
    """What anti-fraud says of a scan. Refuses CheckInDeclined."""
    facts = account.told(uow.now) | _facts(uow, gathering, position)
    event = Event(
        kind=EventKind.CHECK_IN,
        book_id=gathering.book_id,
        subject_id=uuid5(gathering.id, f"{uow.actor.id} {way}"),
        resident_id=uow.actor.id,
        person_id=uow.actor.person_id,
        device_id=account.installation,
        household_id=account.household_id,
        coordinator_id=gathering.opened_by,
        facts=facts | ({} if minutes is None else {"minutes": minutes}),
    )
    outcome = decide(uow, event).outcome
    if outcome is Outcome.DECLINE:
        raise errors.CheckInDeclined
    return outcome


def _facts(uow: UnitOfWork, gathering: Gathering, position: Position) -> dict[str, bool | int | str]:
    here = _position(gathering.lat, gathering.lng)
    before = queries.list_places_before(
        uow.session, gathering.book_id, uow.actor.id, since=uow.now - terms.REPEATED_WITHIN, limit=SEEN_MAX
    )
    facts: dict[str, bool | int | str] = {
        "distance_metres": round(distance_m(here, position)),
        "is_repeated_position": _is_repeated(before, gathering, position),
    }
    if position.accuracy_m is not None:
        facts["accuracy_metres"] = round(position.accuracy_m)
    speed = stays.speed_kmh(_last_seen(uow, before), position, uow.now)
    if speed is not None:
        facts["travel_kmh"] = speed
    return facts


def _is_repeated(before: Sequence[Stay], gathering: Gathering, position: Position) -> bool:
    """Whether the very same numbers came from another gathering: nobody stands twice to the centimetre."""
    pair = (position.lat, position.lng)
    others = [stay for stay in before if stay.gathering_id != gathering.id]
    return any(pair in {(stay.in_lat, stay.in_lng), (stay.out_lat, stay.out_lng)} for stay in others)


def _last_seen(uow: UnitOfWork, before: Sequence[Stay]) -> Place | None:
    places = [
        Place(at, _position(lat, lng))
        for stay in before
        for at, lat, lng in ((stay.in_at, stay.in_lat, stay.in_lng), (stay.out_at, stay.out_lat, stay.out_lng))
        if at is not None and lat is not None and lng is not None and at > uow.now - terms.SEEN_WITHIN
    ]
    return max(places, key=lambda place: place.at, default=None)


def _position(lat: float, lng: float) -> Position:
    return locate(lat, lng, Datum.WGS84, source=Source.DEVICE)
