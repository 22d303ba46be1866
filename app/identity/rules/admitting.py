"""Who a session is for one request: from the account, its freezes, its grants and where it lives to an Actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.identity import terms
from app.identity.errors import TokenInvalid
from app.identity.rules.access import Access
from app.identity.terms import Channel
from app.kernel.actor import Actor, Role


@dataclass(frozen=True, slots=True)
class Held:
    """A role in force for the book or place of the request. `below`: for a part of the book's community only."""

    role: Role
    area_id: UUID
    shop_id: UUID | None
    below: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What the database says of a session: is it open, whose is it, and what is that person here."""

    person_id: UUID
    name: str
    channel: Channel
    expires_at: datetime
    ended: bool
    closed: bool
    frozen: bool
    cools_until: datetime | None
    resident_id: UUID | None
    held: Sequence[Held]
    device_id: UUID | None = None
    paused: bool = False


def admit(
    access: Access, standing: Standing | None, *, book: str | None, wanted: frozenset[Role], now: datetime
) -> Actor:
    """Make the actor of a request that names `book` (or none) and takes one of the `wanted` roles.

    A frozen account keeps only Role.PERSON: it may look at itself and appeal. A paused one keeps all but the powerful
    roles, and sends nothing of value. Powerful roles exist at the desk only.
    Inside a book the district office is nothing; outside all books only it, administrators of areas and cashiers are
    more than a person. Of the roles for a part of a community only the grid worker's counts in its book.

    A resident acts as the owner of the passbook, on routes that residents may use. Staff act as the account, whatever
    becomes of where they live: who proposed under one id must not approve under another. Refuses TokenInvalid when the
    session is over, or is not what the token says.
    """
    if standing is None or standing.ended or standing.closed or now >= standing.expires_at:
        raise TokenInvalid
    if (standing.person_id, standing.channel) != (access.person_id, access.channel):
        raise TokenInvalid
    held = [] if standing.frozen else [each for each in standing.held if _counts(each, access.channel, book)]
    if standing.paused:
        held = [each for each in held if each.role not in terms.POWERFUL]
    owner = standing.resident_id if book is not None and not standing.frozen else None
    roles = {Role.PERSON, *(each.role for each in held), *({Role.RESIDENT} if owner else ())}
    cooling = standing.cools_until is not None and now < standing.cools_until
    return Actor(
        id=owner if owner and Role.RESIDENT in wanted else standing.person_id,
        roles=frozenset(roles),
        book=book if roles > {Role.PERSON} else None,
        shop_id=next((each.shop_id for each in held if each.role is Role.CASHIER), None),
        name=standing.name,
        person_id=standing.person_id,
        session_id=access.session_id,
        areas=frozenset(each.area_id for each in held if each.role in wanted),
        cools_until=standing.cools_until if cooling else None,
        resident_id=owner,
        device_id=standing.device_id,
        is_paused=standing.paused,
    )


def _counts(held: Held, channel: Channel, book: str | None) -> bool:
    if held.role in terms.DESK_ONLY and channel is not Channel.DESK:
        return False
    if book is None:
        return held.role in {Role.DISTRICT, Role.ADMIN, Role.CASHIER}
    return held.role is not Role.DISTRICT and (not held.below or held.role in terms.COUNT_FROM_BELOW)
