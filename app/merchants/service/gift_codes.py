"""The codes that residents show to collect what they set aside: a minute long, as those they pay with, and in Redis.

A code says which reservation is meant, and who showed it; that it is handed out once is the reservation's own state.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from app.infra import redis
from app.infra.unit_of_work import UnitOfWork
from app.merchants import errors, terms
from app.merchants.queries import gifts as gift_queries
from app.merchants.rules import codes as rules
from app.merchants.service.codes import DRAWS_MAX, GRACE_MS, KEEP, LIFE_MS, IssuedCode
from app.merchants.terms import ReservationState
from app.points import queries as points_queries

KEY = "linli:gift-codes:"


@dataclass(frozen=True, slots=True)
class ShownGiftCode:
    """A code as a till brought it: which reservation it stands for, None where it is nobody's.

    `acted_by`: the guardian or helper who had it shown to him. `away`: nobody could be asked.
    """

    reservation_id: UUID | None = None
    acted_by: UUID | None = None
    issued_at: datetime | None = None
    away: bool = False


def issue_gift_code(uow: UnitOfWork, *, book: str, reservation_id: UUID) -> IssuedCode:
    """Give a code for what one set aside, good for sixty seconds and fifteen of grace; the one before ends with those.

    Nothing is locked while Redis is asked. Refuses ReservationMissing, ReservationClosed, CodesAway.
    """
    book_id = points_queries.get_book(uow.session, book).id
    found = gift_queries.get_reservation(uow.session, book_id, uow.actor.id, reservation_id)
    if found.state != ReservationState.RESERVED:
        raise errors.ReservationClosed(state=found.state)
    if found.expires_at <= uow.now:
        raise errors.ReservationClosed(state=str(ReservationState.EXPIRED))
    acted_by = uow.actor.acted_by
    shown = {
        "reservation_id": str(found.id),
        "acted_by": None if acted_by is None else str(acted_by),
        "issued_at": uow.now.isoformat(),
    }
    return IssuedCode(
        code=_keep(uow, json.dumps(shown), last=f"{KEY}last:{found.id}:{uow.actor.session_id}"),
        expires_at=min(uow.now + terms.CODE_SHOWN, found.expires_at),
        refresh_after=uow.now + timedelta(seconds=terms.CODE_REFRESH_SECONDS),
        server_time=uow.now,
    )


def read_gift_code(*, code: str) -> ShownGiftCode:
    """Look a code up, before the transaction. What is wrong with it is told there."""
    try:
        kept: Any = redis.client().get(KEY + rules.hash_gift_code(code).hex())
    except RedisError:
        return ShownGiftCode(away=True)
    if kept is None:
        return ShownGiftCode()
    read = json.loads(kept)
    acted_by = None if read["acted_by"] is None else UUID(read["acted_by"])
    return ShownGiftCode(UUID(read["reservation_id"]), acted_by, datetime.fromisoformat(read["issued_at"]))


def reservation_of(shown: ShownGiftCode, now: datetime) -> UUID:
    """Which reservation is meant. Refuses CodesAway when nobody knows, and GiftCodeNotGood for every other reason."""
    if shown.away:
        raise errors.CodesAway
    if shown.reservation_id is None or shown.issued_at is None or now >= shown.issued_at + terms.CODE_LIFE:
        raise errors.GiftCodeNotGood
    return shown.reservation_id


def _keep(uow: UnitOfWork, shown: str, *, last: str) -> str:
    try:
        for _ in range(DRAWS_MAX):  # of 10^12 two alike within a minute: hardly ever
            code = uow.new_digits(terms.GIFT_CODE_DIGITS)
            code_hash = rules.hash_gift_code(code).hex()
            if redis.run(redis.client(), KEEP, [KEY + code_hash, last], [shown, code_hash, LIFE_MS, KEY, GRACE_MS]):
                return code
    except RedisError:
        pass
    raise errors.CodesAway
