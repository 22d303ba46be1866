"""A shop hands a gift out to whoever shows its code, and takes it back."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import Declined
from app.merchants import errors, queries, terms
from app.merchants.models import Reservation
from app.merchants.queries import gifts as gift_queries
from app.merchants.queries.tills import get_till, is_staff_of
from app.merchants.rules import tills as till_rules
from app.merchants.rules.tills import Till
from app.merchants.service import claims, declines, judging
from app.merchants.service.reserving import Reserved, index_of, with_titles
from app.merchants.terms import ReservationState, Verdict
from app.points import service as points_service
from app.points.queries import books


def collect_gift(uow: UnitOfWork, *, code: str) -> Reserved:
    """Hand a gift out at the caller's shop, once, to whoever shows its code; the points become the shop's.

    The same till that asks again within two minutes is answered as it stands: `closed_at` says when it was.
    Refuses GiftCodeNotGood (also used, another shop's, or its time is over), OwnShop (he came to the house since),
    LowTierOver, and what the ledger says to the capture, in the words for a shop.
    """
    till = get_till(uow.session, uow.actor)
    found = gift_queries.lock_by_code(uow.session, till.branch_id, index_of(code))
    if _just_collected(uow, till, found):
        return with_titles(uow, found.book_id, [found])[0]
    if found.state != ReservationState.RESERVED or found.expires_at <= uow.now or found.hold_id is None:
        raise errors.GiftCodeNotGood
    _check_house(uow, till, found)
    _check_tier(uow, till, found)

    try:
        outcome = points_service.capture_hold(
            uow,
            found.book_id,
            cause=f"gift-collected:{found.id}",
            hold_id=found.hold_id,
            resident_id=found.resident_id,
            shop_id=found.shop_id,
        )
    except Declined as declined:
        raise declines.at_till(declined) from None
    found.state, found.transaction_id = ReservationState.COLLECTED, outcome.subject_id
    found.closed_by, found.closed_at, found.terminal_id = uow.actor.id, uow.now, till.terminal_id
    return with_titles(uow, found.book_id, [found])[0]


def return_gift(uow: UnitOfWork, *, reservation_id: UUID) -> Reserved:
    """Give all points of a gift back that the caller's shop handed out, once and within thirty days.

    Its piece is not put back: whether it can be given to somebody else is for whoever cares for the stock. Again it is
    answered as it stands. Refuses ReservationMissing, ReservationClosed (never collected), RefundTooLate; and, with
    the decision kept, GiftReturnStopped, and AlreadyReversed (a treasurer has undone it).
    """
    till = get_till(uow.session, uow.actor)
    found = gift_queries.lock_at_shop(uow.session, till.branch_id, reservation_id)
    if found.state == ReservationState.RETURNED:
        return with_titles(uow, found.book_id, [found])[0]
    if found.state != ReservationState.COLLECTED or found.transaction_id is None or found.closed_at is None:
        raise errors.ReservationClosed(state=found.state)
    if uow.now > found.closed_at + terms.REFUND_LIFE:
        raise errors.RefundTooLate(days=terms.REFUND_LIFE.days)

    book = books.get_book_by_id(uow.session, found.book_id)
    claims.lock_day(uow, found.book_id, found.resident_id)  # what others give back for him now counts as well
    judged = judging.judge_gift_return(uow, found, till, book=book.code)
    if judged.verdict in {Verdict.BLOCK_AND_REVIEW, Verdict.DECLINE}:
        judging.settle_gift_return(uow, found)
        raise errors.GiftReturnStopped
    try:
        outcome = points_service.refund_redemption(
            uow,
            book,
            cause=f"gift-returned:{found.id}",
            transaction_id=found.transaction_id,
            resident_id=found.resident_id,
            shop_id=found.shop_id,
            points=found.points,
            evidence=f"gift:{found.gift_id}",
        )
    except Declined:
        judging.settle_gift_return(uow, found)
        raise
    found.state, found.return_id = ReservationState.RETURNED, outcome.subject_id
    found.returned_by, found.returned_at = uow.actor.id, uow.now
    judging.settle_gifts(uow, [found])
    return with_titles(uow, found.book_id, [found])[0]


def _just_collected(uow: UnitOfWork, till: Till, found: Reservation) -> bool:
    """Say whether this very till handed it out a moment ago: its answer was lost, and it asks again."""
    if found.state != ReservationState.COLLECTED or found.closed_at is None:
        return False
    here = (till.terminal_id, uow.actor.id) == (found.terminal_id, found.closed_by)
    return here and uow.now < found.closed_at + terms.COLLECTED_AGAIN


def _check_house(uow: UnitOfWork, till: Till, found: Reservation) -> None:
    """Ask again what was asked when it was set aside, days ago."""
    book = books.get_book_by_id(uow.session, found.book_id).code
    if is_staff_of(uow.session, till, book=book, resident_id=found.resident_id, now=uow.now, acted_by=found.acted_by):
        raise errors.OwnShop


def _check_tier(uow: UnitOfWork, till: Till, found: Reservation) -> None:
    if till.low_tier and till.terminal_id is not None:
        claims.lock_shop_day(uow, till.branch_id)
        day_points = queries.sum_terminal_day(uow.session, till.branch_id, till.terminal_id, now=uow.now)
        till_rules.check_tier(till, points=found.points, day_points=day_points)
