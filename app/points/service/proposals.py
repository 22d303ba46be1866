"""The desk of the second person: approve, reject, and for the first one: withdraw."""

from collections.abc import Callable, Mapping
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.points import errors, queries
from app.points.models import Book, Proposal
from app.points.service import adjusting, clearing, minting, rulebook, transferring, undoing
from app.points.service.adjusting import CheckShop
from app.points.terms import ProposalKind, ProposalState

CarryOut = Callable[[UnitOfWork, Book, Proposal, str], UUID | None]
"""(uow, book, proposal, cause) → id of what came of it. `cause` is new with every attempt, for the ledger."""

ACTS: Mapping[ProposalKind, CarryOut] = {
    ProposalKind.MINT: minting.carry_out,
    ProposalKind.RULE: rulebook.carry_out,
    ProposalKind.TRANSFER: transferring.carry_out,
    ProposalKind.CLEARING: clearing.carry_out,
    ProposalKind.UNDO: undoing.carry_out,
    ProposalKind.ADJUSTMENT: adjusting.carry_out,
}


def show_proposal(uow: UnitOfWork, *, book: str, proposal_id: UUID) -> Proposal:
    """One proposal. Refuses BookMissing, ProposalMissing."""
    return queries.get_proposal(uow.session, queries.get_book(uow.session, book).id, proposal_id)


def list_proposals(
    uow: UnitOfWork, *, book: str, state: ProposalState, limit: int, cursor: str | None
) -> Page[Proposal]:
    """Proposals of one state, the youngest first. Refuses BookMissing, CursorInvalid."""
    book_id = queries.get_book(uow.session, book).id
    rows = queries.list_proposals(uow.session, book_id, state=state, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda proposal: proposal.id)


def approve_proposal(uow: UnitOfWork, *, book: str, proposal_id: UUID, check_shop: CheckShop | None = None) -> Proposal:
    """Carry out what somebody else proposed. A refusal of the act leaves it open, to be approved later or rejected.

    Refuses BookMissing, ProposalMissing, ProposalDecided, ProposalOwn, what the act itself refuses, and of what a shop
    is owed what `check_shop` does.
    """
    found = queries.get_book(uow.session, book)
    proposal = _lock_open(uow, found.id, proposal_id)
    _check_decider(uow, proposal, check_shop)
    proposal.attempts += 1
    uow.session.flush()  # a decline of the ledger commits, and with it the number of the attempt it belongs to
    carry_out = ACTS[ProposalKind(proposal.kind)]
    proposal.result_id = carry_out(uow, found, proposal, f"proposal:{proposal.id}:{proposal.attempts}")
    return _decide(uow, proposal, ProposalState.APPROVED, None)


def reject_proposal(
    uow: UnitOfWork, *, book: str, proposal_id: UUID, reason: str, check_shop: CheckShop | None = None
) -> Proposal:
    """Refuse what somebody else proposed, with a reason. Refuses as `approve_proposal`."""
    proposal = _lock_open(uow, queries.get_book(uow.session, book).id, proposal_id)
    _check_decider(uow, proposal, check_shop)
    return _decide(uow, proposal, ProposalState.REJECTED, reason)


def withdraw_proposal(uow: UnitOfWork, *, book: str, proposal_id: UUID) -> Proposal:
    """Take one's own proposal back. Refuses BookMissing, ProposalMissing (also another's), ProposalDecided."""
    proposal = _lock_open(uow, queries.get_book(uow.session, book).id, proposal_id)
    if proposal.proposed_by != uow.actor.id:
        raise errors.ProposalMissing
    return _decide(uow, proposal, ProposalState.WITHDRAWN, None)


def _lock_open(uow: UnitOfWork, book_id: int, proposal_id: UUID) -> Proposal:
    proposal = queries.lock_proposal(uow.session, book_id, proposal_id)
    if proposal.state != ProposalState.OPEN:
        raise errors.ProposalDecided(state=proposal.state)
    return proposal


def _check_decider(uow: UnitOfWork, proposal: Proposal, check_shop: CheckShop | None) -> None:
    """See that this is a second person who is free to decide it."""
    if proposal.proposed_by == uow.actor.id:
        raise errors.ProposalOwn
    if check_shop is not None and proposal.kind == ProposalKind.ADJUSTMENT:
        check_shop(uow, UUID(proposal.payload["shop_id"]))


def _decide(uow: UnitOfWork, proposal: Proposal, state: ProposalState, reason: str | None) -> Proposal:
    proposal.state = str(state)
    proposal.decided_by = uow.actor.id
    proposal.decided_at = uow.now
    proposal.decision_reason = reason
    uow.session.flush()  # the database says now, not at the end, whether this decision may be
    return proposal
