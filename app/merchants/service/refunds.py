"""Giving points back for goods returned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.identity import queries as identity_queries
from app.identity.errors import PersonMissing
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.errors import Declined
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import errors, queries
from app.merchants.models import Complaint, Redemption, Refund, Reservation
from app.merchants.queries import gifts as gift_queries
from app.merchants.rules import redemptions as rules
from app.merchants.service import claims, judging, offers, telling
from app.merchants.service.receipts import state_of
from app.merchants.terms import RefundState, Verdict
from app.points import queries as points_queries
from app.points import service as points_service
from app.points.queries import books

TILLS = frozenset({Role.TERMINAL, Role.CASHIER})
STOPPED: Mapping[str, type[Declined]] = {each.code: each for each in (errors.RefundStopped, errors.RefundRefused)}


def refund_redemption(uow: UnitOfWork, *, out_trade_no: str, points: int, out_refund_no: str) -> Refund:
    """Give back points (1 to 10^9) of a captured redemption, under the shop's own number, as often as some are left.

    They go to the lots they came from. The number is good once: the same request again answers the same refund or the
    same decline, another one is refused. Refuses OutTradeNoMalformed, RedemptionMissing, NotCaptured, RefundTooLate,
    OutRefundNoReused; and, for ever under its number, AmountOver (more than is left), AlreadyReversed, RefundStopped,
    RefundRefused.
    """
    branch_id = rules.shop_of(uow.actor)
    redemption = queries.lock_redemption(uow.session, branch_id, out_trade_no)
    if redemption is None:
        raise errors.RedemptionMissing(field="out_trade_no")
    return _refund(uow, redemption, points, out_refund_no)


def refund_payment(uow: UnitOfWork, *, book: str, payment_id: UUID, points: int, out_refund_no: str) -> Refund:
    """What `refund_redemption` does, for a cashier of this book and by the redemption's id."""
    book_id = points_queries.get_book(uow.session, book).id
    redemption = queries.lock_redemption_of_shop(uow.session, book_id, rules.shop_of(uow.actor), payment_id)
    return _refund(uow, redemption, points, out_refund_no)


def refund_complained(
    uow: UnitOfWork, redemption: Redemption, complaint: Complaint, *, points: int, by_shop: bool = False
) -> Refund:
    """Give back points of a locked redemption because its resident was right to complain, in time if he complained so.

    `by_shop`: its owner says so alone, and anti-fraud is asked as at its till. The number is one that no shop can use,
    and another one for the shop than for the desk. Refuses NotCaptured, and as declines what `refund_redemption` does.
    """
    number = f"complaint:{complaint.id}{':shop' if by_shop else ''}"
    return _refund(uow, redemption, points, number, asked_at=complaint.opened_at, by_shop=by_shop)


@dataclass(frozen=True, slots=True)
class ToCareFor:
    """Points of a refund, or of a gift that came back (`id` is then its transaction's), for somebody to see to."""

    id: UUID
    state: str
    points: int
    requested_at: datetime
    transaction_id: UUID | None
    redemption_id: UUID | None = None
    out_refund_no: str | None = None
    reservation_id: UUID | None = None


def list_refunds_to_care_for(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[ToCareFor]:
    """Refunds and gifts whose points wait in a passbook that nobody uses: its owner has closed the account.

    A treasurer hands such a passbook over (a transfer, by two people), or lets the points expire.
    """
    book_id, after = points_queries.get_book(uow.session, book).id, read_id(cursor)
    refunds = queries.list_refunds_to_care_for(uow.session, book_id, after=after, limit=limit + 1)
    returns = gift_queries.list_returns_to_care_for(uow.session, book_id, after=after, limit=limit + 1)
    rows = sorted([*map(_of_refund, refunds), *map(_of_gift, returns)], key=lambda each: each.id)
    return page_by_id(rows[: limit + 1], limit, lambda each: each.id)


def _of_refund(refund: Refund) -> ToCareFor:
    return ToCareFor(
        id=refund.id,
        state=refund.state,
        points=refund.points,
        requested_at=refund.requested_at,
        transaction_id=refund.transaction_id,
        redemption_id=refund.redemption_id,
        out_refund_no=refund.out_refund_no,
    )


def _of_gift(gift: Reservation) -> ToCareFor:
    return ToCareFor(
        id=gift.return_id or gift.id,
        state=RefundState.REFUNDED,
        points=gift.points,
        requested_at=gift.returned_at or gift.reserved_at,
        transaction_id=gift.return_id,
        reservation_id=gift.id,
    )


def _refund(
    uow: UnitOfWork,
    redemption: Redemption,
    points: int,
    out_refund_no: str,
    *,
    asked_at: datetime | None = None,
    by_shop: bool = False,
) -> Refund:
    rules.check_refund(state_of(redemption, uow.now), redemption.closed_at, asked_at or uow.now)
    if redemption.book_id is None or redemption.transaction_id is None or redemption.resident_id is None:
        raise errors.NotCaptured(state=redemption.state)
    refund = _claim(uow, redemption, redemption.book_id, out_refund_no, points)
    rules.check_same_refund((refund.redemption_id, refund.points), (redemption.id, points), out_refund_no=out_refund_no)
    if refund.state == RefundState.REFUNDED:
        return refund

    book = books.get_book_by_id(uow.session, redemption.book_id)
    try:  # of a declined refund: anti-fraud and the ledger remember, and decline in the same words
        if by_shop or uow.actor.roles & TILLS:
            _ask(uow, redemption, refund, book=book.code, resident_id=redemption.resident_id)
        outcome = points_service.refund_redemption(
            uow,
            book,
            cause=f"refund:{redemption.branch_id}:{refund.out_refund_no}",
            transaction_id=redemption.transaction_id,
            resident_id=redemption.resident_id,
            shop_id=redemption.branch_id,
            points=points,
            evidence=f"redemption:{redemption.id}",
        )
    except Declined as declined:
        refund.state, refund.decline = RefundState.DECLINED, declined.code
        judging.settle_refund(uow, refund)
        raise

    refund.state, refund.transaction_id = RefundState.REFUNDED, outcome.subject_id
    refund.needs_care = is_gone(uow, redemption.person_id)
    redemption.refunded_points += points
    if redemption.offer_id is not None:
        offers.give_back_stock(uow, redemption.book_id, offer_id=redemption.offer_id, points=points)
    judging.settle(uow, redemption, points=(redemption.captured_points or 0) - redemption.refunded_points)
    telling.tell(uow, "refund.created", [redemption], refund=refund)
    return refund


def _ask(uow: UnitOfWork, redemption: Redemption, refund: Refund, *, book: str, resident_id: UUID) -> None:
    """Let anti-fraud decide. Goods that were returned are the shopper's right: what is merely odd goes on, seen.

    Asked about is what comes from a shop: what people of the community give back they have looked at. More than is left
    is the ledger's to decline. Refuses RefundStopped, RefundRefused; again, too.
    """
    if refund.decline is not None:
        if refund.decline in STOPPED:
            raise STOPPED[refund.decline]
        return
    if refund.points > (redemption.captured_points or 0) - redemption.refunded_points:
        return
    claims.lock_day(uow, refund.book_id, resident_id)  # what others give back for him in this moment counts as well
    judged = judging.judge_refund(uow, redemption, refund, book=book, resident_id=resident_id)
    if judged.verdict is Verdict.BLOCK_AND_REVIEW:
        raise errors.RefundStopped
    if judged.verdict is Verdict.DECLINE:
        raise errors.RefundRefused


def is_gone(uow: UnitOfWork, person_id: UUID | None) -> bool:
    """Say whether whoever is paid back has closed the account since."""
    if person_id is None:
        return False
    try:
        identity_queries.get_person(uow.session, person_id)
    except PersonMissing:
        return True
    return False


def _claim(uow: UnitOfWork, redemption: Redemption, book_id: int, out_refund_no: str, points: int) -> Refund:
    """Take the shop's number for a new refund, or find the refund it was used for; a twin is waited for."""
    claimed = uow.session.scalar(
        insert(Refund)
        .values(
            book_id=book_id,
            id=uow.new_id(),
            branch_id=redemption.branch_id,
            out_refund_no=out_refund_no,
            redemption_id=redemption.id,
            points=points,
            state=RefundState.REQUESTED,
            asked_by=uow.actor.id,
            requested_at=uow.now,
        )
        .on_conflict_do_nothing(index_elements=["branch_id", "out_refund_no"])
        .returning(Refund)
    )
    return claimed or queries.get_refund_of(uow.session, redemption.branch_id, out_refund_no)
