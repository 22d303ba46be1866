"""Posting a shop's code."""

from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.scenes import Keys, short_of
from app.merchants import errors, queries
from app.merchants.models import Sign
from app.merchants.queries import signs as sign_queries
from app.merchants.rules.scenes import SHOP
from app.points import queries as points_queries


@dataclass(frozen=True, slots=True)
class PostedSign:
    """What a shop's code says, for the picture."""

    sign: Sign
    scene: str


def post_sign(uow: UnitOfWork, keys: Keys, *, book: str, shop_id: UUID) -> PostedSign:
    """Make the code that hangs in a shop; the one before it is good no more. Refuses ShopMissing, SignsUnset."""
    book_id = points_queries.get_book(uow.session, book).id
    queries.lock_shop(uow.session, book_id, shop_id)
    check_keys(keys)
    before = sign_queries.lock_current_sign(uow.session, book_id, shop_id)
    if before is not None:
        before.ended_at = uow.now
        uow.session.flush()  # one hangs at a time
    sign = Sign(
        short=short_of(uow.new_token()),
        branch_id=shop_id,
        book_id=book_id,
        posted_by=uow.actor.id,
        posted_at=uow.now,
    )
    uow.session.add(sign)
    uow.session.flush()
    return PostedSign(sign, SHOP.make(sign.short, keys))


def check_keys(keys: Keys) -> None:
    """Refuse SignsUnset where the operator has set no key for posted codes."""
    if not keys:
        raise errors.SignsUnset(setting="LINLI_QR_KEYS")
