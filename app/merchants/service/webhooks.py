"""The webhooks of a shop in one book: who owns endpoints, and of what they hear.

A shop has one id in all books that know it, so its endpoints of a book hear only what says that book.
"""

from typing import Any
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.merchants import queries
from app.points import queries as points_queries


def owner_of(uow: UnitOfWork, *, book: str, shop_id: UUID) -> dict[str, Any]:
    """Name the owner of a shop's endpoints as the webhooks know him. Refuses BookMissing, ShopMissing."""
    shop = queries.get_shop(uow.session, points_queries.get_book(uow.session, book).id, shop_id)
    return {"owner_id": shop.id, "hears": {"book": book}}
