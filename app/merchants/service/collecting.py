"""A shop hands a gift out to whoever shows its code, and takes it back."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import Declined
from app.merchants import errors, queries, terms
from app.merchants.models import Complaint, Reservation
from app.merchants.queries import gifts as gift_queries
from app.merchants.queries.tills import get_till, get_till_of, is_staff_of
from app.merchants.rules import tills as till_rules
from app.merchants.rules.tills import Till
from app.merchants.service import claims, declines, judging, telling
from app.merchants.service.gift_codes import ShownGiftCode, reservation_of
from app.merchants.service.refunds import is_gone
from app.merchants.service.reserving import Reserved, with_titles
from app.merchants.terms import ReservationState, Verdict
from app.points import service as points_service
from app.points.queries import books

NOTHING = UUID(int=0)


def collect_gift(uow: UnitOfWork, *, shown: ShownGiftCode) -> Reserved:
    """Hand a gift out at the caller's shop, once, to whoever shows its code; the points become the shop's.

    The same till that asks again while the code lives is answered as it stands: `closed_at` says when it was.
    Refuses CodesAway, GiftCodeNotGood (also used, another shop's, or its time is over), OwnShop (he, or who showed the
    code, came to the house since), LowTierOver, and what the ledger says to the capture, in the words for a shop.
    """
    till = get_till(uow.session, uow.actor)
    found = gift_queries.lock_shown(uow.session, till.branch_id, reservation_of(shown, uow.now))
    if _just_collected(uow, till, found):
        return with_titles(uow, found.book_id, [found])[0]
    if found.state != ReservationState.RESERVED or found.expires_at <= uow.now or found.hold_id is None:
        raise errors.GiftCodeNotGood
    for acted_by in {found.acted_by, shown.acted_by}:
        _check_house(uow, till, found, acted_by)
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
    telling.tell_gifts(uow, "gift.collected", [found])
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

    _give_back(uow, found, till, cause=f"gift-returned:{found.id}")
    return with_titles(uow, found.book_id, [found])[0]


def return_complained(uow: UnitOfWork, found: Reservation, complaint: Complaint, *, by_shop: bool) -> None:
    """Give all points of a locked gift back because its resident was right to complain, also after thirty days.

    `by_shop`: its owner says so alone, and anti-fraud is asked as at its till. Refuses as declines what `return_gift`
    does.
    """
    till = get_till_of(uow.session, found.shop_id) if by_shop else None
    _give_back(uow, found, till, cause=f"gift-complained:{complaint.id}{':shop' if by_shop else ''}")


def _give_back(uow: UnitOfWork, found: Reservation, till: Till | None, *, cause: str) -> None:
    """Move the points of a gift that was handed out. `till`: the shop asks; None: the community's people decided it."""
    book = books.get_book_by_id(uow.session, found.book_id)
    if till is not None:
        claims.lock_day(uow, found.book_id, found.resident_id)  # what others give back for him now counts as well
        judged = judging.judge_gift_return(uow, found, till, book=book.code)
        if judged.verdict in {Verdict.BLOCK_AND_REVIEW, Verdict.DECLINE}:
            judging.settle_gift_return(uow, found)
            raise errors.GiftReturnStopped
    try:
        outcome = points_service.refund_redemption(
            uow,
            book,
            cause=cause,
            transaction_id=found.transaction_id or NOTHING,
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
    found.needs_care = is_gone(uow, found.person_id)
    judging.settle_gifts(uow, [found])
    telling.tell_gifts(uow, "gift.returned", [found])


def _just_collected(uow: UnitOfWork, till: Till, found: Reservation) -> bool:
    """Say whether this very till handed it out a moment ago: its answer was lost, and it asks again."""
    here = (till.terminal_id, uow.actor.id) == (found.terminal_id, found.closed_by)
    return here and found.state == ReservationState.COLLECTED


def _check_house(uow: UnitOfWork, till: Till, found: Reservation, acted_by: UUID | None) -> None:
    """Ask again what was asked when it was set aside, days ago."""
    book = books.get_book_by_id(uow.session, found.book_id).code
    if is_staff_of(uow.session, till, book=book, resident_id=found.resident_id, now=uow.now, acted_by=acted_by):
        raise errors.OwnShop


def _check_tier(uow: UnitOfWork, till: Till, found: Reservation) -> None:
    if till.low_tier and till.terminal_id is not None:
        claims.lock_shop_day(uow, till.branch_id)
        day_points = queries.sum_terminal_day(uow.session, till.branch_id, till.terminal_id, now=uow.now)
        till_rules.check_tier(till, points=found.points, day_points=day_points)
