"""What an offer gives for points, and what it does not allow. Integers only; every rounding is down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.kernel.periods import DISTRICT
from app.merchants import errors, terms

YUAN_FEN = 100
NOT_YET = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Opening:
    """A time of the week in which points are taken: ISO weekday (1: Monday), from one minute of the day to another."""

    weekday: int
    from_minute: int
    to_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTerms:
    """The terms of an offer. `hours` None: always; limits None: none; `stock_points`: what it may still take in all."""

    offer_id: UUID = NOT_YET  # of terms that are not in force yet
    points_per_yuan: int
    step_points: int
    share_percent_max: int
    minimum_spend_fen: int
    hours: tuple[Opening, ...] | None
    person_day_points_max: int | None
    person_day_count_max: int | None
    shop_day_points_max: int | None
    stock_points: int | None
    cofunding_percent: int


@dataclass(frozen=True, slots=True)
class Quote:
    """So many points for so much off the bill."""

    points: int
    discount_fen: int


def quote(
    offer: OfferTerms,
    *,
    order_fen: int,
    available_points: int,
    points: int | None,
    max_points: int | None,
    at: datetime,
    day_left: int | None = None,
) -> Quote:
    """Say what `points` (None: as many as may be, `max_points` at most) are worth on a bill of `order_fen` fen.

    `day_left`: so many are left by the limits of the day, which as many as may be are cut to; where they leave none it
    is for them to say so. Refuses OfferClosedNow, SpendTooLittle, StepMissed, ShareOver, PointsShort, NothingToRedeem.
    """
    if not is_open(offer.hours, at):
        raise errors.OfferClosedNow
    if order_fen < offer.minimum_spend_fen:
        raise errors.SpendTooLittle(minimum_fen=offer.minimum_spend_fen)
    most = points_allowed(offer, order_fen)
    if points is None:
        bounds = [most, available_points, *([] if max_points is None else [max_points])]
        points = _stepped(offer, min(bounds))
        if day_left is not None:
            points = _stepped(offer, min(points, day_left)) or points
    else:
        _check_wanted(offer, points, most=most, available=available_points)
    discount_fen = discount_of(offer.points_per_yuan, points)
    if points <= 0 or discount_fen <= 0:
        raise errors.NothingToRedeem(step_points=offer.step_points, percent=offer.share_percent_max)
    return Quote(points, discount_fen)


def points_allowed(offer: OfferTerms, order_fen: int) -> int:
    """The most points that may go into a bill: by its share, by the step, by what the offer has left."""
    share_fen = order_fen * offer.share_percent_max // 100
    most = share_fen * offer.points_per_yuan // YUAN_FEN
    return _stepped(offer, most if offer.stock_points is None else min(most, offer.stock_points))


def discount_of(points_per_yuan: int, points: int) -> int:
    """What points take off a bill, in fen."""
    return points * YUAN_FEN // points_per_yuan


def is_open(hours: Sequence[Opening] | None, at: datetime) -> bool:
    """Say whether points are taken at this instant, by the district's clock."""
    if hours is None:
        return True
    local = at.astimezone(DISTRICT)
    minute = local.hour * 60 + local.minute
    return any(each.weekday == local.isoweekday() and each.from_minute <= minute < each.to_minute for each in hours)


def check_hours(hours: Sequence[Opening] | None) -> None:
    """Refuse HoursWrong for an opening that is none."""
    for each in hours or ():
        if not (1 <= each.weekday <= 7 and 0 <= each.from_minute < each.to_minute <= terms.DAY_MINUTES):
            raise errors.HoursWrong


def points_paid_by_a_yuan(value_fen: int) -> int | None:
    """How many points a shop may take for one yuan at most, where so much is paid for a point; None: any number."""
    return YUAN_FEN // value_fen if value_fen else None


def check_cofunding(*, points_per_yuan: int, value_fen: int, percent: int) -> None:
    """Hold what the shop is said to bear to what it does bear: its discount less what the ledger pays it for a point.

    `value_fen` is the most that a budget of the book pays for one point. The shop gives 100 fen for `points_per_yuan`
    points and is paid `value_fen` for each, so it bears the rest. Refuses OfferOverpaid, CofundingWrong.
    """
    paid_fen = points_per_yuan * value_fen
    if paid_fen > YUAN_FEN:
        raise errors.OfferOverpaid(points_per_yuan=points_per_yuan, paid_fen=paid_fen, points_max=YUAN_FEN // value_fen)
    if percent != YUAN_FEN - paid_fen:
        raise errors.CofundingWrong(
            points_per_yuan=points_per_yuan, value_fen=value_fen, percent=YUAN_FEN - paid_fen, given=percent
        )


def _check_wanted(offer: OfferTerms, points: int, *, most: int, available: int) -> None:
    if points % offer.step_points:
        raise errors.StepMissed(step_points=offer.step_points)
    if points > most:
        raise errors.ShareOver(points_max=most, percent=offer.share_percent_max)
    if points > available:
        raise errors.PointsShort(points=points)


def _stepped(offer: OfferTerms, points: int) -> int:
    return max(0, points) // offer.step_points * offer.step_points
