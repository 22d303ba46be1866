"""Shops."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.merchants import errors
from app.merchants.models import Shop


def find_shop(session: Session, book_id: int, shop_id: UUID) -> Shop | None:
    """One shop of this book, if there is one."""
    return session.get(Shop, (book_id, shop_id))


def takes_within(session: Session, shop_id: UUID, area_id: UUID) -> bool:
    """Say whether a book of an area, of one in it or around it takes a shop (migrations/sql/0032_sign_ins.sql).

    Cashiers are granted for such shops only; when no book takes a shop any more the database ends their grants.
    """
    asked = text("SELECT merchants_takes_within(:shop_id, :area_id)")
    return bool(session.scalar(asked, {"shop_id": shop_id, "area_id": area_id}))


def get_shop(session: Session, book_id: int, shop_id: UUID) -> Shop:
    """One shop of this book. Refuses ShopMissing."""
    shop = find_shop(session, book_id, shop_id)
    if shop is None:
        raise errors.ShopMissing
    return shop


def lock_shop(session: Session, book_id: int, shop_id: UUID) -> Shop:
    """One shop of this book, locked against other settlements (payments go on). Refuses ShopMissing."""
    query = select(Shop).where(Shop.book_id == book_id, Shop.id == shop_id).with_for_update(key_share=True)
    shop = session.scalar(query)
    if shop is None:
        raise errors.ShopMissing
    return shop


def list_shops(session: Session, book_id: int, *, after: UUID | None, limit: int) -> Sequence[Shop]:
    """Shops by id, those after `after`."""
    query = select(Shop).where(Shop.book_id == book_id).order_by(Shop.id).limit(limit)
    return session.scalars(query if after is None else query.where(Shop.id > after)).all()
