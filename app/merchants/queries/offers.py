"""Offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.merchants import errors
from app.merchants.errors import office
from app.merchants.models import Branch, Merchant, Offer, OfferProposal
from app.merchants.rules.offers import OfferTerms, Opening
from app.merchants.terms import TRADING, BranchState


def get_offer(session: Session, book_id: int, shop_id: UUID, now: datetime) -> OfferTerms:
    """The terms under which a shop takes points of this book now. Refuses OfferMissing."""
    offer = session.scalar(
        select(Offer).where(
            Offer.book_id == book_id,
            Offer.shop_id == shop_id,
            Offer.made_at <= now,
            or_(Offer.ended_at.is_(None), Offer.ended_at > now),
        )
    )
    if offer is None:
        raise errors.OfferMissing
    return terms_of(offer)


@dataclass(frozen=True, slots=True)
class ShopOffer:
    """A shop that takes points now, and its terms."""

    shop_id: UUID
    name: str
    street: str
    offer: Offer


def list_offers(
    session: Session, book_id: int, *, street: str | None, after: UUID | None, limit: int
) -> list[ShopOffer]:
    """Shops of a book with an offer in force, by shop, those after `after`."""
    query = (
        select(Offer, Branch.name, Branch.street)
        .join(Branch, Branch.id == Offer.shop_id)
        .join(Merchant, Merchant.id == Branch.merchant_id)
        .where(Offer.book_id == book_id, Offer.ended_at.is_(None))
        .where(Branch.state == BranchState.OPEN, Merchant.state.in_(TRADING))
    )
    if street is not None:
        query = query.where(Branch.street == street)
    if after is not None:
        query = query.where(Offer.shop_id > after)
    rows = session.execute(query.order_by(Offer.shop_id).limit(limit))
    return [ShopOffer(offer.shop_id, name, where, offer) for offer, name, where in rows]


def find_overpaid(session: Session, book_id: int, *, points_above: int) -> tuple[int, int]:
    """How many offers in force take more points than these for a yuan, and the most that one takes."""
    query = select(func.count(), func.coalesce(func.max(Offer.points_per_yuan), 0)).where(
        Offer.book_id == book_id, Offer.ended_at.is_(None), Offer.points_per_yuan > points_above
    )
    count, most = session.execute(query).one()
    return count, most


def find_overpaid_of_shop(session: Session, book_id: int, shop_id: UUID, *, points_above: int) -> int | None:
    """How many points a shop's offer in force takes for a yuan, where that is more than these."""
    query = select(Offer.points_per_yuan).where(
        Offer.book_id == book_id,
        Offer.shop_id == shop_id,
        Offer.ended_at.is_(None),
        Offer.points_per_yuan > points_above,
    )
    return session.scalar(query.limit(1))


def list_past_offers(
    session: Session, book_id: int, shop_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[Offer]:
    """All offers of a shop in a book, newest first, those with an id below `before`."""
    query = select(Offer).where(Offer.book_id == book_id, Offer.shop_id == shop_id)
    if before is not None:
        query = query.where(Offer.id < before)
    return session.scalars(query.order_by(Offer.id.desc()).limit(limit)).all()


def get_proposal(session: Session, book_id: int, shop_id: UUID, offer_id: UUID) -> OfferProposal:
    """Terms that wait or waited for the owner of a shop. Refuses ProposalMissing. The caller has locked the shop."""
    found = session.get(OfferProposal, (book_id, offer_id), populate_existing=True)
    if found is None or found.shop_id != shop_id:
        raise office.ProposalMissing
    return found


def list_proposals(
    session: Session, book_id: int, shop_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[OfferProposal]:
    """All terms that ever waited for the owner of a shop, newest first."""
    query = select(OfferProposal).where(OfferProposal.book_id == book_id, OfferProposal.shop_id == shop_id)
    if before is not None:
        query = query.where(OfferProposal.id < before)
    return session.scalars(query.order_by(OfferProposal.id.desc()).limit(limit)).all()


def terms_of(offer: Offer) -> OfferTerms:
    """Read an offer's terms off its row."""
    return terms_of_row(offer, offer_id=offer.id)


def terms_of_row(offer: Any, *, offer_id: UUID | None = None) -> OfferTerms:
    """The same off a row of a query that names the columns alike, and the offer `offer_id`."""
    return OfferTerms(
        offer_id=offer_id or offer.offer_id,
        points_per_yuan=offer.points_per_yuan,
        step_points=offer.step_points,
        share_percent_max=offer.share_percent_max,
        minimum_spend_fen=offer.minimum_spend_fen,
        hours=None if offer.hours is None else tuple(Opening(*each) for each in offer.hours),
        person_day_points_max=offer.person_day_points_max,
        person_day_count_max=offer.person_day_count_max,
        shop_day_points_max=offer.shop_day_points_max,
        stock_points=offer.stock_points,
        cofunding_percent=offer.cofunding_percent,
    )


def get_offer_of(session: Session, book_id: int, offer_id: UUID) -> OfferTerms:
    """The terms of an offer, in force or not, which must exist: a redemption names it."""
    return terms_of(session.scalars(select(Offer).where(Offer.book_id == book_id, Offer.id == offer_id)).one())
