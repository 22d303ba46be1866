"""Sessions: opened at a sign-in, refreshed, listed and ended by their owner."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, tuple_, update

from app.identity import queries, terms
from app.identity.errors import SessionEnded, TokenInvalid
from app.identity.models import Device, Network, Person, Session, Tries
from app.identity.rules import access, refreshing
from app.identity.rules.access import Access
from app.identity.rules.refreshing import Use
from app.identity.service.judging import purge_closed_pauses
from app.identity.service.keys import Keyring
from app.identity.terms import Channel, Ending
from app.infra import metrics
from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id

SEED_BYTES = 16


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client keeps of a session: the access token for every request, the refresh token for a new pair."""

    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime
    person_id: UUID
    session_id: UUID
    cools_until: datetime | None = None
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class ShownSession:
    """A session as its owner sees it."""

    session: Session
    device: Device | None
    is_this: bool


def open_session(
    uow: UnitOfWork,
    keyring: Keyring,
    *,
    person_id: UUID,
    channel: Channel,
    device: Device | None,
    session_id: UUID | None = None,
) -> Tokens:
    """Open a session for somebody who has just proven who he is. An account that was to be closed stays."""
    closing = update(Person).where(Person.id == person_id, Person.closes_at.is_not(None))
    uow.session.execute(closing.values(closes_at=None))
    session = Session(
        id=session_id or uow.new_id(),
        person_id=person_id,
        channel=channel,
        device_id=device.id if device else None,
        seed=uow.new_bytes(SEED_BYTES),
        generation=1,
        opened_at=uow.now,
        rotated_at=uow.now,
        expires_at=uow.now + terms.IDLE_MAX[channel],
    )
    uow.session.add(session)
    return _tokens(uow, keyring, session, device)


def refresh_session(uow: UnitOfWork, keyring: Keyring, *, refresh_token: str) -> Tokens:
    """Give a new pair for a refresh token. A repeat within a minute gets the same one again.

    Refuses TokenInvalid; and SessionEnded when the token was used before, which ends the session.
    """
    refresh = refreshing.read(refresh_token)
    session = queries.lock_session(uow.session, refresh.session_id)
    if session is None:
        raise TokenInvalid
    refreshing.check(refresh, session.seed, keyring.keys)
    if session.ended_at is not None or uow.now >= session.expires_at:
        raise TokenInvalid
    use = refreshing.use(refresh, generation=session.generation, rotated_at=session.rotated_at, now=uow.now)
    if use is Use.REUSE:
        end(uow, session, Ending.REUSED)
        metrics.refused_tokens_total.labels("reused").inc()
        raise SessionEnded
    if use is Use.ROTATE:
        session.generation += 1
        session.rotated_at = uow.now
        session.expires_at = _until(session, uow.now)
    device = uow.session.get(Device, session.device_id) if session.device_id else None
    if device is not None:
        device.last_seen_at = uow.now
    return _tokens(uow, keyring, session, device)


def end_own_session(uow: UnitOfWork, *, session_id: UUID | None) -> None:
    """End one session of the caller, None: the one that asks. Ended before: nothing to do. Refuses SessionMissing."""
    chosen = session_id or uow.actor.session_id
    if chosen is None:  # a demonstration's token has no session
        return
    session = queries.lock_own_session(uow.session, person_of(uow), chosen)
    end(uow, session, Ending.SIGNED_OUT if chosen == uow.actor.session_id else Ending.REVOKED)


def end_other_sessions(uow: UnitOfWork, *, why: Ending = Ending.REVOKED) -> int:
    """End all sessions of the caller but the one that asks; answers how many."""
    return end_sessions(uow, person_of(uow), why=why, but=uow.actor.session_id)


def list_own_sessions(uow: UnitOfWork, *, limit: int, cursor: str | None) -> Page[ShownSession]:
    """List the caller's open sessions, newest first."""
    rows = queries.list_open_sessions(uow.session, person_of(uow), now=uow.now, before=read_id(cursor), limit=limit + 1)
    devices = {each.id: each for each in queries.list_devices(uow.session, person_of(uow), limit=terms.DEVICES_MAX)}
    shown = [
        ShownSession(row, devices.get(row.device_id) if row.device_id else None, row.id == uow.actor.session_id)
        for row in rows
    ]
    return page_by_id(shown, limit, lambda each: each.session.id)


def end_sessions(uow: UnitOfWork, person_id: UUID, *, why: Ending, but: UUID | None = None) -> int:
    """End all open sessions of a person, but one if need be; answers how many."""
    wanted = update(Session).where(Session.person_id == person_id, Session.ended_at.is_(None))
    if but is not None:
        wanted = wanted.where(Session.id != but)
    return len(uow.session.scalars(wanted.values(ended_at=uow.now, ended_why=why).returning(Session.id)).all())


def end(uow: UnitOfWork, session: Session, why: Ending) -> None:
    """End a session that is locked, unless it has ended."""
    if session.ended_at is None:
        session.ended_at, session.ended_why = uow.now, why


def purge_sessions(uow: UnitOfWork) -> int:
    """Forget one batch of sessions, tries, networks and closed pauses of long ago; answers how many, until it is 0."""
    long_ago = uow.now - terms.FORGET_AFTER
    gone = 0
    for table, key, over in (
        (Session, Session.id, Session.expires_at < long_ago),
        (Tries, Tries.name_index, Tries.last_at < long_ago),
    ):
        old = select(key).where(over).limit(terms.PURGE_BATCH).with_for_update(skip_locked=True)
        gone += len(uow.session.scalars(delete(table).where(key.in_(old.scalar_subquery())).returning(key)).all())
    return gone + _purge_networks(uow) + purge_closed_pauses(uow)


def _purge_networks(uow: UnitOfWork) -> int:
    key = tuple_(Network.person_id, Network.network_index)
    unseen = Network.last_seen_at < uow.now - terms.NETWORKS_KEPT
    old = select(Network.person_id, Network.network_index).where(unseen).limit(terms.PURGE_BATCH)
    gone = delete(Network).where(key.in_(old.with_for_update(skip_locked=True))).returning(Network.person_id)
    return len(uow.session.scalars(gone.execution_options(synchronize_session=False)).all())


def person_of(uow: UnitOfWork) -> UUID:
    """Give the account that asks: what a book calls it may be another id."""
    return uow.actor.person_id or uow.actor.id


def _until(session: Session, now: datetime) -> datetime:
    """Say until when a session lives that was used now: idle so long at most, and never beyond its whole life."""
    channel = Channel(session.channel)
    idle: timedelta = terms.IDLE_MAX[channel]
    return min(now + idle, session.opened_at + terms.SESSION_MAX[channel])


def _tokens(uow: UnitOfWork, keyring: Keyring, session: Session, device: Device | None) -> Tokens:
    key = {"key_name": keyring.signing, "key": keyring.key}
    made = Access(session.person_id, session.id, Channel(session.channel))
    cools_until = device.cools_until if device else None
    person = uow.session.get(Person, session.person_id)
    return Tokens(
        access_token=access.sign(made, token_id=uow.new_id(), now=uow.now, **key),
        access_expires_at=uow.now + terms.ACCESS_LIFE,
        refresh_token=refreshing.write(session.id, session.generation, session.seed, **key),
        refresh_expires_at=session.expires_at,
        person_id=session.person_id,
        session_id=session.id,
        cools_until=cools_until if cools_until and uow.now < cools_until else None,
        is_paused=person is not None and person.paused_at is not None,
    )
