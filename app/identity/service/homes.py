"""Who lives where: claimed by a person, decided by somebody else, ended once. What follows for the ledger is a job."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from app.identity import queries, terms
from app.identity.errors.homes import (
    AccountStopped,
    AreaWithoutBook,
    DeviceFull,
    HomeFull,
    ResidencyMissing,
    ResidencyNotWaiting,
    ResidencyOpen,
    ResidentTaken,
)
from app.identity.models import Household, Person, Residency
from app.identity.queries import Home
from app.identity.rules import homes as rules
from app.identity.rules import phones
from app.identity.service.sessions import person_of
from app.identity.service.signing_in import phone_of
from app.identity.terms import Relation, ResidencyState
from app.infra import current
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page, page_by_id, read_id
from app.places import queries as places
from app.places.errors import AreaClosed
from app.places.terms import AreaKind

HOUSEHOLD_JOB = "enrolment.settle_household"


@dataclass(frozen=True, slots=True)
class ShownHome:
    """A residency as it is shown. `phone` is the masked number of whoever lives there, for staff."""

    residency: Residency
    household: Household
    phone: str | None = None


def claim_residency(uow: UnitOfWork, *, area_id: UUID, room: str, relation: Relation, name: str) -> ShownHome:
    """Say where the caller lives. A list that knows him confirms it, else a grid worker does.

    Refuses AreaMissing, AreaClosed, AreaNoDwelling, AreaWithoutBook, RoomWrong, PersonMissing, AccountStopped,
    ResidencyOpen.
    """
    area = places.get_area(uow.session, area_id)
    if area.closed_at is not None:
        raise AreaClosed(name=area.name)
    rules.check_dwelling(AreaKind(area.kind))
    book, room = places.find_book_of(uow.session, area), rules.room_of(room)
    if book is None:
        raise AreaWithoutBook
    person = queries.lock_person(uow.session, person_of(uow))  # of two claims at once the second finds the first
    if queries.find_open_freeze(uow.session, person.id) is not None:
        raise AccountStopped
    if queries.find_open_residency(uow.session, person.id, book) is not None:
        raise ResidencyOpen
    household = _household(uow, area.id, room)
    residency = Residency(
        id=uow.new_id(),
        person_id=person.id,
        household_id=household.id,
        book=book,
        relation=relation,
        name=name,
        state=ResidencyState.CLAIMED,
        claimed_at=uow.now,
    )
    uow.session.add(residency)
    uow.defer(terms.MATCH_JOB, residency_id=str(residency.id))
    return ShownHome(residency, household)


def withdraw_residency(uow: UnitOfWork, *, residency_id: UUID) -> ShownHome:
    """Take a claim of the caller's back. Refuses ResidencyMissing, ResidencyNotWaiting."""
    residency = queries.lock_residency(uow.session, residency_id)
    if residency.person_id != person_of(uow):
        raise ResidencyMissing
    if residency.state != ResidencyState.CLAIMED:
        raise ResidencyNotWaiting
    _end(uow, residency, terms.WITHDRAWN)
    return ShownHome(residency, queries.get_home(uow.session, residency.id).household)


def list_own_residencies(uow: UnitOfWork, *, limit: int, cursor: str | None) -> Page[ShownHome]:
    """List where the caller lives, lived, or said he did, newest first."""
    rows = queries.list_homes_of(uow.session, person_of(uow), before=read_id(cursor), limit=limit + 1)
    shown = [ShownHome(row.residency, row.household) for row in rows]
    return page_by_id(shown, limit, lambda home: home.residency.id)


def list_residencies(
    uow: UnitOfWork, *, book: str, state: ResidencyState, limit: int, cursor: str | None
) -> Page[ShownHome]:
    """List residencies of one state in the caller's areas of a book, the oldest first; numbers are masked."""
    areas = list_areas(uow, book)
    rows = queries.list_homes_in(uow.session, book, areas, state=state, after=read_id(cursor), limit=limit + 1)
    return page_by_id([show(row) for row in rows], limit, lambda home: home.residency.id)


def propose_resident(uow: UnitOfWork, *, book: str, residency_id: UUID, resident_id: UUID) -> ShownHome:
    """Name whose passbook a claimant's is, for another member of staff to confirm; the last one named counts.

    Refuses ResidencyMissing, ResidencyOwn, ResidencyNotWaiting, PersonMissing, ResidentTaken.
    """
    home = lock_in_care(uow, book, residency_id)
    residency = home.residency
    _check_owner(uow, home, resident_id)
    if (residency.proposed_resident_id, residency.proposed_by) != (resident_id, person_of(uow)):
        residency.proposed_resident_id = resident_id
        residency.proposed_by, residency.proposed_at = person_of(uow), uow.now
    return show(home)


def confirm_residency(
    uow: UnitOfWork, *, book: str, residency_id: UUID, resident_id: UUID | None, why: str | None = None
) -> ShownHome:
    """Confirm a claim: from now on the person is the owner `resident_id` in the book; None: under the account's own id.

    Whoever names a `resident_id` has seen to it that it is a passbook of this book, and open. Refuses ResidencyMissing,
    ResidencyOwn, ResidencyNotWaiting, PersonMissing, ResidentTaken; and HomeFull, DeviceFull where nobody looks.
    """
    home = lock_in_care(uow, book, residency_id)
    residency, person, owner = home.residency, home.person, resident_id or home.person.id
    _check_owner(uow, home, owner)
    if Role.SYSTEM in uow.actor.roles:
        _check_usual(uow, home)
    if residency.proposed_resident_id != owner or residency.proposed_by == person_of(uow):
        residency.proposed_resident_id = residency.proposed_by = residency.proposed_at = None  # it was not needed
    residency.state, residency.resident_id = ResidencyState.CONFIRMED, owner
    residency.decided_by, residency.decided_at, residency.decided_why = person_of(uow), uow.now, why
    person.name = person.name or residency.name
    try:
        uow.session.flush()
    except IntegrityError:  # another account became this owner in this very moment
        raise ResidentTaken from None
    uow.defer(HOUSEHOLD_JOB, book=book, resident_id=str(owner))
    return show(home)


def refuse_residency(uow: UnitOfWork, *, book: str, residency_id: UUID, reason: str) -> ShownHome:
    """Refuse a claim; the person reads why. Refuses ResidencyMissing, ResidencyOwn, ResidencyNotWaiting."""
    home = lock_in_care(uow, book, residency_id)
    residency = home.residency
    rules.check_decision(residency.state, is_kin=_is_kin(uow, home.person))
    residency.state = ResidencyState.REFUSED
    residency.decided_by, residency.decided_at, residency.decided_why = person_of(uow), uow.now, reason
    return show(home)


def end_residency(uow: UnitOfWork, *, book: str, residency_id: UUID, reason: str) -> ShownHome:
    """End a residency: moved away, or confirmed by mistake. The passbook stays, but is nobody's to use from now on.

    Refuses ResidencyMissing, ResidencyOwn, ResidencyNotConfirmed.
    """
    home = lock_in_care(uow, book, residency_id)
    rules.check_ending(home.residency.state, is_kin=_is_kin(uow, home.person))
    _end(uow, home.residency, reason)
    return show(home)


def leave_homes(uow: UnitOfWork, person_id: UUID) -> None:
    """End everything where somebody lives or says he does, and forget the names he gave: his account is closed."""
    for residency in queries.lock_open_residencies(uow.session, person_id):
        _end(uow, residency, terms.CLOSED)
    before = None
    while rows := queries.list_homes_of(uow.session, person_id, before=before, limit=100):
        for row in rows:
            row.residency.name = ""
        uow.session.flush()
        before = rows[-1].residency.id


def get_in_care(uow: UnitOfWork, book: str, residency_id: UUID) -> Home:
    """Read a residency whose dwelling is in the caller's care. Refuses ResidencyMissing. Jobs have all in theirs."""
    home = queries.get_home(uow.session, residency_id)
    if home.residency.book != book:
        raise ResidencyMissing
    if Role.SYSTEM not in uow.actor.roles:
        covering = places.list_covering_ids(uow.session, home.household.area_id)
        if not set(covering) & set(list_areas(uow, book)):
            raise ResidencyMissing
    return home


def lock_in_care(uow: UnitOfWork, book: str, residency_id: UUID) -> Home:
    """Lock such a residency, as it stands then. Refuses ResidencyMissing."""
    queries.lock_residency(uow.session, residency_id)
    return get_in_care(uow, book, residency_id)


def list_areas(uow: UnitOfWork, book: str) -> list[UUID]:
    """List the areas in the caller's care. A demonstration's token names none: its book's community is meant."""
    if uow.actor.areas or uow.actor.session_id is not None:
        return sorted(uow.actor.areas)
    return [places.get_area_of_book(uow.session, book).id]


def show(home: Home) -> ShownHome:
    """Show a residency to staff, with the number masked."""
    phone = phone_of(home.person)
    return ShownHome(home.residency, home.household, None if phone is None else phones.masked(phone))


def _household(uow: UnitOfWork, area_id: UUID, room: str) -> Household:
    values = {"id": uow.new_id(), "area_id": area_id, "room": room, "opened_at": uow.now}
    uow.session.execute(insert(Household).values(values).on_conflict_do_nothing())
    found = queries.find_household(uow.session, area_id, room)
    assert found is not None  # noqa: S101 - it was there or has just been written
    return found


def _end(uow: UnitOfWork, residency: Residency, why: str) -> None:
    residency.state = ResidencyState.ENDED
    residency.ended_by, residency.ended_at, residency.ended_why = person_of(uow), uow.now, why
    if residency.resident_id is not None:
        uow.defer(HOUSEHOLD_JOB, book=residency.book, resident_id=str(residency.resident_id))


def _check_owner(uow: UnitOfWork, home: Home, owner: UUID) -> None:
    """Refuse ResidencyOwn, ResidencyNotWaiting, PersonMissing, ResidentTaken."""
    person = queries.get_person(uow.session, home.person.id)
    rules.check_decision(home.residency.state, is_kin=_is_kin(uow, person))
    if queries.list_taken_ids(uow.session, home.residency.book, [owner]) or _is_someone_else(uow, owner, person.id):
        raise ResidentTaken


def _check_usual(uow: UnitOfWork, home: Home) -> None:
    """Refuse HomeFull and DeviceFull: as many live nowhere, and use one device, without a reason a person can see."""
    config = current.config()
    living = queries.count_residents_at(uow.session, home.household.id, limit=config.home_residents_max)
    if living >= config.home_residents_max:
        raise HomeFull(count=living)
    sharing = queries.count_accounts_beside(uow.session, home.person.id, limit=config.device_accounts_max + 1)
    if sharing > config.device_accounts_max:
        raise DeviceFull(count=sharing)


def _is_kin(uow: UnitOfWork, person: Person) -> bool:
    return queries.are_kin(uow.session, person_of(uow), person.id)


def _is_someone_else(uow: UnitOfWork, owner_id: UUID, person_id: UUID) -> bool:
    """Say whether an owner is the account of another person, who may be confirmed under it one day."""
    return owner_id != person_id and uow.session.get(Person, owner_id) is not None
