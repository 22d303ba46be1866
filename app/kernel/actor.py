"""Who acts, and in which roles."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person or a program may be in one book; the district office beside all of them."""

    RESIDENT = "resident"
    COORDINATOR = "coordinator"
    CLERK = "clerk"
    CASHIER = "cashier"
    TREASURER = "treasurer"
    AUDITOR = "auditor"
    GRID_WORKER = "grid_worker"  # knows who lives where in a grid, confirms residents
    ADMIN = "admin"  # sets up places and staff of an area; touches no points
    PERSON = "person"  # whoever has signed in, for what is their own; never granted
    DISTRICT = "district"  # the district office: sets up books, belongs to none and sees nothing inside one
    TERMINAL = "terminal"  # a till that signs with its own key; never granted, and no token gives it
    SYSTEM = "system"  # jobs and the command line; never granted by a token


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf a unit of work runs.

    `book` is the code of the only book the actor may see; None means no book at all over HTTP: so it is for the
    district office, and for a till, whose `shop_id` is its branch in all books (system actors are not checked against
    books, they never come through HTTP). `id` is what the book knows the person by: on routes for residents the owner
    of the passbook of a confirmed one, for staff the account, for a till the till.
    `person_id` is the account that signed in, `session_id` its session. `areas` are those in which the person holds one
    of the roles the route asks for. `device_id`: the installation that signed in, none at a desk. `cools_until`: it is
    new, and nothing of value goes out from it before that instant. `is_paused`: nothing of value goes out from the
    account until people have looked. `resident_id`: whose passbook is the actor's own in
    the book, whatever he acts as. `acted_by`: the person who does all this is another one, a guardian or helper; it is
    recorded as such. `is_first_seen`: a till signed from an address that is new to it; None: of others it is not asked.
    `key_serial`: the key that a till signed with.
    """

    id: UUID
    roles: frozenset[Role]
    book: str | None = None
    shop_id: UUID | None = None
    name: str = ""
    person_id: UUID | None = None
    session_id: UUID | None = None
    areas: frozenset[UUID] = frozenset()
    cools_until: datetime | None = None
    resident_id: UUID | None = None
    acted_by: UUID | None = None
    device_id: UUID | None = None
    is_paused: bool = False
    is_first_seen: bool | None = None
    key_serial: str | None = None

    @property
    def owner_id(self) -> UUID:
        """The owner of the passbook that is the actor's own: nobody decides on that one himself."""
        return self.resident_id or self.id

    def has_any(self, roles: frozenset[Role]) -> bool:
        """Say whether the actor holds at least one of `roles`."""
        return bool(self.roles & roles)


SYSTEM = Actor(id=UUID(int=0), roles=frozenset({Role.SYSTEM}), name="system")
