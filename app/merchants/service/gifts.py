"""Gifts for points: the catalogue of a book with its stock. Who sets them aside: `reserving`; who hands them out:
`collecting`.
"""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import errors, queries, terms
from app.merchants.models import Gift
from app.merchants.queries import gifts as gift_queries
from app.merchants.service import own
from app.points import queries as points_queries


def offer_gift(
    uow: UnitOfWork,
    *,
    book: str,
    shop_id: UUID,
    title: str,
    description: str,
    points: int,
    stock: int,
    per_person_max: int = terms.GIFTS_PER_PERSON,
) -> Gift:
    """Put a gift into the catalogue of a shop; one person gets `per_person_max` in thirty days.

    Refuses ShopMissing, OwnBusiness.
    """
    book_id = points_queries.get_book(uow.session, book).id
    queries.get_shop(uow.session, book_id, shop_id)
    own.check_shop(uow, shop_id)
    gift = Gift(
        book_id=book_id,
        id=uow.new_id(),
        shop_id=shop_id,
        title=title,
        description=description,
        points=points,
        stock=stock,
        per_person_max=per_person_max,
        made_by=uow.actor.id,
        made_at=uow.now,
    )
    uow.session.add(gift)
    return gift


def change_stock(uow: UnitOfWork, *, book: str, gift_id: UUID, pieces: int) -> Gift:
    """Add pieces of a gift, or take some away (negative). Refuses GiftMissing, OwnBusiness, GiftEnded, StockWrong."""
    gift = gift_queries.get_gift(uow.session, points_queries.get_book(uow.session, book).id, gift_id, lock=True)
    own.check_shop(uow, gift.shop_id)
    if gift.ended_at is not None:
        raise errors.GiftEnded(title=gift.title)
    if not 0 <= gift.stock + pieces <= terms.GIFT_STOCK_MAX:
        raise errors.StockWrong(stock=gift.stock, stock_max=terms.GIFT_STOCK_MAX)
    gift.stock += pieces
    return gift


def end_gift(uow: UnitOfWork, *, book: str, gift_id: UUID) -> Gift:
    """Take a gift out of the catalogue; what is set aside can still be collected. Refuses GiftMissing, GiftEnded."""
    gift = gift_queries.get_gift(uow.session, points_queries.get_book(uow.session, book).id, gift_id, lock=True)
    if gift.ended_at is not None:
        raise errors.GiftEnded(title=gift.title)
    gift.ended_by, gift.ended_at = uow.actor.id, uow.now
    return gift


def list_gifts(uow: UnitOfWork, *, book: str, shop_id: UUID | None, limit: int, cursor: str | None) -> Page[Gift]:
    """The catalogue of a book, of one shop where given."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = gift_queries.list_gifts(uow.session, book_id, shop_id=shop_id, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda gift: gift.id)
