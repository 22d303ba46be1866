"""Agreements between two books: each side approves the same terms with two people of its own."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import local_date
from app.points import errors, queries
from app.points.models import Book, ClearingAgreement, Proposal
from app.points.queries import clearing as clearing_queries
from app.points.rules.clearing import ClearingTerms, check_terms
from app.points.service.books import create_budget
from app.points.service.proposing import open_proposal
from app.points.terms import ProposalKind

AGREEMENT = "agreement"


def propose_agreement(
    uow: UnitOfWork, *, book: str, terms: ClearingTerms, sponsor_id: UUID, reason: str | None
) -> Proposal:
    """Propose terms to this book's second person. The other book proposes the same ones, seen from its side.

    `sponsor_id`: who stands in this book for points that arrive. Refuses BookMissing, ClearingTermsWrong,
    ClearingOverlaps, ClearingStopped (these very terms were stopped: choose another period).
    """
    found = queries.get_book(uow.session, book)
    _check(uow, found, terms)
    payload = {
        "act": AGREEMENT,
        "agreement_id": str(terms.agreement_id(book)),
        "partner": terms.partner,
        "rate_num": terms.rate_num,
        "rate_den": terms.rate_den,
        "points_min": terms.points_min,
        "points_max": terms.points_max,
        "month_points_max": terms.month_points_max,
        "valid_from": terms.valid_from.isoformat(),
        "valid_to": terms.valid_to.isoformat(),
        "sponsor_id": str(sponsor_id),
    }
    return open_proposal(uow, found.id, kind=ProposalKind.CLEARING, payload=payload, reason=reason)


def enter_agreement(uow: UnitOfWork, book: Book, proposal: Proposal) -> UUID:
    """Write this side down and tell the other. Refuses as `propose_agreement`."""
    terms = _terms_of(proposal.payload)
    clearing_queries.lock_clearing(uow.session, book.id)
    _check(uow, book, terms)
    sponsor_id = UUID(proposal.payload["sponsor_id"])
    budget = create_budget(uow, book.id, sponsor_id=sponsor_id, name=f"通存通兑 {terms.partner}", point_value_fen=0)
    agreement = ClearingAgreement(
        book_id=book.id,
        id=terms.agreement_id(book.code),
        partner=terms.partner,
        rate_num=terms.rate_num,
        rate_den=terms.rate_den,
        points_min=terms.points_min,
        points_max=terms.points_max,
        month_points_max=terms.month_points_max,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        sponsor_id=sponsor_id,
        budget_id=budget.id,
        proposal_id=proposal.id,
        approved_at=uow.now,
    )
    uow.session.add(agreement)
    uow.session.flush()  # the database says now whether there is one already
    uow.defer("points.hear_approval", book=terms.partner, agreement_id=str(agreement.id))
    return agreement.id


def hear_approval(uow: UnitOfWork, *, book: str, agreement_id: str) -> None:
    """Note in this book that the partner approved, and answer, once, that this side has (or has stopped it).

    Told too early, before this side has approved, it is forgotten: this side's own approval will be answered.
    """
    agreement = _lock_heard(uow, book, agreement_id)
    if agreement is None or agreement.partner_approved_at is not None:
        return
    agreement.partner_approved_at = uow.now
    answer = "points.hear_approval" if agreement.stopped_at is None else "points.hear_stop"
    uow.defer(answer, book=agreement.partner, agreement_id=agreement_id)


def stop_agreement(uow: UnitOfWork, *, book: str, agreement_id: UUID, reason: str) -> ClearingAgreement:
    """Stop it, from this side alone. What is under way arrives or is given back; months are netted as before.

    Refuses BookMissing, ClearingAgreementMissing, ClearingStopped.
    """
    found = queries.get_book(uow.session, book)
    agreement = clearing_queries.lock_agreement(uow.session, found.id, agreement_id)
    if agreement is None:
        raise errors.ClearingAgreementMissing
    if agreement.stopped_at is not None:
        raise errors.ClearingStopped
    agreement.stopped_by, agreement.stopped_at, agreement.stop_reason = uow.actor.id, uow.now, reason
    uow.defer("points.hear_stop", book=agreement.partner, agreement_id=str(agreement.id))
    return agreement


def hear_stop(uow: UnitOfWork, *, book: str, agreement_id: str) -> None:
    """Note in this book that the partner stopped it: nothing leaves any more."""
    agreement = _lock_heard(uow, book, agreement_id)
    if agreement is not None and agreement.partner_stopped_at is None:
        agreement.partner_stopped_at = uow.now


def list_agreements(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[ClearingAgreement]:
    """Agreements approved in this book, in force or not. Refuses BookMissing, CursorInvalid."""
    book_id = queries.get_book(uow.session, book).id
    rows = clearing_queries.list_agreements(uow.session, book_id, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda agreement: agreement.id)


def terms_of(agreement: ClearingAgreement) -> ClearingTerms:
    """The terms of an agreement, as this book sees them."""
    return ClearingTerms(
        partner=agreement.partner,
        rate_num=agreement.rate_num,
        rate_den=agreement.rate_den,
        points_min=agreement.points_min,
        points_max=agreement.points_max,
        month_points_max=agreement.month_points_max,
        valid_from=agreement.valid_from,
        valid_to=agreement.valid_to,
    )


def _terms_of(payload: Mapping[str, Any]) -> ClearingTerms:
    return ClearingTerms(
        partner=payload["partner"],
        rate_num=payload["rate_num"],
        rate_den=payload["rate_den"],
        points_min=payload["points_min"],
        points_max=payload["points_max"],
        month_points_max=payload["month_points_max"],
        valid_from=date.fromisoformat(payload["valid_from"]),
        valid_to=date.fromisoformat(payload["valid_to"]),
    )


def _check(uow: UnitOfWork, book: Book, terms: ClearingTerms) -> None:
    check_terms(terms, book=book.code, today=local_date(uow.now))
    other = clearing_queries.find_agreement_with(
        uow.session, book.id, terms.partner, first=terms.valid_from, last=terms.valid_to
    )
    if other is not None:
        raise errors.ClearingOverlaps(
            partner=other.partner, valid_from=other.valid_from.isoformat(), valid_to=other.valid_to.isoformat()
        )
    if clearing_queries.find_agreement(uow.session, book.id, terms.agreement_id(book.code)) is not None:
        raise errors.ClearingStopped


def _lock_heard(uow: UnitOfWork, book: str, agreement_id: str) -> ClearingAgreement | None:
    """This book's side of an agreement somebody spoke of; None when there is no such book, or it has not approved."""
    book_id = queries.find_book_id(uow.session, book)
    if book_id is None:
        return None
    return clearing_queries.lock_agreement(uow.session, book_id, UUID(agreement_id))
