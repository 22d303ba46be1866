"""A passbook goes into another: at death, at a move, or because one person had two. Two people do it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.points import errors, queries
from app.points.models import Book, Lot, Proposal, Successor
from app.points.rules.accounts import AccountRef, account_id
from app.points.rules.postings import Leg, LotChange, Posting
from app.points.service.freezing import freeze_passbook, thaw_passbook
from app.points.service.posting import Outcome, post_one
from app.points.service.proposing import open_proposal
from app.points.terms import AccountKind, Code, ProposalKind, TransferKind


def propose_transfer(
    uow: UnitOfWork, *, book: str, owner_id: UUID, successor_id: UUID, kind: TransferKind, reason: str
) -> Proposal:
    """Propose to move a passbook into another of the same book. Nothing moves before another person approves.

    Refuses BookMissing, AccountMissing, TransferToSelf, SuccessorClosed, PassbookClosed, PassbookHeld; the last three
    are asked again when it is carried out.
    """
    found = queries.get_book(uow.session, book)
    if owner_id == successor_id:
        raise errors.TransferToSelf
    account = account_id(found.id, AccountRef(AccountKind.RESIDENT, owner_id))
    queries.get_account(uow.session, found.id, account)
    _check(uow, found.id, owner_id, successor_id)
    payload = {"owner_id": str(owner_id), "successor_id": str(successor_id), "kind": str(kind)}
    return open_proposal(uow, found.id, kind=ProposalKind.TRANSFER, payload=payload, reason=reason)


def carry_out(uow: UnitOfWork, book: Book, proposal: Proposal, cause: str) -> UUID | None:
    """Move the points, and for two passbooks of one person what is owed, and close the passbook they come from.

    Every lot goes over as it is: expiry day, budget, money. Lots that lapsed stay, to expire where they are. Points
    that reach the closed passbook later (a refund) go on by themselves, see `send_on`. Refuses SuccessorClosed,
    PassbookClosed, PassbookHeld. Answers the transaction; None when there was nothing to move.
    """
    move = _Move(
        UUID(proposal.payload["owner_id"]),
        UUID(proposal.payload["successor_id"]),
        TransferKind(proposal.payload["kind"]),
    )
    queries.lock_passbooks(uow.session, book.id, [move.owner_id, move.successor_id], now=uow.now)
    closed_before = _check(uow, book.id, move.owner_id, move.successor_id)
    moved = _post(uow, book, move, cause=cause, evidence=f"proposal:{proposal.id}")
    if not closed_before:
        _close(uow, book, proposal, move, moved)
    return moved


def lock_way(uow: UnitOfWork, book_id: int, owner_id: UUID) -> None:
    """Before points are given back: lock a passbook that is closed together with the one they will go on to."""
    if (closing := queries.successors_of(uow.session, book_id, [owner_id]).get(owner_id)) is not None:
        queries.lock_passbooks(uow.session, book_id, [owner_id, closing.successor_id], now=uow.now)


def send_on(uow: UnitOfWork, book: Book, *, owner_id: UUID, returned_by: Outcome) -> None:
    """Afterwards: what was given back into a closed passbook goes on to the one that is open.

    Those who agreed to the transfer meant the whole passbook. A replay moves nothing.
    """
    closing = queries.successors_of(uow.session, book.id, [owner_id]).get(owner_id)
    if closing is None or returned_by.replayed:
        return
    move = _Move(owner_id, closing.successor_id, TransferKind.MOVE)
    _post(uow, book, move, cause=f"follow:{returned_by.subject_id}", evidence=f"proposal:{closing.proposal_id}")


@dataclass(frozen=True, slots=True)
class _Move:
    """Which passbook goes into which, and why."""

    owner_id: UUID
    successor_id: UUID
    kind: TransferKind


def _check(uow: UnitOfWork, book_id: int, owner_id: UUID, successor_id: UUID) -> bool:
    """Refuse what must not be. Answers whether the passbook is closed already, in favour of the same successor."""
    closed = queries.successors_of(uow.session, book_id, [owner_id, successor_id])
    if successor_id in closed:
        raise errors.SuccessorClosed
    if owner_id in closed and closed[owner_id].successor_id != successor_id:
        raise errors.PassbookClosed
    account = account_id(book_id, AccountRef(AccountKind.RESIDENT, owner_id))
    held = queries.sum_live_holds(uow.session, book_id, account, now=uow.now)
    if held:
        raise errors.PassbookHeld(points=held)
    return owner_id in closed


def _post(uow: UnitOfWork, book: Book, move: _Move, *, cause: str, evidence: str) -> UUID | None:
    source = AccountRef(AccountKind.RESIDENT, move.owner_id)
    target = AccountRef(AccountKind.RESIDENT, move.successor_id)
    lots = queries.list_lots(uow.session, book.id, account_id(book.id, source), today=local_date(uow.now))
    points = sum(lot.points_left for lot in lots)
    owed = _owed(uow, book.id, move)
    amounts = (
        (source, -points),
        (target, points),
        (AccountRef(AccountKind.CLAWBACK, move.owner_id), owed),
        (AccountRef(AccountKind.CLAWBACK, move.successor_id), -owed),
    )
    legs = tuple(Leg(account, amount) for account, amount in amounts if amount)
    if not legs:
        return None
    lot_changes = _changes(lots, source, target)
    posting = Posting(cause=cause, code=Code.TRANSFER, legs=legs, lots=lot_changes, evidence=evidence)
    return post_one(uow, book.id, posting).subject_id


def _owed(uow: UnitOfWork, book_id: int, move: _Move) -> int:
    """What the passbook owes and the other takes on: a person's debt stays that person's, and nobody inherits one.

    The lock on the passbook keeps it: whoever claws back locks the passbook as well.
    """
    if move.kind is not TransferKind.MERGE:
        return 0
    return -queries.sum_folded(
        uow.session, book_id, account_id(book_id, AccountRef(AccountKind.CLAWBACK, move.owner_id))
    )


def _changes(lots: Sequence[Lot], source: AccountRef, target: AccountRef) -> tuple[LotChange, ...]:
    """Each lot out of one passbook and, the same, into the other."""
    return tuple(
        LotChange(account, lot.expires_on, lot.budget_id, sign * lot.points_left, sign * lot.cost_left_fen)
        for lot in lots
        for account, sign in ((source, -1), (target, 1))
    )


def _close(uow: UnitOfWork, book: Book, proposal: Proposal, move: _Move, moved: UUID | None) -> None:
    """Write down who took over, and freeze for good, with the reason the proposal gave."""
    row = Successor(
        book_id=book.id,
        owner_id=move.owner_id,
        successor_id=move.successor_id,
        kind=str(move.kind),
        proposal_id=proposal.id,
        transaction_id=moved,
        recorded_at=uow.now,
    )
    uow.session.add(row)
    reason = proposal.reason or str(move.kind)
    # one that was frozen before says from now on why it is closed, and not what was suspected
    thaw_passbook(uow, book.id, resident_id=move.owner_id, reason=reason)
    freeze_passbook(uow, book.id, resident_id=move.owner_id, reason=reason)
