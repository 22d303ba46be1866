"""Who lives together, said by hand: what no list brought, or brought wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.points import errors, queries
from app.points.models import HouseholdChange
from app.points.queries import programme as household_queries
from app.points.rules.accounts import passbook_of
from app.points.service.naming import join_households, leave_household

CHANGES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class HouseholdOf:
    """Where somebody lives, with whom, and what was said about it by hand, the newest first."""

    owner_id: UUID
    household_id: UUID | None
    members: Sequence[UUID]
    changes: Sequence[HouseholdChange]


def show_household(uow: UnitOfWork, *, book: str, owner_id: UUID) -> HouseholdOf:
    """The household of a resident. Refuses BookMissing."""
    return _household(uow, queries.get_book(uow.session, book).id, owner_id)


def join_household(uow: UnitOfWork, *, book: str, owner_id: UUID, lives_with: UUID, reason: str) -> HouseholdOf:
    """Put a resident into the household of another, out of the one before; a new one when the other is in none.

    Caps count by it from then on. Refuses BookMissing, AccountMissing, HouseholdOfOne, HouseholdOwn.
    """
    book_id = queries.get_book(uow.session, book).id
    if owner_id == lives_with:
        raise errors.HouseholdOfOne
    homes = _lock(uow, book_id, [lives_with, owner_id])
    home = homes.get(lives_with) or uow.new_id()
    for resident in (lives_with, owner_id):
        if homes.get(resident) != home:
            join_households(uow, book_id, members={resident: home})
            _note(uow, book_id, resident, home, reason)
    return _household(uow, book_id, owner_id)


def end_household(uow: UnitOfWork, *, book: str, owner_id: UUID, reason: str) -> HouseholdOf:
    """Take a resident out of the household. Refuses BookMissing, AccountMissing, HouseholdOwn."""
    book_id = queries.get_book(uow.session, book).id
    if owner_id in _lock(uow, book_id, [owner_id]):
        leave_household(uow, book_id, resident_id=owner_id)
        _note(uow, book_id, owner_id, None, reason)
    return _household(uow, book_id, owner_id)


def _lock(uow: UnitOfWork, book_id: int, residents: Sequence[UUID]) -> dict[UUID, UUID]:
    """The households of these residents, which nobody changes meanwhile. Refuses AccountMissing, HouseholdOwn."""
    for resident in residents:
        if not queries.has_account(uow.session, book_id, passbook_of(book_id, resident)):
            raise errors.AccountMissing
    queries.lock_caps(uow.session, book_id, residents)
    homes = queries.households_of(uow.session, book_id, [*residents, uow.actor.owner_id])
    own = homes.get(uow.actor.owner_id)
    if uow.actor.owner_id in residents or (own is not None and own in map(homes.get, residents)):
        raise errors.HouseholdOwn
    return homes


def _note(uow: UnitOfWork, book_id: int, resident_id: UUID, household_id: UUID | None, reason: str) -> None:
    uow.session.add(
        HouseholdChange(
            book_id=book_id,
            id=uow.new_id(),
            resident_id=resident_id,
            household_id=household_id,
            reason=reason,
            changed_by=uow.actor.id,
            changed_at=uow.now,
        )
    )
    uow.session.flush()


def _household(uow: UnitOfWork, book_id: int, owner_id: UUID) -> HouseholdOf:
    home = queries.households_of(uow.session, book_id, [owner_id]).get(owner_id)
    members = household_queries.members_of(uow.session, book_id, home) if home else []
    changes = household_queries.list_household_changes(uow.session, book_id, owner_id, limit=CHANGES_SHOWN)
    return HouseholdOf(owner_id, home, members, changes)
