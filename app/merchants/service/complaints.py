"""A resident's word against what a shop took: it answers, two people of the desk decide, silence has a default."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import errors, queries, terms
from app.merchants.models import Complaint, Merchant, Redemption, Reservation
from app.merchants.queries import complaints as complaint_queries
from app.merchants.queries import gifts as gift_queries
from app.merchants.queries import merchants as merchant_queries
from app.merchants.rules import complaints as rules
from app.merchants.service import (
    claims,
    complained,
    complaint_notices,
    deciding_complaints,
    holding,
    own,
    telling_shops,
)
from app.merchants.service.complained import Taken
from app.merchants.terms import ComplaintKind, ComplaintOutcome, ComplaintState, DisputeState
from app.points import queries as points_queries
from app.points.queries.books import codes_of

STOPPED = (errors.RefundStopped, errors.RefundRefused, errors.GiftReturnStopped)


@dataclass(frozen=True, slots=True)
class ShopComplaint:
    """A complaint as the shop sees it: its own number for the redemption (None: a gift), and the code of the book."""

    complaint: Complaint
    out_trade_no: str | None
    book: str


def open_complaint(uow: UnitOfWork, *, book: str, redemption_id: UUID, kind: ComplaintKind, words: str) -> Complaint:
    """Complain of a redemption of one's own, once and within thirty days. What it comes to is kept back from the shop.

    A helper may do it for whom he helps; that it was he is written down, and he decides nothing of it.

    Refuses RedemptionMissing, ComplaintTwice, ComplaintOfNothing, ComplaintNeedless, ComplaintLate, ComplaintsTooMany.
    """
    book_id = points_queries.get_book(uow.session, book).id
    redemption = queries.lock_own_redemption(uow.session, book_id, uow.actor.id, redemption_id)
    _check_once(complaint_queries.find_complaint_of(uow.session, redemption_id))
    return _open(uow, book, book_id, redemption, kind=kind, words=words)


def open_gift_complaint(
    uow: UnitOfWork, *, book: str, reservation_id: UUID, kind: ComplaintKind, words: str
) -> Complaint:
    """Complain of a gift that one was handed out, as of a payment. It comes back whole or not at all.

    Refuses ReservationMissing, and what `open_complaint` does.
    """
    book_id = points_queries.get_book(uow.session, book).id
    found = gift_queries.get_reservation(uow.session, book_id, uow.actor.id, reservation_id, lock=True)
    _check_once(complaint_queries.find_complaint_of_gift(uow.session, book_id, reservation_id))
    return _open(uow, book, book_id, found, kind=kind, words=words)


def _check_once(before: Complaint | None) -> None:
    if before is not None:
        raise errors.ComplaintTwice(state=before.state)


def _open(uow: UnitOfWork, book: str, book_id: int, taken: Taken, *, kind: ComplaintKind, words: str) -> Complaint:
    """Write a complaint of something locked, and keep its line back."""
    transaction_id = complained.check_taken(uow, taken)
    claims.lock_day(uow, book_id, uow.actor.id)  # one at a time, so that they are counted
    if complaint_queries.count_waiting(uow.session, book_id, uow.actor.id) >= terms.COMPLAINTS_OPEN_MAX:
        raise errors.ComplaintsTooMany(open_max=terms.COMPLAINTS_OPEN_MAX)
    shop_id = complained.shop_of(taken)
    queries.lock_shop(uow.session, book_id, shop_id)  # a statement has its line, or sees the complaint

    complaint = Complaint(
        book_id=book_id,
        id=uow.new_id(),
        redemption_id=taken.id if isinstance(taken, Redemption) else None,
        reservation_id=taken.id if isinstance(taken, Reservation) else None,
        shop_id=shop_id,
        transaction_id=transaction_id,
        resident_id=uow.actor.id,
        kind=kind,
        text=words,
        state=ComplaintState.OPEN,
        due_at=deciding_complaints.due_after(uow, book, terms.COMPLAINT_ANSWER_DAYS),
        opened_by=uow.actor.acted_by or uow.actor.id,
        opened_at=uow.now,
    )
    uow.session.add(complaint)
    uow.session.flush()
    holding.keep_for(uow, complaint)
    complaint_notices.tell_shop(uow, complaint, points=complained.points_taken(taken))
    telling_shops.tell_complaint(uow, "dispute.opened", complaint)
    return complaint


def withdraw_complaint(uow: UnitOfWork, *, book: str, complaint_id: UUID) -> Complaint:
    """Take a complaint of one's own back. Again it is as it stands. Refuses ComplaintMissing, ComplaintClosed."""
    book_id = points_queries.get_book(uow.session, book).id
    complaint = complaint_queries.get_complaint(uow.session, book_id, complaint_id)
    if complaint.resident_id != uow.actor.id:
        raise errors.ComplaintMissing
    complaint, _ = deciding_complaints.lock(uow, complaint)
    if complaint.state == ComplaintState.WITHDRAWN:
        return complaint
    rules.check_waiting(complaint.state)
    deciding_complaints.settle(uow, complaint, ComplaintState.WITHDRAWN, why="withdrawn", by=uow.actor.id)
    holding.let_go(uow, complaint, DisputeState.FOR_SHOP)
    return complaint


def answer_complaint(
    uow: UnitOfWork, merchant: Merchant, *, book: str, complaint_id: UUID, agrees: bool, words: str
) -> Complaint:
    """Answer as an owner: agreeing gives all points back at once, as the shop may do at its till anyway.

    Anti-fraud is asked as it is there. What it stops is not the shop's alone to give back: two of the desk look at it,
    and the complaint waits for them. Refuses BookMissing, ComplaintMissing, ComplaintClosed.
    """
    book_id = points_queries.get_book(uow.session, book).id
    complaint = complaint_queries.get_complaint(uow.session, book_id, complaint_id)
    branch = merchant_queries.find_branch(uow.session, complaint.shop_id)
    if branch is None or branch.merchant_id != merchant.id:
        raise errors.ComplaintMissing
    complaint, taken = deciding_complaints.lock(uow, complaint)
    rules.check_answer(complaint.state)

    complaint.state, complaint.answer = ComplaintState.CONTESTED, words
    complaint.answered_by, complaint.answered_at = uow.actor.id, uow.now
    complaint.due_at = deciding_complaints.due_after(uow, book, terms.COMPLAINT_DECISION_DAYS)
    telling_shops.tell_complaint(uow, "dispute.answered", complaint)
    if agrees and not complaint_queries.was_refund_stopped(uow.session, taken.id):
        left, by = complained.points_left(uow, taken), uow.actor.id
        with suppress(*STOPPED):  # that it was stopped stays written
            deciding_complaints.give_back(uow, complaint, taken, points=left, why=words[:200], by=by, by_shop=True)
    return complaint


def decide_complaint(
    uow: UnitOfWork, *, book: str, complaint_id: UUID, outcome: ComplaintOutcome, points: int | None, reason: str
) -> Complaint:
    """Decide a complaint once the shop has answered or its time is over.

    Rejecting takes one person: the shop gets what it is owed anyway. Giving points back takes two: the first proposes,
    and another who wants the same gives them back. Refuses ComplaintMissing, ComplaintClosed, ComplaintWaits,
    ComplaintOwn, ComplaintBySame, ComplaintPointsOver, ComplaintGiftWhole, ComplaintPointsNeedless.
    """
    book_id = points_queries.get_book(uow.session, book).id
    complaint, taken = deciding_complaints.lock(
        uow, complaint_queries.get_complaint(uow.session, book_id, complaint_id)
    )
    actor = uow.actor
    rules.check_decision(
        complaint.state,
        due_at=complaint.due_at,
        parties=(
            complaint.resident_id,
            complaint.opened_by,
            taken.person_id,
            *complaint_queries.list_house(uow.session, complaint.shop_id),
        ),
        decider=own.list_close(uow),
    )
    if outcome is ComplaintOutcome.REJECT:
        if points is not None:
            raise errors.ComplaintPointsNeedless
        deciding_complaints.reject(uow, complaint, why=reason, by=actor.id)
        return complaint
    back = rules.points_of(points, complained.points_left(uow, taken), whole=isinstance(taken, Reservation))
    proposed, by = complaint.points, complaint.proposed_by
    if rules.needs_second(proposed=proposed, proposed_by=by, points=back, decider=actor.id):
        complaint.points, complaint.proposed_by, complaint.proposed_at = back, actor.id, uow.now
        return complaint
    deciding_complaints.give_back(uow, complaint, taken, points=back, why=reason, by=actor.id)
    uow.session.flush()  # the database says now whether these two are two
    return complaint


def forget_complaints(uow: UnitOfWork, *, person_id: str) -> None:
    """Erase the words somebody complained with, wherever he lived: his account is closed."""
    complaint_queries.erase_words(uow.session, UUID(person_id))


def list_own_complaints(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Complaint]:
    """The actor's own complaints in a book, newest first."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = complaint_queries.list_of_resident(
        uow.session, book_id, uow.actor.id, before=read_id(cursor), limit=limit + 1
    )
    return page_by_id(rows, limit, lambda each: each.id)


def list_complaints(
    uow: UnitOfWork, *, book: str, state: ComplaintState, limit: int, cursor: str | None
) -> Page[Complaint]:
    """Complaints of one state in a book, newest first."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = complaint_queries.list_complaints(uow.session, book_id, state=state, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.id)


def list_merchant_complaints(
    uow: UnitOfWork, merchant: Merchant, *, limit: int, cursor: str | None
) -> Page[ShopComplaint]:
    """Complaints about redemptions at all branches of a merchant, newest first."""
    branches = list(merchant_queries.list_branch_ids(uow.session, merchant.id, limit=terms.BRANCHES_MAX * 10))
    rows = complaint_queries.list_of_shops(uow.session, branches, before=read_id(cursor), limit=limit + 1)
    page = page_by_id(rows, limit, lambda row: row[0].id)
    return Page(_shown(uow, [(row[0], row[1]) for row in page.items]), page.next_cursor)


def _shown(uow: UnitOfWork, rows: Sequence[tuple[Complaint, str | None]]) -> list[ShopComplaint]:
    codes = codes_of(uow.session, {complaint.book_id for complaint, _ in rows})
    return [ShopComplaint(complaint, number, codes[complaint.book_id]) for complaint, number in rows]
