"""Opening shops."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import errors, queries
from app.merchants.models import Shop
from app.points import queries as points_queries
from app.points import service as points_service
from app.points.terms import OwnerKind

# A merchant known by name has its branch's id; its papers may follow.
_KNOWN_BY_NAME = text("""
    WITH new AS (
        SELECT DISTINCT ON (s.id) s.id, s.name, s.street
          FROM unnest(CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:streets AS text[])) AS s (id, name, street)
         WHERE NOT EXISTS (SELECT 1 FROM merchants_branches b WHERE b.id = s.id)),
    merchant AS (
        INSERT INTO merchants_merchants (id, home_book_id, name, state, opened_at)
        SELECT id, :book_id, name, 'unverified', :now FROM new ON CONFLICT DO NOTHING)
    INSERT INTO merchants_branches (id, merchant_id, name, street, state, opened_at)
    SELECT id, id, name, street, 'open', :now FROM new ON CONFLICT DO NOTHING
""")


def open_shop(uow: UnitOfWork, *, book: str, name: str, street: str, shop_id: UUID | None = None) -> Shop:
    """Open a shop that takes the points of a book; `name` and `street` have 1 to 100 characters.

    With the id of a branch the district knows it is that one; otherwise a merchant known by name gets its first branch.
    Residents read the name in their passbooks, so the ledger is told it. Refuses BookMissing.
    """
    book_id = points_queries.get_book(uow.session, book).id
    made_id = shop_id or uow.new_id()
    known_by_name(uow, book_id, [{"id": made_id, "name": name, "street": street}])
    shop = Shop(
        book_id=book_id,
        id=made_id,
        name=name,
        street=street,
        opened_at=uow.now,
    )
    uow.session.add(shop)
    uow.session.flush()  # rows that name the shop may follow in this transaction
    points_service.name_owner(uow, shop.book_id, owner_id=shop.id, kind=OwnerKind.SHOP, name=name)
    return shop


@dataclass(frozen=True, slots=True)
class ShopToOpen:
    """A shop for a new book. With `id` it is one the district knows from other books."""

    name: str
    street: str
    id: UUID | None = None


def open_shops(uow: UnitOfWork, *, book: str, shops: Sequence[ShopToOpen]) -> int:
    """Open several shops of a new book at once; answers how many. Refuses ShopTwice for an id it has already."""
    book_id = points_queries.get_book(uow.session, book).id
    if not shops:
        return 0
    rows: list[dict[str, Any]] = [
        {
            "book_id": book_id,
            "id": shop.id or uow.new_id(),
            "name": shop.name,
            "street": shop.street,
            "opened_at": uow.now,
        }
        for shop in shops
    ]
    known_by_name(uow, book_id, rows)
    opened = uow.session.scalars(insert(Shop).values(rows).on_conflict_do_nothing().returning(Shop.id)).all()
    if len(opened) < len(rows):
        left = Counter(row["id"] for row in rows)
        left.subtract(opened)
        raise errors.ShopTwice(name=next(row["name"] for row in rows if left[row["id"]]))
    points_service.name_owners(uow, book_id, kind=OwnerKind.SHOP, names={row["id"]: row["name"] for row in rows})
    return len(opened)


def copy_shops(uow: UnitOfWork, *, book: str, source: str) -> int:
    """Open all shops of another book in this new one, with the same ids; answers how many. Refuses BookMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    source_id = points_queries.get_book(uow.session, source).id
    opened_at = bindparam("opened_at", uow.now, DateTime(timezone=True))
    known = select(bindparam("book_id", book_id, Integer), Shop.id, Shop.name, Shop.street, opened_at)
    of_source = known.where(Shop.book_id == source_id)
    columns = ["book_id", "id", "name", "street", "opened_at"]
    copied = insert(Shop).from_select(columns, of_source).on_conflict_do_nothing().returning(Shop.id, Shop.name)
    names = {row.id: row.name for row in uow.session.execute(copied)}
    points_service.name_owners(uow, book_id, kind=OwnerKind.SHOP, names=names)
    return len(names)


def list_shops(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Shop]:
    """The shops of a book."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_shops(uow.session, book_id, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda shop: shop.id)


def known_by_name(uow: UnitOfWork, book_id: int, shops: Sequence[Mapping[str, Any]]) -> None:
    """Give those of these shops (id, name, street) that no book knows a merchant and a branch, unverified."""
    values = {f"{name}s": [shop[name] for shop in shops] for name in ("id", "name", "street")}
    uow.session.execute(_KNOWN_BY_NAME, {"book_id": book_id, "now": uow.now, **values})
