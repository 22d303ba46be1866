"""What may be done with a redemption and a refund: values in, values or a refusal out."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from app.kernel.actor import Actor, Role
from app.kernel.periods import local_date
from app.merchants import errors, terms
from app.merchants.errors.counter import NothingToRefund
from app.merchants.rules.offers import OfferTerms
from app.merchants.terms import RedeemMode, RedemptionState

NUMBER = re.compile(rf"[0-9A-Za-z_|*@.-]{{1,{terms.OUT_NO_LENGTH_MAX}}}")
DUE = frozenset({RedemptionState.ORDERED, RedemptionState.PENDING_CONFIRM, RedemptionState.HELD})


@dataclass(frozen=True, slots=True)
class Day:
    """What a person has taken today at this shop (points, purchases), by posted codes anywhere (fen), and all have at
    this shop (points), beside the redemption in question. `tapped_fen`: what anti-fraud wanted confirmed and a tap did.
    """

    person_points: int = 0
    person_count: int = 0
    shop_code_fen: int = 0
    shop_points: int = 0
    terminal_points: int = 0
    tapped_fen: int = 0


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose points of which book a redemption moves or moved."""

    book_id: int
    resident_id: UUID


def whose(state: RedemptionState, book_id: int | None, resident_id: UUID | None) -> Whose:
    """Whose points they are. Refuses RedemptionClosed for a redemption that never came so far."""
    if book_id is None or resident_id is None:
        raise errors.RedemptionClosed(state=state)
    return Whose(book_id, resident_id)


def shop_of(actor: Actor) -> UUID:
    """The shop whose cashier or till acts. Refuses ShopNotOnToken."""
    if actor.shop_id is None:
        raise errors.ShopNotOnToken
    return actor.shop_id


def shop_read_by(actor: Actor) -> UUID | None:
    """The shop whose redemptions somebody may read; None: all shops', for the desk. Refuses ShopNotOnToken."""
    at_desk = bool(actor.roles & {Role.AUDITOR, Role.TREASURER})
    return None if at_desk and Role.CASHIER not in actor.roles else shop_of(actor)


def check_number(out_trade_no: str) -> None:
    """Refuse OutTradeNoMalformed for what is no shop's number (one in a path has met no schema)."""
    if not NUMBER.fullmatch(out_trade_no):
        raise errors.OutTradeNoMalformed(length_max=terms.OUT_NO_LENGTH_MAX)


def fingerprint(content: Mapping[str, object]) -> bytes:
    """Hash of what was asked: the same number stands for the same request for ever."""
    return sha256(json.dumps(content, sort_keys=True, default=str).encode()).digest()


def shown_state(
    state: str, *, expires_at: datetime | None, refunded: int, captured: int | None, now: datetime
) -> RedemptionState:
    """The state a redemption is in at `now`: what is over has expired, what was given back is refunded."""
    if state in DUE and expires_at is not None and expires_at <= now:
        return RedemptionState.EXPIRED
    if state == RedemptionState.CAPTURED and refunded:
        return RedemptionState.REFUNDED if refunded == captured else RedemptionState.PARTLY_REFUNDED
    return RedemptionState(state)


def check_same_request(before: bytes | None, wanted: bytes, *, out_trade_no: str) -> None:
    """Refuse OutTradeNoReused when the number was used for something else."""
    if before != wanted:
        raise errors.OutTradeNoReused(out_trade_no=out_trade_no)


def check_same_refund(before: tuple[UUID, int], wanted: tuple[UUID, int], *, out_refund_no: str) -> None:
    """Refuse OutRefundNoReused when (redemption, points) differ from what the number was used for."""
    if before != wanted:
        raise errors.OutRefundNoReused(out_refund_no=out_refund_no)


def check_capture(points: int, held: int) -> None:
    """Refuse CaptureOver for more points than are held."""
    if points > held:
        raise errors.CaptureOver(requested=points, held=held)


def may_capture_late(mode: RedeemMode, expires_at: datetime | None, now: datetime) -> bool:
    """Say whether the points of a lapsed hold may be taken anew. By a posted code the shop has its two minutes."""
    late = timedelta(0) if mode is RedeemMode.SHOP_CODE else terms.LATE_CAPTURE_MAX
    return expires_at is not None and now < expires_at + late


def check_reverse(captured_at: datetime | None, now: datetime) -> None:
    """Refuse ReverseTooLate for what was captured on another day of the district."""
    if captured_at is None or local_date(captured_at) != local_date(now):
        raise errors.ReverseTooLate


def check_refund(state: RedemptionState, captured_at: datetime | None, now: datetime) -> None:
    """Refuse NotCaptured for what can be reversed, NothingToRefund when it is over, RefundTooLate after thirty days."""
    if state in DUE | {RedemptionState.REQUESTED}:
        raise errors.NotCaptured(state=state)
    if state not in {RedemptionState.CAPTURED, RedemptionState.PARTLY_REFUNDED, RedemptionState.REFUNDED}:
        raise NothingToRefund(state=state)
    if captured_at is None or now > captured_at + terms.REFUND_LIFE:
        raise errors.RefundTooLate(days=terms.REFUND_LIFE.days)


def check_day(offer: OfferTerms, day: Day, points: int) -> None:
    """Hold a person and the shop to the offer's limits of a day. Refuses PersonDayOver, ShopDayOver."""
    points_left = _left(offer.person_day_points_max, day.person_points)
    count_left = _left(offer.person_day_count_max, day.person_count)
    if (points_left is not None and points > points_left) or count_left == 0:
        raise errors.PersonDayOver(
            points_left="∞" if points_left is None else points_left,
            count_left="∞" if count_left is None else count_left,
        )
    shop_left = _left(offer.shop_day_points_max, day.shop_points)
    if shop_left is not None and points > shop_left:
        raise errors.ShopDayOver(points_left=shop_left)


def check_mode(mode: RedeemMode, discount_fen: int, day: Day, *, attended: bool) -> None:
    """Hold posted codes, which anybody can copy, to limits of their own. Refuses ShopCodeDayOver, UnattendedOver."""
    if mode is not RedeemMode.SHOP_CODE:
        return
    if day.shop_code_fen + discount_fen > terms.SHOP_CODE_DAY_FEN_MAX:
        raise errors.ShopCodeDayOver(fen_max=terms.SHOP_CODE_DAY_FEN_MAX)
    if not attended and discount_fen > terms.UNATTENDED_FEN_MAX:
        raise errors.UnattendedOver(fen_max=terms.UNATTENDED_FEN_MAX)


def needs_soter(mode: RedeemMode, discount_fen: int) -> bool:
    """Say whether a fingerprint or face is asked for. Posted codes ask earlier."""
    above = terms.SHOP_CODE_SOTER_ABOVE_FEN if mode is RedeemMode.SHOP_CODE else terms.SOTER_ABOVE_FEN
    return discount_fen > above


def asks_proof(mode: RedeemMode, discount_fen: int, *, blocked: bool) -> bool:
    """Say whether a fingerprint or face is asked for, though perhaps not insisted on. `blocked`: by anti-fraud."""
    return blocked or needs_soter(mode, discount_fen)


def insists_on_proof(discount_fen: int, day: Day) -> bool:
    """Say whether what anti-fraud blocked is more than a tap may confirm in a day: parts do not pass it in sum."""
    return day.tapped_fen + discount_fen > terms.BLOCKED_TAP_DAY_FEN_MAX


def challenge_of(redemption_id: UUID) -> str:
    """What is shown to the sensor of the phone: it names this redemption and no other, whose amounts never change."""
    return sha256(f"linli-redemption|{redemption_id}".encode()).hexdigest()


def _left(maximum: int | None, used: int) -> int | None:
    return None if maximum is None else max(0, maximum - used)
