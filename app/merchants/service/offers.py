"""Offers: the terms under which a shop takes the points of a book."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import errors, queries
from app.merchants.models import Offer, OfferProposal
from app.merchants.queries import offers as offer_queries
from app.merchants.queries.offers import ShopOffer
from app.merchants.rules import offers as rules
from app.merchants.rules.offers import OfferTerms
from app.merchants.service import own, telling_shops
from app.points import queries as points_queries
from app.points.queries.books import highest_point_value, lock_point_value

_TAKE = text("""
    UPDATE merchants_offers SET stock_points = stock_points - :points
     WHERE book_id = :book_id AND id = :offer_id AND stock_points >= :points
""")
_GIVE_BACK = text("""
    UPDATE merchants_offers SET stock_points = stock_points + :points
     WHERE book_id = :book_id AND id = :offer_id AND stock_points IS NOT NULL
""")
_GIVE_BACK_ALL = text("""
    UPDATE merchants_offers o SET stock_points = o.stock_points + b.points
      FROM unnest(CAST(:books AS integer[]), CAST(:offers AS uuid[]), CAST(:points AS bigint[]))
           AS b (book_id, id, points)
     WHERE o.book_id = b.book_id AND o.id = b.id AND o.stock_points IS NOT NULL
""")
_LEFT = text("SELECT stock_points FROM merchants_offers WHERE book_id = :book_id AND id = :offer_id")


def set_offer(uow: UnitOfWork, *, book: str, shop_id: UUID, terms: OfferTerms) -> Offer | OfferProposal:
    """Put a shop's terms in force; those of before end at this instant, and what was made under them stays as it is.

    Terms of which the shop bears a part only wait for its owner (service/agreeing.py), and those of before go on. What
    waited before does so no longer. Refuses ShopMissing, OwnBusiness, HoursWrong, OfferOverpaid, CofundingWrong.
    """
    book_id = points_queries.get_book(uow.session, book).id
    queries.lock_shop(uow.session, book_id, shop_id)
    own.check_shop(uow, shop_id)

    rules.check_hours(terms.hours)
    lock_point_value(uow.session, book_id)  # no richer budget opens meanwhile, see check_point_value
    value_fen = highest_point_value(uow.session, book_id)
    rules.check_cofunding(points_per_yuan=terms.points_per_yuan, value_fen=value_fen, percent=terms.cofunding_percent)

    end_proposal(uow, book_id, shop_id)
    hours = None if terms.hours is None else [[each.weekday, each.from_minute, each.to_minute] for each in terms.hours]
    values = {field.name: getattr(terms, field.name) for field in fields(terms) if field.name != "offer_id"}
    values |= {"hours": hours, "book_id": book_id, "id": uow.new_id(), "shop_id": shop_id}
    values |= {"made_by": uow.actor.id, "made_at": uow.now}
    if not terms.cofunding_percent:
        return put_in_force(uow, Offer(**values))
    proposal = OfferProposal(**values)
    uow.session.add(proposal)
    uow.session.flush()
    return proposal


def put_in_force(uow: UnitOfWork, offer: Offer) -> Offer:
    """Let terms take the place of those of before. The caller has locked the shop and checked them."""
    _end_current(uow, offer.book_id, offer.shop_id)
    uow.session.add(offer)
    uow.session.flush()
    telling_shops.tell_offer(uow, book_id=offer.book_id, shop_id=offer.shop_id, offer=offer)
    return offer


def end_proposal(uow: UnitOfWork, book_id: int, shop_id: UUID) -> None:
    """Let what waits for a shop's owner wait no longer: other terms were set."""
    uow.session.execute(
        update(OfferProposal)
        .where(OfferProposal.book_id == book_id, OfferProposal.shop_id == shop_id, OfferProposal.ended_at.is_(None))
        .values(ended_by=uow.actor.id, ended_at=uow.now)
        .execution_options(synchronize_session=False)
    )


def check_point_value(session: Session, book_id: int, value_fen: int) -> None:
    """Refuse OffersOverpaid for a budget by whose points the book would pay a shop more than it gave off.

    Offers are held to the richest budget of the day they are made, and never changed; so a richer one waits for them.
    """
    points_max = rules.points_paid_by_a_yuan(value_fen)
    if points_max is None:
        return
    count, most = offer_queries.find_overpaid(session, book_id, points_above=points_max)
    if count:
        raise errors.OffersOverpaid(count=count, points_per_yuan=most, value_fen=value_fen, points_max=points_max)


def end_offer(uow: UnitOfWork, *, book: str, shop_id: UUID) -> None:
    """End a shop's terms: it takes no more points of the book. Refuses ShopMissing, OfferMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    queries.lock_shop(uow.session, book_id, shop_id)
    end_proposal(uow, book_id, shop_id)
    if not _end_current(uow, book_id, shop_id):
        raise errors.OfferMissing
    telling_shops.tell_offer(uow, book_id=book_id, shop_id=shop_id, offer=None)


def list_offers(uow: UnitOfWork, *, book: str, street: str | None, limit: int, cursor: str | None) -> Page[ShopOffer]:
    """Shops that take points of a book now, with their terms; those of one street where given."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = offer_queries.list_offers(uow.session, book_id, street=street, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.shop_id)


def list_past_offers(uow: UnitOfWork, *, book: str, shop_id: UUID, limit: int, cursor: str | None) -> Page[Offer]:
    """All terms a shop ever had in a book, newest first. Refuses ShopMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    queries.get_shop(uow.session, book_id, shop_id)
    rows = offer_queries.list_past_offers(uow.session, book_id, shop_id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda offer: offer.id)


def take_stock(uow: UnitOfWork, book_id: int, *, offer_id: UUID, points: int) -> None:
    """Take points out of what an offer with an end may still take. Refuses OfferSpent, which leaves nothing taken."""
    row = {"book_id": book_id, "offer_id": offer_id, "points": points}
    if uow.session.execute(_TAKE, row).rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
        return
    left = uow.session.scalar(_LEFT, {"book_id": book_id, "offer_id": offer_id})
    if left is not None:
        raise errors.OfferSpent(left=left)


def give_back_stock(uow: UnitOfWork, book_id: int, *, offer_id: UUID, points: int) -> None:
    """Put points back that were not redeemed after all."""
    uow.session.execute(_GIVE_BACK, {"book_id": book_id, "offer_id": offer_id, "points": points})


def give_back_stocks(uow: UnitOfWork, freed: Mapping[tuple[int, str], int]) -> None:
    """The same for many: points by book and offer."""
    if freed:
        books, ids = [key[0] for key in freed], [key[1] for key in freed]
        uow.session.execute(_GIVE_BACK_ALL, {"books": books, "offers": ids, "points": list(freed.values())})


def _end_current(uow: UnitOfWork, book_id: int, shop_id: UUID) -> bool:
    ended: datetime | None = uow.session.scalar(
        update(Offer)
        .where(Offer.book_id == book_id, Offer.shop_id == shop_id, Offer.ended_at.is_(None))
        .values(ended_by=uow.actor.id, ended_at=uow.now)
        .returning(Offer.ended_at)
        .execution_options(synchronize_session=False)
    )
    return ended is not None
