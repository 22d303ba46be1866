"""What a shop bears of its discount is in force only when its owner agreed, and that is recorded."""

from typing import Any
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import queries
from app.merchants.errors import office
from app.merchants.models import Branch, Offer, OfferProposal
from app.merchants.queries import merchants as merchant_queries
from app.merchants.queries import offers as offer_queries
from app.merchants.rules import offers as rules
from app.merchants.service import own
from app.merchants.service.offers import put_in_force
from app.points import queries as points_queries
from app.points.queries.books import highest_point_value, lock_point_value

DECIDED = {"made_at", "ended_by", "ended_at", "consented_by", "consented_at", "consent_paper"}


def agree(uow: UnitOfWork, branch: Branch, *, book: str, offer_id: UUID) -> Offer:
    """Agree as the owner to terms of which his shop bears a part: they are in force, and those of before end.

    Refuses BookMissing, ShopMissing, ProposalMissing, ProposalClosed, ConsentBySame, and OfferOverpaid or
    CofundingWrong where the book pays more for a point by now.
    """
    return _put_in_force(uow, _lock(uow, book, branch.id, offer_id), paper=None)


def refuse(uow: UnitOfWork, branch: Branch, *, book: str, offer_id: UUID) -> OfferProposal:
    """Say no as the owner; the terms in force go on.

    Refuses BookMissing, ShopMissing, ProposalMissing, ProposalClosed.
    """
    proposal = _lock(uow, book, branch.id, offer_id)
    proposal.ended_by, proposal.ended_at = uow.actor.id, uow.now
    return proposal


def record_consent(uow: UnitOfWork, *, book: str, shop_id: UUID, offer_id: UUID, paper: str) -> Offer:
    """Write down as another treasurer what the owner signed, where no owner is registered who could agree himself.

    Refuses BookMissing, ShopMissing, OwnBusiness, OwnerDecides, ProposalMissing, ProposalClosed, ConsentBySame, and
    as `agree`.
    """
    proposal = _lock(uow, book, shop_id, offer_id)
    own.check_shop(uow, shop_id)
    branch = merchant_queries.find_branch(uow.session, shop_id)
    if branch is not None and merchant_queries.has_owner(uow.session, branch.merchant_id):
        raise office.OwnerDecides
    return _put_in_force(uow, proposal, paper=paper)


def list_proposals(uow: UnitOfWork, *, book: str, shop_id: UUID, limit: int, cursor: str | None) -> Page[OfferProposal]:
    """Terms that wait or waited for a shop's owner, newest first. Refuses BookMissing, ShopMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    queries.get_shop(uow.session, book_id, shop_id)
    rows = offer_queries.list_proposals(uow.session, book_id, shop_id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.id)


def _lock(uow: UnitOfWork, book: str, shop_id: UUID, offer_id: UUID) -> OfferProposal:
    book_id = points_queries.get_book(uow.session, book).id
    queries.lock_shop(uow.session, book_id, shop_id)  # whoever sets other terms waits, or was first
    proposal = offer_queries.get_proposal(uow.session, book_id, shop_id, offer_id)
    if proposal.ended_at is not None:
        raise office.ProposalClosed
    return proposal


def _put_in_force(uow: UnitOfWork, proposal: OfferProposal, *, paper: str | None) -> Offer:
    if proposal.made_by in own.ids_of(uow):
        raise office.ConsentBySame
    lock_point_value(uow.session, proposal.book_id)
    rules.check_cofunding(
        points_per_yuan=proposal.points_per_yuan,
        value_fen=highest_point_value(uow.session, proposal.book_id),
        percent=proposal.cofunding_percent,
    )
    proposal.ended_by, proposal.ended_at = uow.actor.id, uow.now
    proposal.consented_by, proposal.consented_at, proposal.consent_paper = uow.actor.id, uow.now, paper
    uow.session.flush()
    terms: dict[str, Any] = {
        column.key: getattr(proposal, column.key)
        for column in OfferProposal.__table__.columns
        if column.key not in DECIDED
    }
    terms |= {"made_at": uow.now, "consented_by": uow.actor.id, "consented_at": uow.now, "consent_paper": paper}
    return put_in_force(uow, Offer(**terms))
