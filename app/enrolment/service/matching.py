"""From claims of residency to the residents of a list: who is whom, and which household the ledger counts them in."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.enrolment import queries
from app.enrolment.errors import ResidentMissing
from app.enrolment.models import Resident
from app.enrolment.rules import matching
from app.enrolment.rules.matching import Claimant, Likeness, Listed, takes_another
from app.enrolment.rules.places import Place, place_from
from app.enrolment.service.committing import WAITING_JOB
from app.identity import queries as identity_queries
from app.identity.queries import Home
from app.identity.service import homes
from app.identity.service.homes import ShownHome
from app.identity.service.sessions import person_of
from app.identity.terms import MATCH_JOB, MATCHED, ResidencyState
from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import DomainError
from app.places import queries as places
from app.places.terms import AreaKind
from app.points import errors as points_errors
from app.points import queries as points_queries
from app.points import service as points

NEAR_MAX = 20
WAITING_BATCH = 200


@dataclass(frozen=True, slots=True)
class NearMatch:
    """A resident of a list who may be the claimant, and why."""

    resident: Resident
    likeness: Likeness
    taken: bool
    closed: bool


def match_claim(uow: UnitOfWork, *, residency_id: str) -> None:
    """Confirm a claim by the lists: exactly one resident has the verified number and the name, and is nobody's yet.

    Everything else, and whoever is frozen, waits for the grid worker.
    """
    home = identity_queries.get_home(uow.session, UUID(residency_id))
    residency = home.residency
    if residency.state != ResidencyState.CLAIMED or home.person.closed_at is not None:
        return
    if identity_queries.find_open_freeze(uow.session, home.person.id) is not None:
        return
    book_id = points_queries.find_book_id(uow.session, residency.book)
    phone = home.person.phone_index
    if book_id is None or phone is None:
        return
    alike = queries.list_residents_by_phone(uow.session, book_id, phone, limit=NEAR_MAX)
    resident_id = matching.match(_claimant(uow, home), _listed(uow, book_id, residency.book, alike))
    if resident_id is None:
        return
    try:
        with uow.session.begin_nested():
            homes.confirm_residency(
                uow, book=residency.book, residency_id=residency.id, resident_id=resident_id, why=MATCHED
            )
    except DomainError:  # decided or taken in this very moment: the grid worker sees which
        return


def match_waiting(uow: UnitOfWork, *, book: str, after: str | None) -> None:
    """Have the claims that wait in a book looked up again, some at a time: a new list may know who they are."""
    found = identity_queries.list_waiting_claims(
        uow.session, book, after=UUID(after) if after else None, limit=WAITING_BATCH
    )
    for residency_id in found:
        uow.defer(MATCH_JOB, residency_id=str(residency_id))
    if len(found) == WAITING_BATCH:
        uow.defer(WAITING_JOB, book=book, after=str(found[-1]))


def list_matches(uow: UnitOfWork, *, book: str, residency_id: UUID) -> Sequence[NearMatch]:
    """List whom of the lists a claimant may be, by number and by dwelling. Refuses BookMissing, ResidencyMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    home = homes.get_in_care(uow, book, residency_id)
    claimant = _claimant(uow, home)
    found: dict[UUID, Resident] = {}
    if claimant.phone is not None:
        found |= _by_id(queries.list_residents_by_phone(uow.session, book_id, claimant.phone, limit=NEAR_MAX))
    for place in (claimant.place, Place(claimant.place.building, None, claimant.place.room)):
        household_id = place.household_id(book_id)
        if household_id is not None:
            found |= _by_id(queries.list_residents_of_home(uow.session, book_id, household_id, limit=NEAR_MAX))
    near = list(found.values())[:NEAR_MAX]
    listed = _listed(uow, book_id, book, near)
    return [
        NearMatch(resident, matching.compare(claimant, each), each.taken, each.closed)
        for resident, each in zip(near, listed, strict=True)
    ]


def confirm_residency(uow: UnitOfWork, *, book: str, residency_id: UUID, resident_id: UUID | None) -> ShownHome:
    """Confirm a claim, for a passbook of a list (`resident_id`) or without one, which opens a passbook of its own.

    A passbook whose number in the list is not the claimant's verified one is given by two: the first names it, and the
    claim waits; another one who names the same confirms it. Refuses BookMissing, ResidentMissing, PassbookClosed, and
    what identity's confirm_residency refuses.
    """
    book_id = points_queries.get_book(uow.session, book).id
    home = homes.lock_in_care(uow, book, residency_id)
    listed = None if resident_id is None else queries.find_resident(uow.session, book_id, resident_id)
    if resident_id is not None and listed is None:
        raise ResidentMissing
    if points_queries.successors_of(uow.session, book_id, [resident_id or home.person.id]):
        raise points_errors.PassbookClosed(field="resident_id")
    if listed is not None and _takes_another(uow, home, listed):
        return homes.propose_resident(uow, book=book, residency_id=residency_id, resident_id=listed.id)
    return homes.confirm_residency(uow, book=book, residency_id=residency_id, resident_id=resident_id)


def settle_household(uow: UnitOfWork, *, book: str, resident_id: str) -> None:
    """Let the ledger count a resident's awards with those who live with him, as identity has it now.

    One dwelling is one household for it: that of the list where the list knows it. Whoever lives nowhere any more is
    counted as the list said, or for himself. Done again it changes nothing.
    """
    book_id, owner_id = points_queries.find_book_id(uow.session, book), UUID(resident_id)
    if book_id is None:
        return
    dwelling = identity_queries.lock_home(uow.session, book, owner_id)  # of one home one after another
    listed = queries.find_resident(uow.session, book_id, owner_id)
    if dwelling is not None:
        mates = [each for each in identity_queries.list_housemate_ids(uow.session, dwelling.id) if each != owner_id]
        of_mates = points_queries.households_of(uow.session, book_id, mates)
        place = _place(uow, dwelling.area_id, dwelling.room, unique=True)
        household_id = next(
            (of_mates[mate] for mate in mates if mate in of_mates),
            _household_of_list(listed, place) or place.household_id(book_id) or dwelling.id,
        )
    elif listed is not None and listed.household_id is not None:
        household_id = listed.household_id
    else:
        points.leave_household(uow, book_id, resident_id=owner_id)
        return
    points.join_households(uow, book_id, members={owner_id: household_id})


def _household_of_list(listed: Resident | None, place: Place) -> UUID | None:
    """The household of a list, unless it says that the resident lives somewhere else."""
    if listed is None:
        return None
    parts = ((listed.building, place.building), (listed.unit, place.unit), (listed.room, place.room))
    differs = any(one is not None and other is not None and one != other for one, other in parts)
    return None if differs else listed.household_id


def _takes_another(uow: UnitOfWork, home: Home, listed: Resident) -> bool:
    """Say whether this passbook waits for another member of staff to name it."""
    residency, phone = home.residency, home.person.phone_index
    return takes_another(
        (residency.proposed_resident_id, residency.proposed_by),
        (listed.id, person_of(uow)),
        same_number=phone is not None and phone == listed.phone_index,
    )


def _claimant(uow: UnitOfWork, home: Home) -> Claimant:
    place = _place(uow, home.household.area_id, home.household.room)
    return Claimant(home.residency.name, home.person.phone_index, place)


def _place(uow: UnitOfWork, area_id: UUID, room: str, *, unique: bool = False) -> Place:
    """The dwelling as a list writes it. `unique`: without the building when several of the community are called so."""
    areas = places.list_areas_by_id(uow.session, places.list_ancestor_ids(uow.session, area_id)).values()
    kinds = {AreaKind(area.kind): area for area in areas}
    building, stairs = kinds.get(AreaKind.BUILDING), kinds.get(AreaKind.UNIT)
    if building is not None and unique:
        called_so = places.find_building(uow.session, kinds[AreaKind.COMMUNITY].id, building.name)
        building = building if called_so is not None and called_so.id == building.id else None
    return place_from(building.code if building else "", stairs.code if building and stairs else "", room)


def _listed(uow: UnitOfWork, book_id: int, book: str, residents: Sequence[Resident]) -> list[Listed]:
    ids = [each.id for each in residents]
    taken = identity_queries.list_taken_ids(uow.session, book, ids)
    closed = points_queries.successors_of(uow.session, book_id, ids)
    return [
        Listed(
            each.id,
            each.name,
            each.phone_index,
            Place(each.building, each.unit, each.room),
            taken=each.id in taken,
            closed=each.id in closed,
        )
        for each in residents
    ]


def _by_id(residents: Sequence[Resident]) -> dict[UUID, Resident]:
    return {each.id: each for each in residents}
