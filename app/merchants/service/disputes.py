"""Keeping a line of a statement back while somebody doubts it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import errors, queries
from app.merchants.models import Dispute, Settlement
from app.merchants.queries import disputes as dispute_queries
from app.merchants.rules.payouts import check_closing, check_decidable, disputable, needs_another
from app.merchants.service import own, telling_shops
from app.merchants.service.holding import keep_of
from app.merchants.terms import DisputeCause, DisputeState
from app.points import queries as points_queries
from app.points.service import adjusting
from app.risk.queries import get_case


@dataclass(frozen=True, slots=True)
class DisputeAdjustment:
    """What is to be taken off for a disputed line, once another person approves the proposal."""

    dispute_id: UUID
    proposal_id: UUID
    fen: int
    state: str


ONCE = ("uq_merchants_disputes_cause", "uq_merchants_disputes_kept")


def open_dispute(uow: UnitOfWork, *, book: str, settlement_id: UUID, transaction_id: UUID, reason: str) -> Dispute:
    """Keep a line of a statement back: of what is still to be paid, what the line comes to, and no more.

    A line that was kept back before for another reason, and let go, is in the statement that took it over. A signature
    stands: less is paid than was approved, never more. Refuses SettlementMissing, OwnBusiness, LineMissing, LineMoved,
    DisputeLate (in a file, or paid), NothingToDispute (a refund; nothing left), DisputeTwice (kept back now, or by the
    desk ever).
    """
    settlement = queries.lock_settlement(uow.session, points_queries.get_book(uow.session, book).id, settlement_id)
    own.check_shop(uow, settlement.shop_id)
    return doubt_line(uow, settlement, transaction_id=transaction_id, reason=reason)


def doubt_line(uow: UnitOfWork, settlement: Settlement, *, transaction_id: UUID, reason: str) -> Dispute:
    """What `open_dispute` does for the desk, of a locked statement. Refuses the same but OwnBusiness."""
    line_fen = _line_in(uow, settlement, transaction_id)
    kept = disputable(state=settlement.state, line_fen=line_fen, payable_fen=settlement.payable_fen)

    dispute = Dispute(
        book_id=settlement.book_id,
        id=uow.new_id(),
        shop_id=settlement.shop_id,
        settlement_id=settlement.id,
        transaction_id=transaction_id,
        fen=kept,
        reason=reason,
        cause=DisputeCause.DESK,
        state=DisputeState.OPEN,
        opened_by=uow.actor.id,
        opened_at=uow.now,
    )
    uow.session.add(dispute)
    keep_of(settlement, kept)
    try:
        uow.session.flush()
    except IntegrityError as error:
        if any(name in str(error.orig) for name in ONCE):
            raise errors.DisputeTwice from None
        raise
    telling_shops.tell_dispute(uow, "dispute.opened", dispute)
    return dispute


def adjust_dispute(
    uow: UnitOfWork, *, book: str, dispute_id: UUID, fen: int, sponsor_id: UUID | None, reason: str
) -> DisputeAdjustment:
    """Propose that a shop be owed less for a disputed line (`fen` below 0); another person approves the proposal.

    It counts for this line alone. Refuses DisputeMissing, OwnBusiness, DisputeClosed, DisputeWaits,
    AdjustmentOver, AccountMissing.
    """
    book_id = points_queries.get_book(uow.session, book).id
    dispute = dispute_queries.lock_dispute(uow.session, book_id, dispute_id)
    own.check_shop(uow, dispute.shop_id)
    check_decidable(state=dispute.state, cause=dispute.cause)
    left = dispute_queries.sum_left(uow.session, dispute, waiting=True)
    if -fen > left:
        raise errors.AdjustmentOver(left_fen=max(left, 0))
    proposal = adjusting.propose_adjustment(
        uow,
        book=book,
        shop_id=dispute.shop_id,
        fen=fen,
        sponsor_id=sponsor_id,
        reason=reason,
        dispute_id=dispute.id,
    )
    return DisputeAdjustment(dispute.id, proposal.id, fen, proposal.state)


def close_dispute(uow: UnitOfWork, *, book: str, dispute_id: UUID, outcome: DisputeState, reason: str) -> Dispute:
    """Close a dispute that somebody else opened. What was kept back goes into the shop's next statement.

    For the resident: where all that the line came to was taken off already, by refunds of it or by adjustments that
    name the dispute; they stand in that statement as well. What anti-fraud has confirmed takes two: the first proposes,
    another with the same outcome closes. Refuses DisputeMissing, OwnBusiness, DisputeClosed, DisputeWaits,
    DisputeBySame, DisputeNotRefunded.
    """
    book_id = points_queries.get_book(uow.session, book).id
    dispute = dispute_queries.lock_dispute(uow.session, book_id, dispute_id)
    own.check_shop(uow, dispute.shop_id)
    closer = uow.actor.id
    check_closing(
        state=dispute.state,
        cause=dispute.cause,
        opened_by=dispute.opened_by,
        closer=closer,
        outcome=outcome,
        left_fen=dispute_queries.sum_left(uow.session, dispute),
        looked_at=dispute.case_id is None or get_case(uow.session, book_id, dispute.case_id).closed_at is not None,
    )
    if needs_another(
        cause=dispute.cause,
        proposed_outcome=dispute.proposed_outcome,
        proposed_by=dispute.proposed_by,
        outcome=outcome,
        closer=closer,
    ):
        dispute.proposed_outcome, dispute.proposed_by, dispute.proposed_at = outcome, closer, uow.now
        return dispute
    dispute.state = outcome
    dispute.closed_by, dispute.closed_at, dispute.closed_why = closer, uow.now, reason
    uow.session.flush()  # the database says now whether this person may
    telling_shops.tell_dispute(uow, "dispute.closed", dispute)
    return dispute


def _line_in(uow: UnitOfWork, settlement: Settlement, transaction_id: UUID) -> int:
    """What a line comes to whose money is in this statement now. Refuses LineMissing, LineMoved, DisputeTwice."""
    book_id = settlement.book_id
    line = dispute_queries.find_line(uow.session, book_id, transaction_id)
    place = None if line is None else dispute_queries.find_statement_of(uow.session, line)
    if line is None or settlement.id not in {line.settlement_id, place}:
        raise errors.LineMissing
    if place is None or dispute_queries.was_disputed_by_desk(uow.session, book_id, transaction_id):
        raise errors.DisputeTwice
    if place != settlement.id:
        raise errors.LineMoved(settlement_id=str(place))
    return line.fen


def list_disputes(uow: UnitOfWork, *, book: str, state: DisputeState, limit: int, cursor: str | None) -> Page[Dispute]:
    """Disputes of one state, newest first."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = dispute_queries.list_disputes(uow.session, book_id, state=state, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda dispute: dispute.id)
