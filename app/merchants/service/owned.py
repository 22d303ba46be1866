"""What an owner sees of his own branch: what was redeemed there on a day, and its gifts."""

from datetime import date
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import queries
from app.merchants.models import Branch, Gift
from app.merchants.queries import owned
from app.merchants.service.receipts import Receipt, page_of, read_place
from app.points import queries as points_queries


def list_day(uow: UnitOfWork, branch: Branch, *, day: date, limit: int, cursor: str | None) -> Page[Receipt]:
    """What was asked for at a branch on one day, in all books, newest first; also what came to nothing."""
    rows = owned.list_of_day(uow.session, branch.id, day, before=read_place(cursor), limit=limit + 1)
    return page_of(rows, limit, uow.now)


def list_gifts(uow: UnitOfWork, branch: Branch, *, book: str, limit: int, cursor: str | None) -> Page[Gift]:
    """All gifts of a branch in a book, newest first, also those taken out of the catalogue.

    Refuses BookMissing, ShopMissing.
    """
    book_id = shop_in(uow, branch.id, book)
    rows = owned.list_gifts_of(uow.session, book_id, branch.id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda gift: gift.id)


def shop_in(uow: UnitOfWork, shop_id: UUID, book: str) -> int:
    """The id of a book that accepts a branch. Refuses BookMissing, ShopMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    queries.get_shop(uow.session, book_id, shop_id)
    return book_id
