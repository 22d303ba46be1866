"""Taking a branch's own number for a new redemption, or finding what it was used for."""

import json
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, select

from app.infra import db
from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import Declined
from app.merchants import errors, queries
from app.merchants.models import Redemption
from app.merchants.queries import tills as till_queries
from app.merchants.queries.tills import Number
from app.merchants.rules import redemptions as rules
from app.merchants.rules.offers import OfferTerms
from app.merchants.rules.redemptions import Day
from app.merchants.rules.tills import Till
from app.merchants.service import declines
from app.merchants.terms import RedemptionState

COLUMNS = tuple(Redemption.__table__.columns.keys())


class Draft:
    """A redemption that a till has claimed, until it is written: its columns, and nobody who watches them change."""

    __slots__ = COLUMNS
    weighed_fen = Redemption.weighed_fen

    def __init__(self, row: Mapping[str, object]) -> None:
        """Take the values of all columns."""
        for name, value in row.items():
            setattr(self, name, value)


def claim_at_till(
    uow: UnitOfWork, values: dict[str, Any], *, day_of: tuple[int, UUID] | None
) -> tuple[Till, Redemption, bool]:
    """Do what `claim_number` does for the actor's own till, and give that too, in one statement.

    The row of a new redemption is the caller's to write (`write`). Refuses ShopNotOnToken, ShopMissing as well.
    """
    branch_id, terminal_id = till_queries.till_ids(uow.actor)
    till, number = _lock(uow, branch_id, terminal_id, values, day_of)
    found = _find(uow, till, number, values)
    if found is not None:
        return till, found, False
    return till, cast("Redemption", Draft(_row(uow, till, values))), True  # whose every word it has


def claim_number(
    uow: UnitOfWork, till: Till, values: dict[str, Any], *, day_of: tuple[int, UUID] | None
) -> tuple[Redemption, bool]:
    """Take a number for a redemption of these values. False: this very request was made before, and is as it stands.

    `day_of`: the book and resident whose day is locked with it, so that what is summed afterwards stays true. The row
    is written when the session is flushed: once, when all of it is decided. Refuses RequestInFlight while a twin is
    worked, OutTradeNoReused, OrderReversed, and again what was declined before.
    """
    _, number = _lock(uow, till.branch_id, till.terminal_id, values, day_of)
    found = _find(uow, till, number, values)
    if found is not None:
        return found, False
    redemption = Redemption(**_row(uow, till, values))
    uow.session.add(redemption)
    return redemption, True


def write(uow: UnitOfWork, redemption: Redemption) -> None:
    """Write the row of a redemption that was claimed at a till, as it stands now. The session never has it: what is
    changed afterwards is not written.
    """
    found = {name: value for name in COLUMNS if (value := getattr(redemption, name)) is not None}
    db.run(uow.session, _insert(tuple(found)), {name: _plain(value) for name, value in found.items()})


def lock_day(uow: UnitOfWork, book_id: int, resident_id: UUID) -> None:
    """Let one redemption of a resident at a time be held to the limits of the day."""
    uow.session.execute(select(func.pg_advisory_xact_lock(_key("day", book_id, resident_id))))


def lock_shop_day(uow: UnitOfWork, branch_id: UUID) -> None:
    """Let one redemption at a shop at a time be held to the limits of its day."""
    uow.session.execute(select(func.pg_advisory_xact_lock(_key("shop day", branch_id))))


def add_shop_day(
    uow: UnitOfWork,
    till: Till,
    redemption: Redemption,
    *,
    book_id: int,
    offer: OfferTerms | None,
    day: Day,
    promises: bool = True,
) -> Day:
    """Add to a resident's day what the whole shop and its till took. Asked only where a limit says so, one at a time.

    Shops whose offer, and whose till, has no limit of the day go on beside each other. What `promises` nothing, as a
    quote, waits for nobody.
    """
    if not till.low_tier and (offer is None or offer.shop_day_points_max is None):
        return day
    if promises:
        lock_shop_day(uow, redemption.branch_id)
    shop, terminal = queries.sum_shop_day(uow.session, redemption, book_id, till.terminal_id, now=uow.now)
    return replace(day, shop_points=shop, terminal_points=terminal)


def _lock(
    uow: UnitOfWork,
    branch_id: UUID,
    terminal_id: UUID | None,
    values: dict[str, Any],
    day_of: tuple[int, UUID] | None,
) -> tuple[Till, Number]:
    return till_queries.claim_number(
        uow.session,
        branch_id,
        terminal_id,
        out_trade_no=values["out_trade_no"],
        code_hash=values["code_hash"],
        number=_key("number", branch_id, values["out_trade_no"]),
        day=None if day_of is None else _key("day", *day_of),
    )


@lru_cache(maxsize=64)
def _insert(names: tuple[str, ...]) -> str:
    """The statement that writes what is there of a redemption: most of them lack the same."""
    return (
        f"INSERT INTO merchants_redemptions ({', '.join(names)})"  # noqa: S608 - made of the model's own names
        f" VALUES ({', '.join(f'%({name})s' for name in names)})"
    )


def _find(uow: UnitOfWork, till: Till, number: Number, values: dict[str, Any]) -> Redemption | None:
    """What a number was used for before, by this very request. None: it is ours to use."""
    if not number.used:
        if not number.alone:
            raise errors.RequestInFlight(out_trade_no=values["out_trade_no"])
        if number.code_used:
            raise _decline_used(uow, till, values)
        return None
    before = queries.get_redemption(uow.session, till.branch_id, values["out_trade_no"])
    if before.state in {RedemptionState.TOMBSTONE, RedemptionState.REVERSED}:
        raise errors.OrderReversed(out_trade_no=before.out_trade_no)
    rules.check_same_request(before.request_hash, values["request_hash"], out_trade_no=before.out_trade_no)
    if before.state == RedemptionState.DECLINED:
        raise declines.at_till(declines.again(before))
    return before


def _row(uow: UnitOfWork, till: Till, values: dict[str, Any]) -> dict[str, Any]:
    """Make the row of a number that is ours alone."""
    return dict.fromkeys(COLUMNS) | {  # all of them: what is not set would be read back once the session has it
        "id": uow.new_id(),
        "branch_id": till.branch_id,
        "terminal_id": till.terminal_id,
        "cashier_id": None if till.terminal_id else uow.actor.id,
        "state": RedemptionState.REQUESTED,
        "requested_at": uow.now,
        "refunded_points": 0,
        **values,
    }


def _decline_used(uow: UnitOfWork, till: Till, values: dict[str, Any]) -> Declined:
    """The number of a code that paid before: it stays declined, and the code stays with what it paid."""
    declined = errors.CodeNotGood()
    made = Redemption(**_row(uow, till, values | {"code_hash": None}))
    declines.keep(uow, made, declined)
    uow.session.add(made)
    return declined


def _plain(value: object) -> object:
    """A value as the driver takes it."""
    if isinstance(value, StrEnum):
        return str(value)
    return json.dumps(value) if isinstance(value, dict) else value


def _key(*parts: object) -> int:
    digest = sha256("|".join(map(str, ("linli-redemption", *parts))).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
