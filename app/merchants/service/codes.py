"""The codes residents show: given out, claimed by one order. They live in Redis; that each pays once is the database's.

A code is claimed before the transaction by the order (branch and out_trade_no) that brings it, and by no other while it
lives. It is not deleted with that: the same order may come again after a connection was lost or a transaction rolled
back, and finds it. What was used up stands in merchants_redemptions.code_hash, for ever.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from redis.exceptions import RedisError

from app.infra import redis
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor
from app.merchants import errors, terms
from app.merchants.errors.counter import CodeNotOurs
from app.merchants.rules import codes as rules
from app.points import errors as points_errors
from app.points.queries.books import known_book_id

KEY = "linli:codes:"
DRAWS_MAX = 3
LIFE_MS = int(terms.CODE_LIFE.total_seconds() * 1000)
GRACE_MS = int(terms.CODE_GRACE.total_seconds() * 1000)
KEEP = redis.script("""
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[3]) then return 0 end
local before = redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3], 'GET')
if before then redis.call('PEXPIRE', ARGV[4] .. before, ARGV[5], 'LT') end
return 1
""")
"""Keeps a code unless there is one like it; the one before it ends with the grace, if it does not end sooner."""


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code to show at the till. Nobody can read it again. The screen asks for the next one `refresh_after`."""

    code: str
    expires_at: datetime
    refresh_after: datetime
    server_time: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose points are meant, and by which account and device. `acted_by`: a guardian or helper does it for him."""

    book: str
    book_id: int
    resident_id: UUID
    person_id: UUID | None
    device_id: UUID | None
    acted_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code as a till brought it with its order: its fingerprint, and whose it is. None: nobody's, or another order's.

    `away`: nobody could be asked.
    """

    out_trade_no: str
    code_hash: bytes
    holder: Holder | None = None
    issued_at: datetime | None = None
    away: bool = False


def issue_code(uow: UnitOfWork, *, book: str) -> IssuedCode:
    """Give the actor a code good once, for sixty seconds and fifteen of grace; the one before it ends with the grace.

    No connection of the database is needed. Refuses BookMissing, CodesAway.
    """
    book_id = known_book_id(uow.session, book)
    if book_id is None:
        raise points_errors.BookMissing
    actor = uow.actor
    holder = {
        "book": book,
        "book_id": book_id,
        "resident_id": str(actor.id),
        "person_id": _text(actor.person_id),
        "device_id": _text(actor.device_id),
        "acted_by": _text(actor.acted_by),
        "issued_at": uow.now.isoformat(),
    }
    try:
        code = _keep(uow, json.dumps(holder), last=f"{KEY}last:{book_id}:{actor.id}:{actor.session_id}")
    except RedisError:
        raise errors.CodesAway from None
    return IssuedCode(
        code=code,
        expires_at=uow.now + terms.CODE_SHOWN,
        refresh_after=uow.now + timedelta(seconds=terms.CODE_REFRESH_SECONDS),
        server_time=uow.now,
    )


def claim_code(*, actor: Actor, code: str, out_trade_no: str) -> ShownCode:
    """Claim a code for an order, before its transaction. What is wrong with it is told later: an order that was
    decided before is answered as it was, whatever became of its code. Refuses CodeNotOurs: what has another form is a
    code of somebody else's, or misread, and never a try.
    """
    if not rules.is_code(code):
        raise CodeNotOurs
    code_hash = rules.hash_code(code)
    key, order = KEY + code_hash.hex(), f"{actor.shop_id}:{out_trade_no}"
    try:
        claim = ("SET", f"{key}:by", order, "PX", LIFE_MS, "NX", "GET")
        before, kept = redis.ask(redis.client(), claim, ("GET", key))
    except RedisError:
        return ShownCode(out_trade_no, code_hash, away=True)
    if kept is None or before not in {None, order}:
        return ShownCode(out_trade_no, code_hash)
    return _read(out_trade_no, code_hash, kept)


def holder_of(shown: ShownCode, now: datetime) -> Holder:
    """Whose code it is. Refuses CodesAway when nobody knows, and CodeNotGood for every other reason."""
    if shown.away:
        raise errors.CodesAway
    if shown.holder is None or shown.issued_at is None or now >= shown.issued_at + terms.CODE_LIFE:
        raise errors.CodeNotGood
    return shown.holder


def _keep(uow: UnitOfWork, holder: str, *, last: str) -> str:
    """Keep a new code of a holder, and retire what stands under `last`, in one round trip."""
    for _ in range(DRAWS_MAX):  # two of 10^15 alike at one time: never, but for a source of chance that is broken
        code = rules.make_code(uow.new_digits(terms.CODE_RANDOM_DIGITS))
        code_hash = rules.hash_code(code).hex()
        if redis.run(redis.client(), KEEP, [KEY + code_hash, last], [holder, code_hash, LIFE_MS, KEY, GRACE_MS]):
            return code
    raise errors.CodesAway


def _read(out_trade_no: str, code_hash: bytes, kept: str) -> ShownCode:
    read = json.loads(kept)
    holder = Holder(
        book=read["book"],
        book_id=read["book_id"],
        resident_id=UUID(read["resident_id"]),
        person_id=_id(read["person_id"]),
        device_id=_id(read["device_id"]),
        acted_by=_id(read.get("acted_by")),  # not in what was given out before this was known
    )
    return ShownCode(out_trade_no, code_hash, holder, datetime.fromisoformat(read["issued_at"]))


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _id(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)
