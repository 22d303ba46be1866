"""A resident scans a shop's code, or a till's: first a quote, which lives two minutes in Redis, then he confirms."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from redis.exceptions import RedisError

from app.infra import redis
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor
from app.kernel.errors import Declined
from app.kernel.scenes import Keys
from app.merchants import errors, queries, terms
from app.merchants.errors.counter import OrderSaysItself
from app.merchants.models import Redemption
from app.merchants.queries import signs as sign_queries
from app.merchants.queries import tills as till_queries
from app.merchants.queries.standing import find_standing
from app.merchants.rules import codes, scenes
from app.merchants.rules import offers as offer_rules
from app.merchants.rules import redemptions as rules
from app.merchants.rules import tills as till_rules
from app.merchants.rules.daily import Bounds
from app.merchants.rules.evidence import Place, Whereabouts, place_of
from app.merchants.rules.offers import Quote
from app.merchants.rules.tills import Till
from app.merchants.service import claims, declines
from app.merchants.service.codes import Holder
from app.merchants.service.consenting import prove
from app.merchants.service.receipts import Receipt, receipt_of, state_of
from app.merchants.service.signs import check_keys
from app.merchants.service.taking import Consent, spendable_points, take
from app.merchants.terms import RedeemMode, RedemptionState
from app.points import queries as points_queries
from app.points import service as points_service

KEY = "linli:quotes:"
LIFE_MS = int(terms.QUOTE_LIFE.total_seconds() * 1000)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a quote: all that the confirmation needs. How far the phone was, not where."""

    branch_id: str
    mode: str
    order_fen: int
    points: int
    discount_fen: int
    expires_at: str
    distance_m: int | None = None
    accuracy_m: int | None = None


@dataclass(frozen=True, slots=True)
class RedemptionQuote:
    """What confirming would do. `challenge`: it takes a fingerprint or face. `distance_m`: from shop to phone."""

    quote_id: UUID
    shop_id: UUID
    shop_name: str
    order_fen: int
    points: int
    discount_fen: int
    expires_at: datetime
    challenge: str | None
    distance_m: int | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A resident's confirmation as it came: the quote, if it is still known, and how it was confirmed."""

    quote_id: UUID
    kept: Kept | None
    consent: Consent


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a code leads to: a shop, or the order of its till."""

    branch_id: UUID
    order: Redemption | None


def quote_redemption(
    uow: UnitOfWork,
    keys: Keys,
    *,
    book: str,
    scene: str,
    order_fen: int | None,
    points: int | None,
    max_points: int | None,
    whereabouts: Whereabouts | None = None,
) -> RedemptionQuote:
    """Say what the actor's points are worth at the shop whose code was scanned. Nothing is held yet.

    A till's order names its own amount. Of where the phone is only its distance from the shop is used. What confirming
    would refuse as things stand is refused here, where it costs no number: SceneNotGood, OrderNeeded, OrderSaysItself,
    BranchClosed, ShopMissing, OfferMissing and what the offer does not allow, OwnShop, the limits of the day
    (PersonDayOver, ShopDayOver, ShopCodeDayOver, UnattendedOver, LowTierOver), AccountFrozen; and CodesAway.
    """
    holder = holder_of(uow, book)
    scanned = _read_scene(uow, keys, scene)
    order, till = scanned.order, _till_of(uow, scanned)
    for field, given in (("order_fen", order_fen), ("points", points), ("max_points", max_points)):
        if order is not None and given is not None:
            raise OrderSaysItself(field=field)
    bill_fen = order.order_fen if order else order_fen
    if bill_fen is None:
        raise errors.OrderNeeded
    mode = RedeemMode.ORDER_CODE if order else RedeemMode.SHOP_CODE
    asked = order or Redemption(asked_points=points, max_points=max_points)
    quote = _quote(uow, holder, scanned, till, asked, order_fen=bill_fen)
    quote_id = order.id if order else uow.new_id()
    expires_at = uow.now + terms.QUOTE_LIFE
    place = place_of(till.position, whereabouts.position if whereabouts else None)
    bounds = expires_at.isoformat(), place.distance_m, place.accuracy_m
    kept = Kept(str(scanned.branch_id), mode, bill_fen, quote.points, quote.discount_fen, *bounds)
    _keep(quote_id, holder.resident_id, kept)
    return RedemptionQuote(
        quote_id=quote_id,
        shop_id=scanned.branch_id,
        shop_name=till.name,
        order_fen=bill_fen,
        points=quote.points,
        discount_fen=quote.discount_fen,
        expires_at=expires_at,
        challenge=rules.challenge_of(quote_id) if rules.needs_soter(mode, quote.discount_fen) else None,
        distance_m=place.distance_m,
    )


def read_confirmation(*, actor: Actor, quote_id: UUID, result: str | None, signature: str | None) -> Confirmed:
    """Find the quote that is confirmed, and check how, before the transaction. Refuses as `prove`."""
    try:
        kept = redis.client().get(f"{KEY}{quote_id}:{actor.id}")
    except RedisError:
        kept = None
    consent = prove(actor, quote_id, result, signature, waits=lambda _uow: kept is not None)
    return Confirmed(quote_id, None if kept is None else Kept(**json.loads(str(kept))), consent)


def confirm_quote(uow: UnitOfWork, *, book: str, confirmed: Confirmed) -> Receipt:
    """Hold or take what a quote said. At a shop with a till its cashier accepts within two minutes; else it is taken.

    Again: the same redemption as it stands. Refuses QuoteGone, RedemptionClosed (somebody else's),
    StepUpFailed, and what `taking.take` refuses.
    """
    holder = holder_of(uow, book)
    before = queries.lock_redemption_by_id(uow.session, confirmed.quote_id)
    if before is not None and before.resident_id == holder.resident_id:
        if before.state == RedemptionState.DECLINED:
            raise declines.again(before)
        return receipt_of(before, uow.now)
    kept = confirmed.kept
    if kept is None or uow.now >= datetime.fromisoformat(kept.expires_at):
        raise errors.QuoteGone
    terminal_id = before.terminal_id if before else None  # an order's: what its till is not trusted with, it takes not
    till = till_queries.get_till_of(uow.session, UUID(kept.branch_id), terminal_id=terminal_id)
    redemption = before or _open(uow, till, confirmed.quote_id, kept, holder)
    if state_of(redemption, uow.now) not in {RedemptionState.ORDERED, RedemptionState.REQUESTED}:
        raise errors.RedemptionClosed(state=state_of(redemption, uow.now))
    claims.lock_day(uow, holder.book_id, holder.resident_id)
    with uow.session.no_autoflush:
        redemption.points, redemption.discount_fen = kept.points, kept.discount_fen
        try:
            place = Place(distance_m=kept.distance_m, accuracy_m=kept.accuracy_m)
            take(uow, till, redemption, holder, consent=confirmed.consent, place=place)
        except Declined as declined:
            declines.keep(uow, redemption, declined)
            raise
    return receipt_of(redemption, uow.now)


def holder_of(uow: UnitOfWork, book: str) -> Holder:
    """The actor as whose points are meant."""
    book_id = points_queries.get_book(uow.session, book).id
    actor = uow.actor
    return Holder(book, book_id, actor.id, actor.person_id, actor.device_id, actor.acted_by)


def _read_scene(uow: UnitOfWork, keys: Keys, scene: str) -> Scanned:
    check_keys(keys)
    if scenes.is_order(scene):
        order = queries.find_order(uow.session, codes.hash_order(scene))
        if order is None or state_of(order, uow.now) is not RedemptionState.ORDERED:
            raise errors.SceneNotGood
        return Scanned(order.branch_id, order)
    short = scenes.SHOP.read(scene, keys)
    if short is None:
        raise errors.SceneNotGood
    return Scanned(sign_queries.get_sign(uow.session, short).branch_id, None)


def _quote(
    uow: UnitOfWork,
    holder: Holder,
    scanned: Scanned,
    till: Till,
    asked: Redemption,
    *,
    order_fen: int,
) -> Quote:
    """What the points are worth today, as far as the offer, the passbook and the limits of the day allow."""
    attempt = _attempt_of(uow, holder, scanned)
    standing = find_standing(uow.session, till, attempt, book=holder.book, book_id=holder.book_id, now=uow.now)
    offer = standing.offer
    if not standing.is_shop:
        raise errors.ShopMissing
    if offer is None:
        raise errors.OfferMissing
    if standing.own:
        raise errors.OwnShop
    day = claims.add_shop_day(uow, till, attempt, book_id=holder.book_id, offer=offer, day=standing.day, promises=False)
    mode = RedeemMode.ORDER_CODE if scanned.order else RedeemMode.SHOP_CODE
    attended = scanned.order is not None or sign_queries.has_terminal(uow.session, scanned.branch_id)
    bounds = Bounds(till, offer, mode, attended, day)
    quote = offer_rules.quote(
        offer,
        order_fen=order_fen,
        available_points=spendable_points(uow, holder),
        points=asked.asked_points,
        max_points=asked.max_points,
        at=uow.now,
        day_left=bounds.points_left(),
    )
    bounds.check(quote)
    points_service.check_holdable(uow, holder.book_id, resident_id=holder.resident_id, points=quote.points)
    return quote


def _attempt_of(uow: UnitOfWork, holder: Holder, scanned: Scanned) -> Redemption:
    """The redemption that it would become, as far as the day has to know it. It is never written."""
    order = scanned.order
    return Redemption(
        id=order.id if order else uow.new_id(),
        branch_id=scanned.branch_id,
        requested_at=order.requested_at if order else uow.now,
        resident_id=holder.resident_id,
        person_id=holder.person_id,
        device_id=holder.device_id,
        acted_by=holder.acted_by,
    )


def _till_of(uow: UnitOfWork, scanned: Scanned) -> Till:
    """The till of an order, or the shop itself. Refuses BranchClosed."""
    terminal_id = scanned.order.terminal_id if scanned.order else None
    till = till_queries.get_till_of(uow.session, scanned.branch_id, terminal_id=terminal_id)
    till_rules.check_trading(till)
    return till


def _keep(quote_id: UUID, resident_id: UUID, kept: Kept) -> None:
    """Nothing is locked while Redis is told."""
    try:
        redis.client().set(f"{KEY}{quote_id}:{resident_id}", json.dumps(asdict(kept)), px=LIFE_MS)
    except RedisError:
        raise errors.CodesAway from None


def _open(uow: UnitOfWork, till: Till, quote_id: UUID, kept: Kept, holder: Holder) -> Redemption:
    """The redemption of a posted code: its number is made of the quote's id, which makes it good once."""
    values = {
        "id": quote_id,
        "out_trade_no": f"s-{quote_id.hex}",
        "mode": RedeemMode.SHOP_CODE,
        "request_hash": rules.fingerprint({"quote": str(quote_id), "resident": str(holder.resident_id)}),
        "code_hash": None,
        "cashier_id": None,
        "takes_at_once": not sign_queries.has_terminal(uow.session, till.branch_id),
        "order_fen": kept.order_fen,
        "asked_points": kept.points,
    }
    return claims.claim_number(uow, till, values, day_of=None)[0]
