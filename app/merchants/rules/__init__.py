"""What may be done with a payment, a refund, a settlement: values in, values or a refusal out."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from app.kernel.actor import Actor, Role
from app.merchants import errors
from app.merchants.terms import FIRST_DAY, PaymentState


@dataclass(frozen=True, slots=True)
class Held:
    """Points held for a payment, and whose they are."""

    hold_id: UUID
    resident_id: UUID


@dataclass(frozen=True, slots=True)
class Taken:
    """The redemption a captured payment became, and whose points it took."""

    transaction_id: UUID
    resident_id: UUID


def hash_code(book_id: int, code: str) -> bytes:
    """Fingerprint of a code: what is stored and looked up.

    Eight digits are few enough to be tried out, so this keeps live codes out of dumps and logs; what protects them is
    that they live five minutes and are used once.
    """
    return sha256(f"linli-code|{book_id}|{code}".encode()).digest()


def shop_of(actor: Actor) -> UUID:
    """The shop whose cashier acts. Refuses ShopNotOnToken."""
    if actor.shop_id is None:
        raise errors.ShopNotOnToken
    return actor.shop_id


def shop_read_by(actor: Actor) -> UUID | None:
    """The shop whose payments somebody may read; None: those of all shops, for an auditor. Refuses ShopNotOnToken."""
    return None if Role.AUDITOR in actor.roles and Role.CASHIER not in actor.roles else shop_of(actor)


def shown_state(state: str, hold_expires_at: datetime | None, now: datetime) -> PaymentState:
    """The state a payment is in at `now`: held points whose time is over are no longer held."""
    if state == PaymentState.AUTHORISED and hold_expires_at is not None and hold_expires_at <= now:
        return PaymentState.EXPIRED
    return PaymentState(state)


def check_same_payment(before: tuple[bytes, int], wanted: tuple[bytes, int], *, out_trade_no: str) -> None:
    """Refuse OutTradeNoReused when (code's hash, points) differ from what the number was used for."""
    if before != wanted:
        raise errors.OutTradeNoReused(out_trade_no=out_trade_no)


def check_same_refund(before: tuple[UUID, int], wanted: tuple[UUID, int], *, out_refund_no: str) -> None:
    """Refuse OutRefundNoReused when (payment, points) differ from what the number was used for."""
    if before != wanted:
        raise errors.OutRefundNoReused(out_refund_no=out_refund_no)


def open_hold(state: PaymentState, hold_id: UUID | None, resident_id: UUID | None) -> Held:
    """The hold of a payment that can still be captured or cancelled. Refuses PaymentClosed."""
    if state is not PaymentState.AUTHORISED or hold_id is None or resident_id is None:
        raise errors.PaymentClosed(state=state)
    return Held(hold_id, resident_id)


def check_capture(points: int, held: int) -> None:
    """Refuse CaptureOver for more points than are held."""
    if points > held:
        raise errors.CaptureOver(requested=points, held=held)


def redemption_of(state: PaymentState, transaction_id: UUID | None, resident_id: UUID | None) -> Taken:
    """What a captured payment took. Refuses PaymentNotCaptured."""
    if state is not PaymentState.CAPTURED or transaction_id is None or resident_id is None:
        raise errors.PaymentNotCaptured(state=state)
    return Taken(transaction_id, resident_id)


def check_through(through: date, today: date) -> None:
    """Refuse ThroughInFuture for a day that has not begun, NothingToSettle for one before any book."""
    if through > today:
        raise errors.ThroughInFuture(through=through.isoformat(), today=today.isoformat())
    if through < FIRST_DAY:
        raise errors.NothingToSettle(through=through.isoformat())


def check_total(*, lines: int, fen: int, through: date) -> None:
    """Refuse NothingToSettle without lines, and SettlementNegative when the shop would owe."""
    if not lines:
        raise errors.NothingToSettle(through=through.isoformat())
    if fen < 0:
        raise errors.SettlementNegative(through=through.isoformat(), fen=fen)


def is_paid(before: str | None, wanted: str, *, fen: int) -> bool:
    """Whether it was paid with this bank reference. False: still to pay. Refuses AlreadyPaid, NothingToPay."""
    if before is not None and before != wanted:
        raise errors.AlreadyPaid(bank_reference=before)
    if not fen:
        raise errors.NothingToPay
    return before is not None
