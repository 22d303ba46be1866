"""Taking held points, in time or once more after it."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import Declined
from app.merchants import errors, queries
from app.merchants.models import Redemption
from app.merchants.queries import offers as offer_queries
from app.merchants.queries import tills as till_queries
from app.merchants.rules import redemptions as rules
from app.merchants.rules import tills as till_rules
from app.merchants.rules.redemptions import Whose
from app.merchants.service import claims, judging, offers, telling
from app.merchants.service.receipts import Receipt, receipt_of, state_of
from app.merchants.terms import RedeemMode, RedemptionState, Verdict
from app.points import service as points_service
from app.points.errors import AccountFrozen, CauseReused, HoldResolved
from app.points.service import Outcome
from app.points.terms import HoldResolution

TAKEN = frozenset({RedemptionState.CAPTURED, RedemptionState.PARTLY_REFUNDED, RedemptionState.REFUNDED})


def capture(uow: UnitOfWork, redemption: Redemption, points: int | None) -> Receipt:
    """Take `points` (None: all) of a locked redemption; the rest is free at once. Once; the same again is a replay.

    After the hold's end they are taken anew, once and within ten minutes; what was paid by a posted code is not.
    Refuses RedemptionClosed, CaptureOver, CaptureRefused, HoldLapsed.
    """
    state = state_of(redemption, uow.now)
    held = redemption.points or 0
    wanted = points or held
    if state in TAKEN and redemption.captured_points == wanted:
        return receipt_of(redemption, uow.now)
    if state not in {RedemptionState.HELD, RedemptionState.EXPIRED} or redemption.hold_id is None:
        raise errors.RedemptionClosed(state=state)
    owner = rules.whose(state, redemption.book_id, redemption.resident_id)
    rules.check_capture(wanted, held)

    outcome = None
    if state is RedemptionState.HELD:
        outcome = _take_held(uow, redemption, owner, wanted, hold_id=redemption.hold_id)
    if outcome is None:
        outcome = _take_anew(uow, redemption, owner, wanted)

    redemption.state, redemption.closed_at = RedemptionState.CAPTURED, uow.now
    redemption.captured_points, redemption.transaction_id = outcome.points, outcome.subject_id
    judging.settle(uow, redemption, points=outcome.points)
    telling.tell(uow, "redemption.captured", [redemption])
    return receipt_of(redemption, uow.now)


def _take_held(uow: UnitOfWork, redemption: Redemption, owner: Whose, points: int, *, hold_id: UUID) -> Outcome | None:
    """Take of what is held. A freeze since then stops what somebody still had to look at, and nothing else.

    None: the ledger's sweeper, whose clock is ahead of ours, has ended the hold.
    """
    try:
        outcome = points_service.capture_hold(
            uow,
            owner.book_id,
            cause=f"capture:{redemption.id}",
            hold_id=hold_id,
            resident_id=owner.resident_id,
            shop_id=redemption.branch_id,
            points=points,
            although_frozen=redemption.outcome in {None, Verdict.APPROVE},
        )
    except AccountFrozen:
        raise errors.CaptureRefused from None
    except HoldResolved as over:
        if over.params["resolution"] != HoldResolution.EXPIRED:
            raise
        return None
    _free_stock(uow, redemption, owner, (redemption.points or 0) - points)
    return outcome


def _take_anew(uow: UnitOfWork, redemption: Redemption, owner: Whose, points: int) -> Outcome:
    """Take points whose hold is over, under the limits of the day as they are now. What came of it stays."""
    if not rules.may_capture_late(RedeemMode(redemption.mode), redemption.expires_at, uow.now):
        raise errors.RedemptionClosed(state=RedemptionState.EXPIRED)
    was_swept = redemption.state == RedemptionState.EXPIRED
    if not was_swept:  # what the sweeper would do
        _free_stock(uow, redemption, owner, redemption.points or 0)
    redemption.state, redemption.closed_at = RedemptionState.EXPIRED, uow.now
    claims.lock_day(uow, owner.book_id, owner.resident_id)
    try:
        _check_day_anew(uow, redemption, owner, points)
        outcome = points_service.redeem_points(
            uow,
            owner.book_id,
            cause=f"late:{redemption.id}",
            resident_id=owner.resident_id,
            shop_id=redemption.branch_id,
            points=points,
            evidence=f"redemption:{redemption.id}",
        )
    except (Declined, CauseReused, errors.LowTierOver):  # the second: it was tried before, for other points
        if not was_swept:
            judging.settle_lapsed(uow, [redemption])
            telling.tell(uow, "redemption.expired", [redemption])
        raise errors.HoldLapsed from None
    if redemption.offer_id is not None:
        offers.take_stock(uow, owner.book_id, offer_id=redemption.offer_id, points=points)
    return outcome


def _check_day_anew(uow: UnitOfWork, redemption: Redemption, owner: Whose, points: int) -> None:
    """Hold it to what a new payment is held to: the resident's day, the shop's, the till's, and what a tap is good for.

    Refuses PersonDayOver, ShopDayOver, LowTierOver, HoldLapsed.
    """
    offer = None
    if redemption.offer_id is not None:
        offer = offer_queries.get_offer_of(uow.session, owner.book_id, redemption.offer_id)
    till = till_queries.get_till_of(uow.session, redemption.branch_id, terminal_id=redemption.terminal_id)
    mine = queries.sum_day(uow.session, redemption, owner.book_id, owner.resident_id, now=uow.now)
    day = claims.add_shop_day(uow, till, redemption, book_id=owner.book_id, offer=offer, day=mine)
    if offer is not None:
        rules.check_day(offer, day, points)
    till_rules.check_tier(till, points=points, day_points=day.terminal_points)
    was_tapped = redemption.outcome == Verdict.BLOCK_AND_REVIEW and not redemption.is_proven
    if was_tapped and rules.insists_on_proof(redemption.weighed_fen, day):
        raise errors.HoldLapsed


def _free_stock(uow: UnitOfWork, redemption: Redemption, owner: Whose, points: int) -> None:
    if points > 0 and redemption.offer_id is not None:
        offers.give_back_stock(uow, owner.book_id, offer_id=redemption.offer_id, points=points)
