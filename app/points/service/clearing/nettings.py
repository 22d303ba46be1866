"""What two books owe each other for a month: both count, compare, and book one payment each."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import add_months, local_date, month_bounds, month_start
from app.points import errors, queries
from app.points.models import Book, ClearingAgreement, ClearingNetting, Proposal
from app.points.queries import clearing as clearing_queries
from app.points.rules.accounts import AccountRef
from app.points.rules.postings import Leg, Posting
from app.points.service.posting import post_one
from app.points.service.proposing import open_proposal
from app.points.terms import AccountKind, Code, ProposalKind

PAYMENT = "payment"
BANK = AccountRef(AccountKind.BANK)
REFERENCE_ONCE = "uq_points_clearing_nettings_bank_reference"


def state_netting(uow: UnitOfWork, *, book: str, agreement_id: UUID, month: date) -> ClearingNetting:
    """Count a month (any day of it) of an agreement and ask the other book for its figures. Again until it is paid.

    A transfer belongs to the month in which it left its book, on both sides. Refuses BookMissing,
    ClearingAgreementMissing, ClearingMonthOpen, ClearingUnderWay.
    """
    found = queries.get_book(uow.session, book)
    agreement = clearing_queries.get_agreement(uow.session, found.id, agreement_id)
    first = month_start(month)
    if first > _last_over(uow):
        raise errors.ClearingMonthOpen(month=f"{first:%Y-%m}")
    netting = _count(uow, found, agreement, first)
    if netting.paid_at is None:
        _tell(uow, agreement, netting, answer=True)
    return netting


def hear_netting(
    uow: UnitOfWork, *, book: str, agreement_id: str, month: str, out_fen: int, in_fen: int, answer: bool
) -> None:
    """Keep the other book's figures of a month beside this one's, and answer with those when asked to.

    Refuses ClearingUnderWay, to be tried again. An agreement this book never approved is passed over.
    """
    book_id = queries.find_book_id(uow.session, book)
    agreement = book_id and clearing_queries.find_agreement(uow.session, book_id, UUID(agreement_id))
    if not agreement:
        return
    netting = _count(uow, queries.get_book(uow.session, book), agreement, date.fromisoformat(month))
    if netting.paid_at is not None:
        return
    netting.partner_out_fen, netting.partner_in_fen, netting.partner_stated_at = out_fen, in_fen, uow.now
    if answer:
        _tell(uow, agreement, netting, answer=False)


def state_step(uow: UnitOfWork, book: str, after: tuple[UUID, date] | None) -> tuple[UUID, date] | None:
    """Count the next month of an agreement on which the books do not agree yet. One month a step.

    What was missed is found again: a night without a worker, a transfer that was under way, an answer that was lost.
    """
    found = queries.get_book(uow.session, book)
    place = clearing_queries.find_month_to_net(uow.session, found.id, after=after, last=_last_over(uow))
    if place is not None:
        state_netting(uow, book=book, agreement_id=place[0], month=place[1])
    return place


def propose_payment(
    uow: UnitOfWork, *, book: str, netting_id: UUID, bank_reference: str, reason: str | None
) -> Proposal:
    """Propose to book the bank's transfer that pays a month; another person approves.

    Refuses BookMissing, ClearingNettingMissing, ClearingPaid, ClearingFiguresDiffer, ClearingNothingOwed,
    ClearingReferenceUsed.
    """
    found = queries.get_book(uow.session, book)
    netting = clearing_queries.lock_netting(uow.session, found.id, netting_id)
    net_fen = _payable(uow, netting, bank_reference)
    payload = {
        "act": PAYMENT,
        "netting_id": str(netting.id),
        "agreement_id": str(netting.agreement_id),
        "month": f"{netting.month:%Y-%m}",
        "net_fen": net_fen,
        "bank_reference": bank_reference,
    }
    return open_proposal(uow, found.id, kind=ProposalKind.CLEARING, payload=payload, reason=reason)


def book_payment(uow: UnitOfWork, book: Book, proposal: Proposal) -> UUID:
    """Book what was proposed, once for the month; positive is paid, negative received. Refuses as `propose_payment`,
    also when the month was counted anew and comes to another amount.
    """
    bank_reference, proposed = proposal.payload["bank_reference"], proposal.payload["net_fen"]
    netting = clearing_queries.lock_netting(uow.session, book.id, UUID(proposal.payload["netting_id"]))
    net_fen = _payable(uow, netting, bank_reference)
    if net_fen != proposed:
        raise errors.ClearingFiguresDiffer(own=net_fen, partner=proposed)
    due = AccountRef(AccountKind.CLEARING_DUE, netting.agreement_id)
    posting = Posting(
        cause=f"clearing-netting:{netting.id}",
        code=Code.CLEARING_PAYMENT,
        legs=(Leg(due, -net_fen), Leg(BANK, net_fen)),
        evidence=bank_reference,
    )
    paid = post_one(uow, book.id, posting)
    netting.bank_reference, netting.transaction_id, netting.paid_at = bank_reference, paid.subject_id, uow.now
    _write_paid(uow, bank_reference)
    return paid.subject_id


def show_netting(uow: UnitOfWork, *, book: str, netting_id: UUID) -> ClearingNetting:
    """One netting. Refuses BookMissing, ClearingNettingMissing."""
    return clearing_queries.get_netting(uow.session, queries.get_book(uow.session, book).id, netting_id)


def list_nettings(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[ClearingNetting]:
    """Nettings of a book, the youngest first. Refuses BookMissing, CursorInvalid."""
    book_id = queries.get_book(uow.session, book).id
    rows = clearing_queries.list_nettings(uow.session, book_id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda netting: netting.id)


def _last_over(uow: UnitOfWork) -> date:
    """The youngest month that may be counted."""
    # a day of grace: what was begun in the last second of a month may commit a little later
    return add_months(month_start(local_date(uow.now) - timedelta(days=1)), -1)


def _count(uow: UnitOfWork, book: Book, agreement: ClearingAgreement, month: date) -> ClearingNetting:
    """This book's figures of a month, counted anew unless it is paid. Refuses ClearingUnderWay."""
    clearing_queries.lock_clearing(uow.session, book.id)
    netting = clearing_queries.find_netting(uow.session, book.id, agreement.id, month)
    if netting is not None and netting.paid_at is not None:
        return netting
    since, until = month_bounds(month)
    moved = clearing_queries.sum_cleared(uow.session, book.id, agreement.id, since=since, until=until)
    if moved.under_way:
        raise errors.ClearingUnderWay(month=f"{month:%Y-%m}", count=moved.under_way)
    if netting is None:
        netting = ClearingNetting(book_id=book.id, id=uow.new_id(), agreement_id=agreement.id, month=month)
        uow.session.add(netting)
    netting.out_points, netting.out_fen, netting.in_points, netting.in_fen = (
        moved.out_points,
        moved.out_fen,
        moved.in_points,
        moved.in_fen,
    )
    netting.stated_at = uow.now
    uow.session.flush()
    return netting


def _tell(uow: UnitOfWork, agreement: ClearingAgreement, netting: ClearingNetting, *, answer: bool) -> None:
    uow.defer(
        "points.hear_netting",
        book=agreement.partner,
        agreement_id=str(agreement.id),
        month=netting.month.isoformat(),
        out_fen=netting.out_fen,
        in_fen=netting.in_fen,
        answer=answer,
    )


def _payable(uow: UnitOfWork, netting: ClearingNetting, bank_reference: str) -> int:
    """The net owed to the other book (negative: by it), when it may be paid."""
    if netting.bank_reference is not None:
        raise errors.ClearingPaid(bank_reference=netting.bank_reference)
    net_fen = netting.out_fen - netting.in_fen
    if (netting.partner_in_fen, netting.partner_out_fen) != (netting.out_fen, netting.in_fen):
        raise errors.ClearingFiguresDiffer(own=net_fen, partner=_net_there(netting))
    if net_fen == 0:
        raise errors.ClearingNothingOwed
    if clearing_queries.is_reference_used(uow.session, netting.book_id, bank_reference):
        raise errors.ClearingReferenceUsed(bank_reference=bank_reference)
    return net_fen


def _net_there(netting: ClearingNetting) -> int | str:
    """The same net as the other book counts it; "-" while it has not told."""
    if netting.partner_in_fen is None or netting.partner_out_fen is None:
        return "-"
    return netting.partner_in_fen - netting.partner_out_fen


def _write_paid(uow: UnitOfWork, bank_reference: str) -> None:
    """Write the payment; only here does one meet a twin that pays another month under the same reference."""
    try:
        uow.session.flush()
    except IntegrityError as error:
        if REFERENCE_ONCE in str(error.orig):
            raise errors.ClearingReferenceUsed(bank_reference=bank_reference) from None
        raise
