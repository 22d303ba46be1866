"""Nobody eases, judges or labels what is about himself."""

from collections.abc import Callable, Collection
from uuid import UUID

from app.identity import queries as identity
from app.infra.unit_of_work import UnitOfWork
from app.points import queries as points
from app.risk import queries
from app.risk.errors import OwnRisk
from app.risk.models import Case, DecisionRow

HouseShops = Callable[[UnitOfWork], Collection[UUID]]
"""The shops that the actor owns or works for. Shops stand above: the factory gives the function."""


def no_shops(_uow: UnitOfWork) -> Collection[UUID]:
    """Where facts have no shops, as with signing in."""
    return ()


def check_not_own(uow: UnitOfWork, *subjects: UUID | None) -> None:
    """Refuse OwnRisk when the actor, his account or his passbook is among the subjects."""
    actor = uow.actor
    if {actor.id, actor.person_id, actor.owner_id} & {subject for subject in subjects if subject is not None}:
        raise OwnRisk


def parties(decision: DecisionRow) -> tuple[UUID | None, ...]:
    """Who gained by a fact or had a hand in it."""
    return decision.resident_id, decision.person_id, decision.cashier_id, decision.coordinator_id


def check_no_part(uow: UnitOfWork, *, book: str | None, case: Case, house_shops: HouseShops) -> None:
    """Refuse OwnRisk for a case in whose decisions the actor, somebody close to him or his own shop has a part.

    Whomever it is about: what is one's own may stand in a case about a shop, a device or a household.
    """
    actor, session = uow.actor, uow.session
    mine = {each for each in (actor.id, actor.person_id, actor.owner_id) if each is not None}
    me = (actor.person_id or actor.id, actor.owner_id)
    kin = identity.list_kin(session, book or "", *me)
    people, owners = mine | kin.people, mine.union(kin.owners)
    if book is not None:  # passbooks that were merged are one
        for person in points.persons_of(session, case.book_id, owners).values():
            owners = owners.union(person.members)
    shops = set(house_shops(uow))
    if case.about_id in owners | people | shops:
        raise OwnRisk
    if queries.has_part(session, case, owners=owners, people=people, shops=shops):
        raise OwnRisk
