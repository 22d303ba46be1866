"""A transfer in three steps: out of one book, into the other, and the answer back. Each is a transaction of one book.

What a step did is never forgotten, and the next one is queued in its transaction; so wherever a worker dies, or however
often a step is delivered, the points are in exactly one passbook at the end.
"""

from datetime import timedelta
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import local_date, month_bounds
from app.points import errors, queries
from app.points.models import ClearingAgreement, ClearingTransfer
from app.points.queries import clearing as clearing_queries
from app.points.rules.accounts import AccountRef
from app.points.rules.clearing import pack, points_there
from app.points.rules.postings import Leg, Posting
from app.points.service.clearing.agreements import terms_of
from app.points.service.corrections import reverse_transaction
from app.points.service.posting import Outcome, post_one
from app.points.terms import FEN_MAX, AccountKind, ClearingState, Code, Decline, Direction, Mode

LIABILITY = AccountRef(AccountKind.POINTS_LIABILITY)
PATIENCE = timedelta(minutes=10)
"""How long an answer may take before a transfer is handed to the other book once more."""
SWEEP = 100


def send_points(
    uow: UnitOfWork, *, book: str, to: str, receiver_id: UUID | None, points: int, reference: str
) -> ClearingTransfer:
    """Move a resident's own points to the same person's passbook in another book; answers a transfer under way.

    `receiver_id` is who the resident is there; None: nobody there knows him yet. `reference` is the resident's own
    number: the same again is the same transfer. Refuses BookMissing, CauseReused, ClearingNotInForce,
    ClearingPassbookClosed, ClearingReceiverUnknown, ClearingAmountWrong, ClearingTooFew, PointsInsufficient and
    AccountFrozen (both sticky), ClearingMonthOver.
    """
    found, today = queries.get_book(uow.session, book), local_date(uow.now)
    cause = f"clearing-out:{uow.actor.id}:{reference}"
    if (before := _find_replay(uow, found.id, cause, to=to, points=points)) is not None:
        return before
    agreement = clearing_queries.find_agreement_with(uow.session, found.id, to, first=today, last=today)
    if agreement is None or agreement.partner_approved_at is None:
        raise errors.ClearingNotInForce(partner=to)
    if queries.successors_of(uow.session, found.id, [uow.actor.id]):
        raise errors.ClearingPassbookClosed
    if receiver_id is None:
        raise errors.ClearingReceiverUnknown(partner=to)
    there = points_there(points, terms_of(agreement))

    outcome = _take_out(uow, found.id, agreement, cause=cause, points=points)
    if outcome.replayed:  # a twin was faster
        return clearing_queries.get_transfer_of(uow.session, found.id, outcome.subject_id)
    # the passbook is locked since it was posted, so nobody adds to this sum meanwhile
    _check_month(uow, found.id, agreement, points)

    transfer = _write_sent(uow, found.id, agreement, outcome, there, receiver_id=receiver_id)
    _hand_over(uow, transfer, found.code)
    return transfer


def settle_transfer(uow: UnitOfWork, *, book: str, transfer_id: str, refusal: str | None) -> None:
    """Hear the other book's answer: the transfer arrived, or its points are given back to the lots they came from.

    A lot that lapsed meanwhile is replaced by one of grace. Told again, it changes nothing. Refuses BookMissing,
    ClearingTransferMissing.
    """
    found = queries.get_book(uow.session, book)
    transfer = clearing_queries.lock_transfer(uow.session, found.id, UUID(transfer_id))
    if transfer.state != ClearingState.SENT or transfer.transaction_id is None:
        return
    if refusal is not None:
        cause = f"clearing-return:{transfer.id}"
        back = reverse_transaction(uow, found, cause=cause, transaction_id=transfer.transaction_id, reason=refusal)
        transfer.refusal, transfer.return_id = refusal, back.subject_id
    transfer.state = ClearingState.RETURNED if refusal else ClearingState.ARRIVED
    transfer.decided_at = uow.now


def sweep_step(uow: UnitOfWork, book: str, after: UUID | None) -> UUID | None:
    """Hand over once more what has had no answer for PATIENCE: its job was lost, or failed for good."""
    found = queries.get_book(uow.session, book)
    silent = clearing_queries.list_sent_transfers(
        uow.session, found.id, pushed_before=uow.now - PATIENCE, after=after, limit=SWEEP
    )
    for transfer in silent:
        transfer.pushed_at = uow.now
        _hand_over(uow, transfer, found.code)
    return silent[-1].id if len(silent) == SWEEP else None


def show_own_transfer(uow: UnitOfWork, *, book: str, transfer_id: UUID) -> ClearingTransfer:
    """One of the caller's own transfers. Refuses BookMissing, ClearingTransferMissing."""
    book_id = queries.get_book(uow.session, book).id
    return clearing_queries.get_own_transfer(uow.session, book_id, transfer_id, resident_id=uow.actor.id)


def list_own_transfers(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[ClearingTransfer]:
    """The caller's transfers out of and into this book, the youngest first. Refuses BookMissing, CursorInvalid."""
    book_id = queries.get_book(uow.session, book).id
    rows = clearing_queries.list_transfers_of_person(
        uow.session, book_id, uow.actor.id, before=read_id(cursor), limit=limit + 1
    )
    return page_by_id(rows, limit, lambda transfer: transfer.id)


def list_transfers(
    uow: UnitOfWork, *, book: str, agreement_id: UUID, limit: int, cursor: str | None
) -> Page[ClearingTransfer]:
    """What an agreement moved. Refuses BookMissing, ClearingAgreementMissing, CursorInvalid."""
    book_id = queries.get_book(uow.session, book).id
    clearing_queries.get_agreement(uow.session, book_id, agreement_id)
    rows = clearing_queries.list_transfers_of_agreement(
        uow.session, book_id, agreement_id, before=read_id(cursor), limit=limit + 1
    )
    return page_by_id(rows, limit, lambda transfer: transfer.id)


def _find_replay(uow: UnitOfWork, book_id: int, cause: str, *, to: str, points: int) -> ClearingTransfer | None:
    """What became of this reference before. Refuses what it was refused for, and CauseReused for other content."""
    before = queries.find_outcome(uow.session, book_id, cause)
    if before is None:
        return None
    if before.decline is not None:
        raise errors.refusal(Decline(before.decline), before.decline_detail or {}, cause=cause)
    transfer = clearing_queries.get_transfer_of(uow.session, book_id, before.subject_id)
    if (transfer.partner, transfer.points) != (to, points):
        raise errors.CauseReused(cause=cause)
    return transfer


def _take_out(uow: UnitOfWork, book_id: int, agreement: ClearingAgreement, *, cause: str, points: int) -> Outcome:
    """Spend the points, earliest expiry first; the money behind them is owed to the other book."""
    legs = (
        Leg(AccountRef(AccountKind.RESIDENT, uow.actor.id)),
        Leg(AccountRef(AccountKind.CLEARING, agreement.id)),
        Leg(LIABILITY),
        Leg(AccountRef(AccountKind.CLEARING_DUE, agreement.id)),
    )
    posting = Posting(
        cause=cause, code=Code.CLEARING_OUT, legs=legs, mode=Mode.SPEND, points=points, evidence=agreement.partner
    )
    return post_one(uow, book_id, posting)


def _check_month(uow: UnitOfWork, book_id: int, agreement: ClearingAgreement, points: int) -> None:
    since, until = month_bounds(local_date(uow.now))
    left = agreement.month_points_max - clearing_queries.sum_sent_by(
        uow.session, book_id, uow.actor.id, since=since, until=until
    )
    if points > left:
        raise errors.ClearingMonthOver(month_points_max=agreement.month_points_max, left=max(left, 0))


def _write_sent(
    uow: UnitOfWork,
    book_id: int,
    agreement: ClearingAgreement,
    outcome: Outcome,
    there: int,
    *,
    receiver_id: UUID,
) -> ClearingTransfer:
    if outcome.cost_fen > FEN_MAX:  # more than the other book could post at once
        raise errors.ClearingAmountWrong(points_min=agreement.points_min, points_max=agreement.points_max)
    moves = queries.list_lot_moves_of(uow.session, book_id, outcome.subject_id)
    lots = [(move.expires_on, -move.points, -move.cost_fen) for move in moves]
    parcels = pack(lots, rate_num=agreement.rate_num, rate_den=agreement.rate_den)
    transfer = ClearingTransfer(
        book_id=book_id,
        id=uow.new_id(),
        agreement_id=agreement.id,
        direction=Direction.OUT,
        partner=agreement.partner,
        resident_id=uow.actor.id,
        receiver_id=None if receiver_id == uow.actor.id else receiver_id,
        points=outcome.points,
        partner_points=there,
        fen=outcome.cost_fen,
        parcels=[[parcel.expires_on.isoformat(), parcel.points, parcel.fen] for parcel in parcels],
        state=ClearingState.SENT,
        transaction_id=outcome.subject_id,
        sent_at=uow.now,
        pushed_at=uow.now,
    )
    uow.session.add(transfer)
    return transfer


def _hand_over(uow: UnitOfWork, transfer: ClearingTransfer, source: str) -> None:
    """Queue the second step. Everything the other book needs travels with it, so it never reads this one."""
    told = {
        "agreement_id": str(transfer.agreement_id),
        "resident_id": str(transfer.receiver_id or transfer.resident_id),
        "points": transfer.points,
        "fen": transfer.fen,
        "parcels": transfer.parcels,
        "sent_at": transfer.sent_at.isoformat(),
    }
    uow.defer(
        "points.receive_transfer", book=transfer.partner, source=source, transfer_id=str(transfer.id), transfer=told
    )
