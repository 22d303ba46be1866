"""Opening shops."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import queries
from app.merchants.models import Shop
from app.points import queries as points_queries
from app.points import service as points_service
from app.points.terms import OwnerKind


def open_shop(uow: UnitOfWork, *, book: str, name: str, street: str, shop_id: UUID | None = None) -> Shop:
    """Open a shop that takes the points of a book; `name` and `street` have 1 to 100 characters.

    Residents read the name in their passbooks, so the ledger is told it. Refuses BookMissing.
    """
    shop = Shop(
        book_id=points_queries.get_book(uow.session, book).id,
        id=shop_id or uow.new_id(),
        name=name,
        street=street,
        opened_at=uow.now,
    )
    uow.session.add(shop)
    uow.session.flush()  # rows that name the shop may follow in this transaction
    points_service.name_owner(uow, shop.book_id, owner_id=shop.id, kind=OwnerKind.SHOP, name=name)
    return shop


def list_shops(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Shop]:
    """The shops of a book."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_shops(uow.session, book_id, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda shop: shop.id)
