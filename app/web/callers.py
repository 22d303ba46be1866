"""Who is calling, may they, and at what time (of the demonstration)."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import current_app, g, request

from app.infra.config import EXTENSION, Config
from app.infra.unit_of_work import UnitOfWork, clock
from app.kernel.actor import Actor, Role
from app.kernel.periods import DISTRICT
from app.kernel.signed import Signed
from app.web import signatures
from app.web.refusals import (
    AccountPaused,
    ActingForMalformed,
    BookMissing,
    ClockRefused,
    DeviceCooling,
    NonceReused,
    NotByProxy,
    RoleDenied,
    TokenMissing,
)

AUTHENTICATE = "linli.authenticate"
RECORD_PROXY_ACT = "linli.record_proxy_act"
ADMIT_SIGNED = "linli.admit_signed"
RECORD_SIGNED = "linli.record_signed"
ACTING_FOR_HEADER = "Linli-Acting-For"
ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LOOKING = frozenset({"GET", "HEAD"})
DEMO_CLOCK_HEADER = "Linli-Demo-Clock"
# Far from the ends of what a date can be: days are counted from the time in both directions.
DEMO_TIME_MIN = datetime(2000, 1, 1, tzinfo=UTC)
DEMO_TIME_END = datetime(2200, 1, 1, tzinfo=UTC)
ANONYMOUS = Actor(id=UUID(int=0), roles=frozenset(), name="anonymous")

OWNER = frozenset({Role.PERSON})

Authenticate = Callable[[str, str | None, frozenset[Role], UUID | None], Actor]
"""Token, book of the path (None: the path names none), roles of the route, whom the caller acts for: who is calling, as
what. See identity.
"""
RecordProxyAct = Callable[[UnitOfWork, str], None]
"""Writes down, in the transaction of an act and before it, that somebody does it for the actor. See identity."""


AdmitSigned = Callable[[Signed, datetime], Actor | None]
"""What a till signed, and when it is: which till it is; None for a key or signature that is not good. See merchants."""
RecordSigned = Callable[[UnitOfWork, Signed], bool]
"""Keeps a nonce with what was signed under it. False: other bytes were."""


def identify(roles: frozenset[Role], path: Mapping[str, object]) -> Actor:
    """Give the caller of this request, who holds one of `roles` (none of them: the route is open to everybody).

    A till signs in place of a token. Refuses TokenMissing, ActingForMalformed, RoleDenied, and what the token's or the
    signature's own check refuses.
    """
    if not roles:
        return ANONYMOUS
    if signatures.is_signed(request):
        return _identify_till(roles)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenMissing
    authenticate: Authenticate = current_app.extensions[AUTHENTICATE]
    book = path.get("book")
    actor = authenticate(token.strip(), None if book is None else str(book), roles, _acting_for())
    structlog.contextvars.bind_contextvars(actor_id=str(actor.id))
    if actor.acted_by is not None:
        structlog.contextvars.bind_contextvars(acted_by=str(actor.acted_by))
    if not actor.has_any(roles):
        raise RoleDenied(roles=", ".join(sorted(roles)))
    return actor


def _identify_till(roles: frozenset[Role]) -> Actor:
    now = demo_clock() or clock()
    signed = signatures.read(request, now)
    admit: AdmitSigned = current_app.extensions[ADMIT_SIGNED]
    actor = admit(signed, now)
    if actor is None:
        signatures.refuse(signed, now)
    g.signed = signed
    structlog.contextvars.bind_contextvars(actor_id=str(actor.id), serial=signed.serial)
    if not actor.has_any(roles):
        raise RoleDenied(roles=", ".join(sorted(roles)))
    return actor


def record_signature(uow: UnitOfWork) -> None:
    """Write down the nonce of a till's act, in its transaction and before it. Looking may be repeated as it is.

    Refuses NonceReused for other bytes under one nonce; the same bytes again go on, to the answer they had.
    """
    signed: Signed | None = g.get("signed")
    if signed is not None and request.method not in LOOKING:
        record: RecordSigned = current_app.extensions[RECORD_SIGNED]
        if not record(uow, signed):
            raise NonceReused(uow.now)


def check_book(actor: Actor, roles: frozenset[Role], path: Mapping[str, object]) -> None:
    """Refuse BookMissing when the path names a book that is not the caller's: it might as well not exist."""
    if "book" in path and roles and path["book"] != actor.book:
        raise BookMissing


def check_in_person(actor: Actor, roles: frozenset[Role], *, by_proxy: bool) -> None:
    """Refuse NotByProxy when somebody acts for another in what is the account owner's alone."""
    if actor.acted_by is not None and roles == OWNER and not by_proxy:
        raise NotByProxy


def record_proxy_act(uow: UnitOfWork, route: str) -> None:
    """Write down an act that is done for the actor by somebody else. Looking is no act."""
    if uow.actor.acted_by is not None and request.method not in LOOKING:
        record: RecordProxyAct = current_app.extensions[RECORD_PROXY_ACT]
        record(uow, route)


def _acting_for() -> UUID | None:
    text = request.headers.get(ACTING_FOR_HEADER)
    if text is None:
        return None
    if not ID.fullmatch(text):
        raise ActingForMalformed
    return UUID(text)


def check_device(actor: Actor) -> None:
    """Refuse AccountPaused while people have yet to look at the account, DeviceCooling while the device is too new."""
    if actor.is_paused:
        raise AccountPaused
    if actor.cools_until is not None:
        raise DeviceCooling(until=f"{actor.cools_until.astimezone(DISTRICT):%m-%d %H:%M}")


def demo_clock() -> datetime | None:
    """Read the header that sets the time of one request: from DEMO_TIME_MIN to before DEMO_TIME_END, with its zone.

    Refuses ClockRefused for anything else, and outside demo and test mode.
    """
    text = request.headers.get(DEMO_CLOCK_HEADER)
    if text is None:
        return None
    config: Config = current_app.extensions[EXTENSION]
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ClockRefused from None
    if not config.takes_demo_liberties or instant.tzinfo is None:
        raise ClockRefused
    if not DEMO_TIME_MIN <= instant < DEMO_TIME_END:
        raise ClockRefused
    return instant
