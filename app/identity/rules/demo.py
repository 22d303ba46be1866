"""How an actor becomes the claims of a token, and claims an actor again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from app.identity import terms
from app.identity.errors import TokenInvalid
from app.kernel.actor import Actor, Role

GRANTABLE = frozenset(Role) - {Role.SYSTEM, Role.TERMINAL}
SIGNED = GRANTABLE | {Role.TERMINAL}
"""A token that says it is a till's is that of nobody: a till is known by its key."""


def person_id(*, book: str | None, name: str) -> UUID:
    """Give the id of a demo person: the same name in the same book (or in none) is the same person."""
    return uuid5(NAMESPACE_URL, f"linli:demo:{book or ''}:{name}")


def claims_of(actor: Actor, *, token_id: UUID, now: datetime) -> dict[str, Any]:
    """Write down an actor for signing. Times are whole seconds."""
    return {
        "iss": terms.ISSUER,
        "aud": terms.DEV_AUDIENCE,
        "sub": str(actor.id),
        "jti": str(token_id),
        "iat": int(now.timestamp()),
        "exp": int((now + terms.LIFETIME).timestamp()),
        "name": actor.name,
        "roles": sorted(actor.roles),
        "book": actor.book,
        "shop": str(actor.shop_id) if actor.shop_id else None,
    }


def actor_of(claims: Mapping[str, Any]) -> Actor:
    """Read an actor back. Refuses TokenInvalid for claims we would not have signed."""
    try:
        roles = frozenset(Role(role) for role in claims["roles"])
        shop, book = claims.get("shop"), claims.get("book")
        actor = Actor(
            id=UUID(claims["sub"]),
            roles=roles - {Role.TERMINAL},
            book=book,
            shop_id=UUID(shop) if shop is not None else None,
            name=str(claims.get("name", "")),
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        raise TokenInvalid from None
    if not roles or not roles <= SIGNED or not _fits(roles, book):
        raise TokenInvalid
    return actor


def needs_book(role: Role) -> bool:
    """Say whether who acts in this role belongs to a book. The district office belongs to none."""
    return role is not Role.DISTRICT


def _fits(roles: frozenset[Role], book: object) -> bool:
    """Say whether the roles go with the book: nobody is of the district office and of a book at once."""
    return {needs_book(role) for role in roles} == {isinstance(book, str)} and (book is None or isinstance(book, str))
