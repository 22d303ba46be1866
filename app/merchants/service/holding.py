"""Keeping lines of statements back, and letting go of them: what a statement does with doubts (docs/settlement.md)."""

from collections.abc import Sequence
from datetime import date

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import SYSTEM
from app.kernel.periods import day_bounds
from app.merchants import queries
from app.merchants.models import Complaint, Dispute, Settlement
from app.merchants.queries import holds, statements
from app.merchants.rules.payouts import is_beyond
from app.merchants.terms import DisputeCause, DisputeState, SettlementState


def release(uow: UnitOfWork, settlement: Settlement) -> int:
    """Take over what earlier statements of the shop kept back and is free by the end of this one's day."""
    holds.close_cleared(uow.session, settlement)
    holds.close_unattended(uow.session, settlement, closed_by=SYSTEM.id, now=uow.now)
    book_id, shop_id, through = settlement.book_id, settlement.shop_id, settlement.through
    disputes = holds.lock_free_disputes(uow.session, settlement, before=day_bounds(through)[1])
    reserves = statements.lock_free_reserves(uow.session, book_id, shop_id, through=through)
    for dispute in disputes:
        dispute.released_into = settlement.id
    for earlier in reserves:
        earlier.reserve_into = settlement.id
    return sum(each.fen for each in disputes) + sum(each.reserve_fen for each in reserves)


def keep_doubted(uow: UnitOfWork, settlement: Settlement, *, available_fen: int, unattended_until: date | None) -> int:
    """Keep back what complaints and cases stand against, and what nobody accepted; answers how many fen."""
    return holds.keep_lines(
        uow.session,
        settlement,
        available_fen=available_fen,
        until=unattended_until,
        opened_by=SYSTEM.id,
        now=uow.now,
    )


def keep_of(settlement: Settlement, fen: int) -> None:
    """Take what is kept back off a statement that was stated; one that comes to no money waits for nobody."""
    settlement.disputed_fen += fen
    settlement.payable_fen -= fen
    if not settlement.payable_fen:
        settlement.state = SettlementState.CLOSED


def keep_for(uow: UnitOfWork, complaint: Complaint) -> None:
    """Keep the line of a complaint back, where its money is in a statement that is in no file yet.

    What is in no statement yet is kept back by the next one. The caller holds the shop.
    """
    place = holds.find_place(uow.session, complaint.book_id, complaint.transaction_id)
    if place is None:
        return
    settlement_id, line_fen = place
    settlement = queries.lock_settlement(uow.session, complaint.book_id, settlement_id)
    if holds.find_place(uow.session, complaint.book_id, complaint.transaction_id) != place:
        return  # somebody of the desk kept it back in this moment
    kept = min(line_fen, settlement.payable_fen)
    if is_beyond(settlement.state) or kept <= 0:
        return
    uow.session.add(
        Dispute(
            book_id=complaint.book_id,
            id=uow.new_id(),
            shop_id=complaint.shop_id,
            settlement_id=settlement.id,
            transaction_id=complaint.transaction_id,
            fen=kept,
            reason=complaint.kind,
            cause=DisputeCause.RESIDENT,
            state=DisputeState.OPEN,
            opened_by=complaint.opened_by,
            opened_at=uow.now,
        )
    )
    keep_of(settlement, kept)
    uow.session.flush()


def keep_of_failed(uow: UnitOfWork, book_id: int, settlements: Sequence[Settlement]) -> None:
    """Keep back what was complained of while these statements were with the bank, which did not pay them."""
    ids = [each.id for each in settlements]
    for complaint in holds.list_complained(uow.session, book_id, ids):  # few, and each locks a statement of its own
        keep_for(uow, complaint)


def let_go(uow: UnitOfWork, complaint: Complaint, outcome: DisputeState) -> None:
    """Close what was kept back for a complaint that is decided: the shop's next statement takes it over."""
    dispute = holds.lock_of_complaint(uow.session, complaint.book_id, complaint.transaction_id)
    if dispute is not None:
        dispute.state, dispute.closed_by, dispute.closed_at = outcome, complaint.decided_by, uow.now
        dispute.closed_why = complaint.decided_why
