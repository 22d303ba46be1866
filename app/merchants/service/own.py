"""Nobody of a shop's house, or close to one of it, decides at the desk what becomes of that shop: another one does."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from app.identity import queries as identity
from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.kernel.actor import Role
from app.merchants import errors
from app.merchants.queries import house
from app.merchants.queries import merchants as queries


def check_merchant(uow: UnitOfWork, merchant_id: UUID) -> None:
    """Refuse OwnBusiness where the actor, or who lives with him or is a relative, owns the merchant or works there.

    The system's own work is nobody's.
    """
    if Role.SYSTEM in uow.actor.roles:
        return
    if house.is_of_house(uow.session, merchant_id, list_close(uow), now=uow.now):
        raise errors.OwnBusiness


def check_shop(uow: UnitOfWork, shop_id: UUID) -> None:
    """The same of a branch, by its merchant."""
    branch = queries.find_branch(uow.session, shop_id)
    if branch is not None:
        check_merchant(uow, branch.merchant_id)


def check_papers(uow: UnitOfWork, merchant_id: UUID, papers: Mapping[str, Any]) -> None:
    """The same of papers: those of one's own merchant, and those that would make the actor an owner."""
    check_merchant(uow, merchant_id)
    owners = set()
    if papers.get("owner_id") is not None:
        owners.add(UUID(papers["owner_id"]))
    if papers.get("contact_phone") is not None:
        person = identity.find_person_by_phone(uow.session, vault().index(papers["contact_phone"], kind="phone"))
        owners |= set() if person is None else {person.id}
    if owners & list_close(uow):
        raise errors.OwnBusiness


def list_own_shops(uow: UnitOfWork, others: Collection[UUID] = ()) -> Collection[UUID]:
    """The branches of whose house the actor is, or somebody close to him, or one of these others.

    Anti-fraud asks by the function that the factory gives it.
    """
    if Role.SYSTEM in uow.actor.roles:
        return ()
    return house.list_house_shops(uow.session, list_close(uow).union(others), now=uow.now)


def ids_of(uow: UnitOfWork) -> set[UUID]:
    """The accounts by which the actor may be known."""
    actor = uow.actor
    return {each for each in (actor.id, actor.person_id, actor.owner_id) if each is not None}


def list_close(uow: UnitOfWork) -> set[UUID]:
    """The actor, and who is close to him, by their accounts and their passbooks of his book."""
    actor = uow.actor
    kin = identity.list_kin(uow.session, actor.book or "", actor.person_id or actor.id, actor.owner_id)
    return ids_of(uow) | kin.people | set(kin.owners)
