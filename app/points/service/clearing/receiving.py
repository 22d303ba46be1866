"""The second step of a transfer, in the book it comes to. Everything it needs came with the job."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import DomainError
from app.kernel.periods import local_date
from app.points import errors, queries
from app.points.models import Book, ClearingAgreement, ClearingTransfer
from app.points.queries import clearing as clearing_queries
from app.points.rules.accounts import AccountRef, account_id
from app.points.rules.clearing import Parcel, check_alive, own_day
from app.points.rules.postings import Leg, LotChange, Posting
from app.points.service.lifetimes import last_day
from app.points.service.posting import post_one
from app.points.terms import AccountKind, ClearingState, Code, Direction

LIABILITY = AccountRef(AccountKind.POINTS_LIABILITY)


@dataclass(frozen=True, slots=True)
class Arriving:
    """A transfer as the other book tells of it. `points_there` left that book; the parcels come to this one."""

    id: UUID
    source: str
    agreement_id: UUID
    resident_id: UUID
    points_there: int
    fen: int
    parcels: tuple[Parcel, ...]
    sent_at: datetime

    @property
    def points(self) -> int:
        """Points of this book."""
        return sum(parcel.points for parcel in self.parcels)

    @property
    def passbook(self) -> AccountRef:
        """Where they go."""
        return AccountRef(AccountKind.RESIDENT, self.resident_id)


def receive_transfer(uow: UnitOfWork, *, book: str, source: str, transfer_id: str, transfer: Mapping[str, Any]) -> None:
    """Take a transfer into this book, or refuse it; either way for good, and answer the book it left.

    `transfer`: agreement_id, resident_id, points and fen that left, parcels, sent_at. Delivered again, it only answers
    again.
    """
    book_id = queries.find_book_id(uow.session, book)
    if book_id is None:
        refusal: str | None = errors.BookMissing.code
    else:
        arriving = _read(source, transfer_id, transfer)
        clearing_queries.lock_transfer_id(uow.session, book_id, arriving.id)
        known = clearing_queries.find_transfer(uow.session, book_id, arriving.id)
        refusal = (known or _decide(uow, queries.get_book(uow.session, book), arriving)).refusal
    uow.defer("points.settle_transfer", book=source, transfer_id=transfer_id, refusal=refusal)


def _read(source: str, transfer_id: str, told: Mapping[str, Any]) -> Arriving:
    return Arriving(
        id=UUID(transfer_id),
        source=source,
        agreement_id=UUID(told["agreement_id"]),
        resident_id=UUID(told["resident_id"]),
        points_there=told["points"],
        fen=told["fen"],
        parcels=tuple(Parcel(date.fromisoformat(day), points, fen) for day, points, fen in told["parcels"]),
        sent_at=datetime.fromisoformat(told["sent_at"]),
    )


def _decide(uow: UnitOfWork, book: Book, arriving: Arriving) -> ClearingTransfer:
    """Take it in or refuse it, and write down which."""
    transaction_id, refusal = None, None
    try:
        agreement = _get_receiving(uow, book, arriving)
    except DomainError as refused:
        refusal = refused.code
    else:
        transaction_id = post_one(uow, book.id, _posting(uow, book, agreement, arriving)).subject_id
    transfer = ClearingTransfer(
        book_id=book.id,
        id=arriving.id,
        agreement_id=arriving.agreement_id,
        direction=Direction.IN,
        partner=arriving.source,
        resident_id=arriving.resident_id,
        points=arriving.points,
        partner_points=arriving.points_there,
        fen=arriving.fen,
        parcels=[[parcel.expires_on.isoformat(), parcel.points, parcel.fen] for parcel in arriving.parcels],
        state=ClearingState.REFUSED if refusal else ClearingState.ARRIVED,
        refusal=refusal,
        transaction_id=transaction_id,
        sent_at=arriving.sent_at,
        decided_at=uow.now,
    )
    uow.session.add(transfer)
    return transfer


def _get_receiving(uow: UnitOfWork, book: Book, arriving: Arriving) -> ClearingAgreement:
    """The agreement that takes a transfer in. Refuses what stands in errors.REFUSED_OVER_THERE."""
    agreement = clearing_queries.get_agreement(uow.session, book.id, arriving.agreement_id)
    if agreement.stopped_at is not None:
        raise errors.ClearingStopped
    today = local_date(uow.now)
    check_alive(arriving.parcels, today)
    if queries.successors_of(uow.session, book.id, [arriving.resident_id]):
        raise errors.ClearingPassbookClosed
    passbook = account_id(book.id, arriving.passbook)
    if queries.get_passbook(uow.session, book.id, passbook, today=today, now=uow.now).frozen_reason is not None:
        raise errors.ClearingPassbookFrozen
    return agreement


def _posting(uow: UnitOfWork, book: Book, agreement: ClearingAgreement, arriving: Arriving) -> Posting:
    """One lot for each that was taken, with its money.

    None lives longer than it did there, nor than points that this book awards today.
    """
    passbook, points, fen = arriving.passbook, arriving.points, arriving.fen
    policy_day = last_day(book, local_date(uow.now))
    due = AccountRef(AccountKind.CLEARING_DUE, agreement.id)
    return Posting(
        cause=f"clearing-in:{arriving.id}",
        code=Code.CLEARING_IN,
        legs=(
            Leg(AccountRef(AccountKind.CLEARING, agreement.id), -points),
            Leg(passbook, points),
            *((Leg(due, -fen), Leg(LIABILITY, fen)) if fen else ()),
        ),
        lots=tuple(
            LotChange(passbook, own_day(parcel, policy_day), agreement.budget_id, parcel.points, parcel.fen)
            for parcel in arriving.parcels
        ),
        evidence=agreement.partner,
    )
