"""Which shop of a book has which number of the mall, and by which rule payments there earn."""

from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.mall import errors, queries, terms
from app.mall.models import Earn, MallRefund, MallShop
from app.mall.terms import EarnState, RefundState
from app.points import errors as points_errors
from app.points import queries as points_queries

SHOP_NAME = text("SELECT name FROM merchants_shops WHERE book_id = :book_id AND id = :shop_id")


def open_shop(uow: UnitOfWork, *, book: str, shop_number: str, shop_id: UUID, rule: str, return_days: int) -> MallShop:
    """Have payments at a number of the mall earn by a rule, after so many days; one number is one shop's.

    The rule pays by `events`, whole yuan, from its own budget and within its caps. Payments that waited for this
    shop are looked at again; refunds that did are this book's to look at. Refuses BookMissing, MallShopMissing,
    RuleMissing, ShopNumberTaken.
    """
    book_id = points_queries.get_book(uow.session, book).id
    name = uow.session.scalar(SHOP_NAME, {"book_id": book_id, "shop_id": shop_id})
    if name is None:
        raise errors.MallShopMissing(field="shop_id")
    if rule not in points_queries.current_rules(uow.session, book_id, {rule}):
        raise points_errors.RuleMissing(rule=rule)
    row = insert(MallShop).values(
        book_id=book_id,
        id=uow.new_id(),
        book=book,
        shop_number=shop_number,
        shop_id=shop_id,
        shop_name=name,
        rule=rule,
        return_days=return_days,
        opened_by=uow.actor.id,
        opened_at=uow.now,
    )
    made: MallShop | None = uow.session.scalar(row.on_conflict_do_nothing().returning(MallShop))
    if made is None:
        raise errors.ShopNumberTaken(shop_number=shop_number)
    uow.session.execute(
        update(Earn)
        .where(Earn.shop_number == shop_number, Earn.state == EarnState.REVIEW, Earn.owner_book_id.is_(None))
        .values(state=EarnState.PARKED, look_at=uow.now, parked_until=uow.now + terms.PARKED_MAX)
        .execution_options(synchronize_session=False)
    )
    uow.session.execute(
        update(MallRefund)
        .where(
            MallRefund.shop_number == shop_number,
            MallRefund.state == RefundState.REVIEW,
            MallRefund.owner_book_id.is_(None),
        )
        .values(owner_book_id=book_id)
        .execution_options(synchronize_session=False)
    )
    return made


def close_shop(uow: UnitOfWork, *, book: str, mall_shop_id: UUID) -> MallShop:
    """Have payments there earn no more; those that are pending still do. Refuses BookMissing, MallShopMissing."""
    shop = queries.lock_shop(uow.session, points_queries.get_book(uow.session, book).id, mall_shop_id)
    if shop.closed_at is None:
        shop.closed_at, shop.closed_by = uow.now, uow.actor.id
    return shop


def list_shops(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[MallShop]:
    """The shops of the mall in a book, newest first. Refuses BookMissing, CursorInvalid."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_shops(uow.session, book_id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda shop: shop.id)
