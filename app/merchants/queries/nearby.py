"""Shops that take points of a book, the nearest first."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, cast, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.kernel.geo import EARTH_RADIUS_M, Position
from app.merchants.models import Branch, Merchant, Offer
from app.merchants.terms import TRADING, BranchState

UNKNOWN_M = 2**31 - 1
"""Further away than anything: where nobody said where a shop is."""


@dataclass(frozen=True, slots=True)
class NearShop:
    """A shop that takes points now, how far it is in metres and where (WGS-84), and its terms."""

    shop_id: UUID
    name: str
    street: str
    metres: int
    lat: float | None
    lng: float | None
    offer: Offer


def list_near(
    session: Session,
    book_id: int,
    *,
    here: Position,
    street: str | None,
    after: tuple[int, UUID] | None,
    limit: int,
) -> list[NearShop]:
    """Shops of a book with an offer in force, by distance, those after `after`; without a position last.

    Of those without one, only the ones of `street` where it is given. No history is read.
    """
    metres = func.coalesce(_metres_to(here), UNKNOWN_M)
    query = (
        select(Offer, Branch.name, Branch.street, metres.label("metres"), Branch.lat, Branch.lng)
        .join(Branch, Branch.id == Offer.shop_id)
        .join(Merchant, Merchant.id == Branch.merchant_id)
        .where(Offer.book_id == book_id, Offer.ended_at.is_(None))
        .where(Branch.state == BranchState.OPEN, Merchant.state.in_(TRADING))
    )
    if street is not None:
        query = query.where(or_(Branch.lat.is_not(None), Branch.street == street))
    if after is not None:
        query = query.where(tuple_(metres, Branch.id) > after)
    rows = session.execute(query.order_by(metres, Branch.id).limit(limit))
    return [NearShop(offer.shop_id, name, where, far, lat, lng, offer) for offer, name, where, far, lat, lng in rows]


def _metres_to(here: Position) -> ColumnElement[int]:
    """Whole metres along the ground, as `kernel.geo.distance_m` has them; NULL without a position."""
    north, other = func.radians(here.lat), func.radians(Branch.lat)
    half_lat, half_lng = (other - north) / 2, func.radians(Branch.lng - here.lng) / 2
    h = func.power(func.sin(half_lat), 2) + func.cos(north) * func.cos(other) * func.power(func.sin(half_lng), 2)
    return cast(func.floor(2 * EARTH_RADIUS_M * func.asin(func.sqrt(func.least(h, 1.0)))), Integer)
