"""Where shops are, and which are near. Where somebody stands who asks is kept nowhere."""

from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.geo import Datum, Pair, Position, convert
from app.kernel.paging import Cursor, CursorInvalid, Page
from app.merchants.models import Branch, Offer
from app.merchants.queries import nearby as queries
from app.points import queries as points_queries


@dataclass(frozen=True, slots=True)
class NearbyOffer:
    """A shop with its terms, as a client of one datum sees it. `distance_m`, `position`: None where unknown."""

    shop_id: UUID
    name: str
    street: str
    distance_m: int | None
    position: Pair | None
    offer: Offer


def place_branch(uow: UnitOfWork, branch: Branch, *, position: Position) -> Branch:
    """Say where a branch is; the last word counts."""
    branch.lat, branch.lng = position.lat, position.lng
    branch.placed_by, branch.placed_at = uow.actor.id, uow.now
    return branch


def list_nearby_offers(
    uow: UnitOfWork, *, book: str, position: Position, street: str | None, limit: int, cursor: str | None
) -> Page[NearbyOffer]:
    """Shops that take points of a book now, the nearest first; those nobody placed last, where given of one street.

    Refuses BookMissing, CursorInvalid.
    """
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_near(
        uow.session, book_id, here=position, street=street, after=_read_place(cursor), limit=limit + 1
    )
    items = [_seen(row, position.raw.datum) for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(items)
    last = rows[limit - 1]
    return Page(items, Cursor((last.metres, str(last.shop_id))).encode())


def _seen(row: queries.NearShop, datum: Datum) -> NearbyOffer:
    placed = row.lat is not None and row.lng is not None
    pair = convert(Pair(row.lat or 0, row.lng or 0, Datum.WGS84), datum) if placed else None
    return NearbyOffer(row.shop_id, row.name, row.street, row.metres if placed else None, pair, row.offer)


def _read_place(cursor: str | None) -> tuple[int, UUID] | None:
    if cursor is None:
        return None
    metres, shop_id = Cursor.decode(cursor, int, str).parts
    try:
        place = int(metres), UUID(str(shop_id))
    except ValueError:
        raise CursorInvalid from None
    if not 0 <= place[0] <= queries.UNKNOWN_M:
        raise CursorInvalid
    return place
