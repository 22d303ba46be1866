"""Taking a branch's own number for a new redemption, or finding what it was used for."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.merchants import errors, queries
from app.merchants.models import Redemption
from app.merchants.rules import redemptions as rules
from app.merchants.rules.tills import Till
from app.merchants.service import declines
from app.merchants.terms import RedemptionState

TABLE = Redemption.__table__


def claim_number(
    uow: UnitOfWork, till: Till, values: dict[str, Any], *, day_of: tuple[int, UUID] | None
) -> tuple[Redemption, bool]:
    """Take a number for a redemption of these values. False: this very request was made before, and is as it stands.

    `day_of`: the book and resident whose day is locked with it, so that what is summed afterwards stays true. Refuses
    RequestInFlight while a twin is worked, OutTradeNoReused, OrderReversed, and again what was declined before.
    """
    made = _insert(uow, till, values, day_of)
    if made is not None:
        return made, True
    before = queries.find_redemption(uow.session, till.branch_id, values["out_trade_no"])
    if before is None:
        if values["code_hash"] is not None and queries.is_code_used(uow.session, values["code_hash"]):
            return _decline_used(uow, till, values)
        raise errors.RequestInFlight(out_trade_no=values["out_trade_no"])
    if before.state in {RedemptionState.TOMBSTONE, RedemptionState.REVERSED}:
        raise errors.OrderReversed(out_trade_no=before.out_trade_no)
    rules.check_same_request(before.request_hash, values["request_hash"], out_trade_no=before.out_trade_no)
    if before.state == RedemptionState.DECLINED:
        raise declines.again(before)
    return before, False


def lock_day(uow: UnitOfWork, book_id: int, resident_id: UUID) -> None:
    """Let one redemption of a resident at a time be held to the limits of the day."""
    uow.session.execute(select(func.pg_advisory_xact_lock(_key("day", book_id, resident_id))))


def lock_shop_day(uow: UnitOfWork, branch_id: UUID) -> None:
    """The same for a shop whose offer, or whose till, has a limit of the day. Others go on beside each other."""
    uow.session.execute(select(func.pg_advisory_xact_lock(_key("shop day", branch_id))))


def _insert(uow: UnitOfWork, till: Till, values: dict[str, Any], day_of: tuple[int, UUID] | None) -> Redemption | None:
    """Write the row unless its number or code is taken, or somebody else is at this number now; lock the day."""
    row = {
        "id": uow.new_id(),
        "branch_id": till.branch_id,
        "terminal_id": till.terminal_id,
        "cashier_id": None if till.terminal_id else uow.actor.id,
        "state": RedemptionState.REQUESTED,
        "requested_at": uow.now,
        **values,
    }
    columns = [bindparam(None, value, TABLE.c[name].type) for name, value in row.items()]
    alone = func.pg_try_advisory_xact_lock(_key("number", till.branch_id, values["out_trade_no"]))
    source = select(*columns).where(alone)
    if day_of is not None:
        source = source.where(func.pg_advisory_xact_lock(_key("day", *day_of)).is_not(None))
    taken = insert(Redemption).from_select(list(row), source).on_conflict_do_nothing().returning(Redemption)
    return uow.session.scalar(taken)


def _decline_used(uow: UnitOfWork, till: Till, values: dict[str, Any]) -> tuple[Redemption, bool]:
    """The number of a code that paid before: it stays declined, and the code stays with what it paid."""
    made = _insert(uow, till, values | {"code_hash": None}, None)
    if made is None:
        raise errors.RequestInFlight(out_trade_no=values["out_trade_no"])
    declined = errors.CodeNotGood()
    declines.keep(made, declined)
    raise declined


def _key(*parts: object) -> int:
    digest = sha256("|".join(map(str, ("linli-redemption", *parts))).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
