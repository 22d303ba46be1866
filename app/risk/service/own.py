"""Nobody eases, judges or labels what is about himself or somebody close to him."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from app.identity import queries as identity
from app.infra.unit_of_work import UnitOfWork
from app.points import queries as points
from app.risk import queries
from app.risk.errors import OwnRisk
from app.risk.models import Case, DecisionRow

HouseShops = Callable[[UnitOfWork, Collection[UUID]], Collection[UUID]]
"""The shops that the actor, or one of these others, owns or works for. Shops stand above: the factory gives it."""


def no_shops(_uow: UnitOfWork, _others: Collection[UUID]) -> Collection[UUID]:
    """Where facts have no shops, as with signing in."""
    return ()


@dataclass(frozen=True, slots=True)
class Near:
    """What is the actor's own, or of somebody close to him. `things`: their homes and telephones."""

    owners: Collection[UUID]
    people: Collection[UUID]
    shops: Collection[UUID]
    things: Collection[UUID]

    def has(self, *subjects: UUID | None) -> bool:
        """Whether one of these is among it."""
        return any(each in whose for each in subjects for whose in (self.owners, self.people, self.shops, self.things))


def check_not_own(uow: UnitOfWork, *subjects: UUID | None) -> None:
    """Refuse OwnRisk when the actor, his account or his passbook is among the subjects."""
    if _mine(uow) & {subject for subject in subjects if subject is not None}:
        raise OwnRisk


def parties(decision: DecisionRow) -> tuple[UUID | None, ...]:
    """Who gained by a fact or had a hand in it."""
    return decision.resident_id, decision.person_id, decision.cashier_id, decision.coordinator_id


def check_not_near(
    uow: UnitOfWork, *subjects: UUID | None, book: str | None, book_id: int, house_shops: HouseShops
) -> None:
    """Refuse OwnRisk when the actor or what is close to him is among the subjects, be they people, shops or things."""
    if near(uow, book=book, book_id=book_id, house_shops=house_shops).has(*subjects):
        raise OwnRisk


def check_no_part(uow: UnitOfWork, *, book: str | None, case: Case, house_shops: HouseShops) -> None:
    """Refuse OwnRisk for a case in whose decisions the actor, somebody close to him or a shop of theirs has a part.

    Whomever it is about: what is one's own may stand in a case about a shop, a device or a household.
    """
    mine = near(uow, book=book, book_id=case.book_id, house_shops=house_shops)
    if mine.has(case.about_id):
        raise OwnRisk
    if queries.has_part(uow.session, case, owners=mine.owners, people=mine.people, shops=mine.shops):
        raise OwnRisk


def near(uow: UnitOfWork, *, book: str | None, book_id: int, house_shops: HouseShops) -> Near:
    """Give who lives with the actor or is a relative of his, with their passbooks, shops, homes and telephones.

    Who only says to live in his home is none of them: else anybody could keep the whole office from a case.
    """
    actor, session = uow.actor, uow.session
    me = (actor.person_id or actor.id, actor.owner_id)
    kin = identity.list_kin(session, book or "", *me, with_claims=False)
    mine = _mine(uow)
    people, owners = mine | kin.people, mine.union(kin.owners)
    things = set(identity.list_things(session, people))
    if book is not None:  # passbooks that were merged are one
        for person in points.persons_of(session, book_id, owners).values():
            owners = owners.union(person.members)
        things |= set(points.households_of(session, book_id, owners).values())
    return Near(owners, people, set(house_shops(uow, owners | people)), things)


def _mine(uow: UnitOfWork) -> set[UUID]:
    actor = uow.actor
    return {each for each in (actor.id, actor.person_id, actor.owner_id) if each is not None}
