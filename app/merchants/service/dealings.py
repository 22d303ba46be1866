"""What became of payments, gifts and refunds, for anti-fraud: for who looks into a case, and for whose they are."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from app.identity.queries.shown import list_masked_names
from app.infra.unit_of_work import UnitOfWork
from app.merchants.queries import dealings as queries
from app.merchants.rules.redemptions import shown_state
from app.merchants.terms import RedemptionState, RefundState, ReservationState
from app.risk.service.dealings import Dealing
from app.risk.terms import EventKind, Fate

PAYMENTS: Mapping[str, Fate] = {
    RedemptionState.REQUESTED: Fate.WAITING,
    RedemptionState.ORDERED: Fate.TO_CONFIRM,
    RedemptionState.PENDING_CONFIRM: Fate.TO_CONFIRM,
    RedemptionState.HELD: Fate.WAITING,
    RedemptionState.CAPTURED: Fate.DONE,
    RedemptionState.PARTLY_REFUNDED: Fate.DONE,
    RedemptionState.REFUNDED: Fate.RETURNED,
    RedemptionState.REVERSED: Fate.UNDONE,
    RedemptionState.EXPIRED: Fate.UNDONE,
    RedemptionState.TOMBSTONE: Fate.UNDONE,
    RedemptionState.DECLINED: Fate.UNDONE,
}
REFUNDS: Mapping[str, Fate] = {
    RefundState.REQUESTED: Fate.WAITING,
    RefundState.DECLINED: Fate.UNDONE,
    RefundState.REFUNDED: Fate.DONE,
}
GIFTS: Mapping[str, Fate] = {
    ReservationState.PENDING_CONFIRM: Fate.TO_CONFIRM,
    ReservationState.RESERVED: Fate.WAITING,
    ReservationState.COLLECTED: Fate.DONE,
    ReservationState.RETURNED: Fate.RETURNED,
    ReservationState.CANCELLED: Fate.UNDONE,
    ReservationState.EXPIRED: Fate.UNDONE,
}
RETURNS: Mapping[str, Fate] = {ReservationState.RETURNED: Fate.DONE}
"""Of a gift that was to be given back: in any other state it was not."""


def list_dealings(uow: UnitOfWork, facts: Collection[tuple[int, UUID]]) -> Sequence[Dealing]:
    """Say what became of those of these facts (book, id) that are of shops, in two statements."""
    rows = queries.list_dealings(uow.session, facts)
    passbooks = {(row.book_id, row.resident_id) for row in rows if row.book_id and row.resident_id}
    names = list_masked_names(uow.session, passbooks)
    return [each for row in rows for each in _dealings(uow, row, names.get((row.book_id, row.resident_id)))]


def _dealings(uow: UnitOfWork, row: Row[Any], name: str | None) -> Iterator[Dealing]:
    """A gift is told twice: as it was set aside and as it came back, which are two facts of one id."""
    points, told = row.points or 0, (row.shop_name, name)
    if row.what == queries.REFUND:
        yield Dealing((EventKind.REFUND, row.id), row.number, row.state, REFUNDS[row.state], points, *told)
    elif row.what == queries.GIFT:
        back = RETURNS.get(row.state, Fate.UNDONE)
        yield Dealing((EventKind.REDEEM, row.id), row.number, row.state, GIFTS[row.state], points, *told)
        yield Dealing((EventKind.REFUND, row.id), row.number, row.state, back, points, *told)
    else:
        state = shown_state(
            row.state,
            expires_at=row.expires_at,
            refunded=row.refunded_points,
            captured=row.captured_points,
            now=uow.now,
        )
        taken = points if row.captured_points is None else row.captured_points
        yield Dealing((EventKind.REDEEM, row.id), row.number, str(state), PAYMENTS[state], taken, *told)
