"""Ending what nobody finished in time."""

from collections import Counter

from app.infra.unit_of_work import UnitOfWork
from app.merchants import queries, terms
from app.merchants.service import judging, offers, telling
from app.merchants.terms import RedemptionState


def expire_redemptions(uow: UnitOfWork) -> int:
    """Write down one batch of redemptions whose time is over; answers how many. Called until it returns 0.

    The ledger gives back the points by itself: a hold that is over sets nothing aside. Whoever captures at this moment
    has the row, and it is left to him.
    """
    due = queries.lock_due(uow.session, now=uow.now, limit=terms.DUE_BATCH)
    freed: Counter[tuple[int, str]] = Counter()
    for redemption in due:
        if redemption.state == RedemptionState.HELD and redemption.book_id and redemption.offer_id:
            freed[redemption.book_id, str(redemption.offer_id)] += redemption.points or 0
        redemption.state, redemption.closed_at = RedemptionState.EXPIRED, uow.now
    offers.give_back_stocks(uow, freed)
    judging.settle_lapsed(uow, due)
    telling.tell(uow, "redemption.expired", due)
    return len(due)
