"""The heart of every redemption: from an order and whose points are meant, to held or taken ones. Defers no job."""

from dataclasses import dataclass

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import Declined
from app.kernel.periods import local_date
from app.merchants import errors, terms
from app.merchants.models import Redemption
from app.merchants.queries.standing import Standing, find_standing
from app.merchants.rules import offers as offer_rules
from app.merchants.rules import redemptions as rules
from app.merchants.rules import tills as till_rules
from app.merchants.rules.daily import Bounds
from app.merchants.rules.evidence import NOWHERE, Place
from app.merchants.rules.offers import OfferTerms, Quote
from app.merchants.rules.redemptions import Day
from app.merchants.rules.tills import Till
from app.merchants.service import claims, judging, offers, telling
from app.merchants.service.codes import Holder
from app.merchants.terms import RedeemMode, RedemptionState, Verdict
from app.points import service as points_service
from app.points.queries import balances
from app.points.queries.books import highest_point_value


@dataclass(frozen=True, slots=True)
class Consent:
    """That the resident confirmed, on the phone; with fingerprint or face (`proven`) or without."""

    proven: bool = False


def take(
    uow: UnitOfWork,
    till: Till,
    redemption: Redemption,
    holder: Holder,
    *,
    consent: Consent | None,
    place: Place = NOWHERE,
) -> None:
    """Decide a claimed redemption of somebody's points: hold them, take them, or wait for him to confirm.

    `place`: how far from the shop his phone is, if it says. The caller has locked his day. Refuses BranchClosed,
    OfferMissing and what the offer does not allow, LowTierOver, UnattendedOver, StepUpNeeded (nothing of these stays);
    and for ever OwnShop, PersonDayOver, ShopDayOver, ShopCodeDayOver, RedemptionRefused, PointsInsufficient,
    AccountFrozen.
    """
    mode = RedeemMode(redemption.mode)
    till_rules.check_trading(till)
    with uow.session.no_autoflush:  # the row is written once, when all is decided
        _belongs_to(redemption, holder)
        standing = find_standing(
            uow.session,
            till,
            redemption,
            book=holder.book,
            book_id=holder.book_id,
            now=uow.now,
        )
        offer = _offer_of(standing, redemption)
        redemption.offer_id = None if offer is None else offer.offer_id
        if standing.own:
            raise errors.OwnShop
        day = claims.add_shop_day(uow, till, redemption, book_id=holder.book_id, offer=offer, day=standing.day)
        bounds = Bounds(till, offer, mode, not redemption.takes_at_once, day)
        quote = _quote(uow, redemption, holder, offer, day_left=bounds.points_left())
        bounds.check(quote)
        redemption.points = quote.points
        redemption.discount_fen = quote.discount_fen if redemption.order_fen else None
        redemption.match_code = redemption.match_code or uow.new_digits(4)
        if not _may_go(uow, redemption, standing, consent, place):
            _ask_to_confirm(uow, till, redemption, holder)
            return
        if offer is None or offer.stock_points is None:
            _move(uow, till, redemption, holder)
            return
        offers.take_stock(uow, holder.book_id, offer_id=offer.offer_id, points=quote.points)
        try:
            _move(uow, till, redemption, holder)
        except Declined:  # what is declined stays written, and takes nothing of the offer
            offers.give_back_stock(uow, holder.book_id, offer_id=offer.offer_id, points=quote.points)
            raise


def _ask_to_confirm(uow: UnitOfWork, till: Till, redemption: Redemption, holder: Holder) -> None:
    """Let it wait for the resident; nobody is asked to confirm what he does not have."""
    points = redemption.points or 0
    points_service.check_holdable(uow, holder.book_id, resident_id=holder.resident_id, points=points)
    redemption.state, redemption.expires_at = RedemptionState.PENDING_CONFIRM, uow.now + terms.CONFIRM_LIFE
    telling.tell(uow, "redemption.needs_confirmation", [redemption], heard=till.heard)


def _offer_of(standing: Standing, redemption: Redemption) -> OfferTerms | None:
    """The offer in force. None: the shop has none, and a cashier names the points of a bill of its own.

    Refuses ShopMissing, OfferMissing, OrderNeeded.
    """
    if not standing.is_shop:
        raise errors.ShopMissing
    if standing.offer is None:
        if redemption.mode != RedeemMode.CASHIER or redemption.order_fen is not None:
            raise errors.OfferMissing
    elif redemption.order_fen is None:
        raise errors.OrderNeeded
    return standing.offer


def _belongs_to(redemption: Redemption, holder: Holder) -> None:
    redemption.book_id, redemption.resident_id = holder.book_id, holder.resident_id
    redemption.person_id, redemption.device_id = holder.person_id, holder.device_id
    redemption.acted_by = holder.acted_by or redemption.acted_by  # who showed the code had a hand in it, too


def _quote(
    uow: UnitOfWork, redemption: Redemption, holder: Holder, offer: OfferTerms | None, *, day_left: int | None
) -> Quote:
    if redemption.points is not None and redemption.discount_fen is not None:
        return Quote(redemption.points, redemption.discount_fen)  # what the resident was shown and confirmed
    if offer is None:
        return _quote_without_bill(uow, redemption, holder)
    asked = redemption.asked_points
    return offer_rules.quote(
        offer,
        order_fen=redemption.order_fen or 0,
        # the ledger itself says whether what was named is there
        available_points=asked if asked is not None else spendable_points(uow, holder),
        points=asked,
        max_points=redemption.max_points,
        at=uow.now,
        day_left=day_left,
    )


def _quote_without_bill(uow: UnitOfWork, redemption: Redemption, holder: Holder) -> Quote:
    """What a cashier named: nothing comes off a bill we know, so limits go by the most that the book pays for it."""
    points = redemption.asked_points or 0
    if redemption.worth_fen is None:
        redemption.worth_fen = points * highest_point_value(uow.session, holder.book_id)
    return Quote(points, 0)


def spendable_points(uow: UnitOfWork, holder: Holder) -> int:
    """What somebody can spend now."""
    today = local_date(uow.now)
    return balances.spendable_points(uow.session, holder.book_id, holder.resident_id, today=today, now=uow.now)


def _may_go(uow: UnitOfWork, redemption: Redemption, standing: Standing, consent: Consent | None, place: Place) -> bool:
    """Say whether points may move now. False: the resident has to confirm first. That he did, and how, is written down.

    Refuses RedemptionRefused for ever, and StepUpNeeded to him who confirmed without fingerprint or face.
    """
    if redemption.outcome is None:
        proven = consent is not None and consent.proven
        judged = judging.judge(uow, redemption, standing.known, place, proven=proven)
        redemption.outcome, redemption.decision_id = judged.verdict, judged.decision_id
    if redemption.outcome == Verdict.DECLINE:
        raise errors.RedemptionRefused
    if consent is not None:
        if rules.needs_soter(RedeemMode(redemption.mode), redemption.weighed_fen) and not consent.proven:
            raise errors.StepUpNeeded
        if _lacks_proof(redemption, standing.day, consent):
            return False
        redemption.confirmed_at, redemption.is_proven = uow.now, consent.proven
        return True
    return redemption.outcome != Verdict.BLOCK_AND_REVIEW and redemption.weighed_fen <= terms.CONFIRM_ABOVE_FEN


def _lacks_proof(redemption: Redemption, day: Day, consent: Consent) -> bool:
    """Say whether what anti-fraud blocked was only tapped, and is too much for that: now he is asked for proof.

    Refuses StepUpNeeded to him who was asked.
    """
    if consent.proven or redemption.outcome != Verdict.BLOCK_AND_REVIEW:
        return False
    if not rules.insists_on_proof(redemption.weighed_fen, day):
        return False
    if redemption.state == RedemptionState.PENDING_CONFIRM:
        raise errors.StepUpNeeded
    return True


def _move(uow: UnitOfWork, till: Till, redemption: Redemption, holder: Holder) -> None:
    """Let the ledger hold the points, or take them at once."""
    if redemption.takes_at_once:
        outcome = points_service.redeem_points(
            uow,
            holder.book_id,
            cause=f"redeem:{redemption.id}",
            resident_id=holder.resident_id,
            shop_id=redemption.branch_id,
            points=redemption.points or 0,
            evidence=f"redemption:{redemption.id}",
        )
        redemption.state, redemption.closed_at = RedemptionState.CAPTURED, uow.now
        redemption.captured_points, redemption.transaction_id = outcome.points, outcome.subject_id
        telling.tell(uow, "redemption.captured", [redemption], heard=till.heard)
        return
    expires_at = uow.now + (terms.ACCEPT_LIFE if redemption.mode == RedeemMode.SHOP_CODE else terms.HOLD_LIFE)
    placed = points_service.hold_points(
        uow,
        holder.book_id,
        cause=f"pay:{redemption.branch_id}:{redemption.id}",
        resident_id=holder.resident_id,
        points=redemption.points or 0,
        expires_at=expires_at,
        evidence=f"redemption:{redemption.id}",
    )
    redemption.state, redemption.hold_id, redemption.expires_at = RedemptionState.HELD, placed.hold_id, expires_at
    telling.tell(uow, "redemption.held", [redemption], heard=till.heard)
