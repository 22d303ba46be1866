"""Nobody of a shop's house decides at the desk what becomes of that shop: another treasurer does."""

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
    """Refuse OwnBusiness where the actor owns the merchant or works there. The system's own work is nobody's."""
    if Role.SYSTEM in uow.actor.roles:
        return
    if house.is_of_house(uow.session, merchant_id, ids_of(uow), now=uow.now):
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
    if owners & ids_of(uow):
        raise errors.OwnBusiness


def list_own_shops(uow: UnitOfWork) -> Collection[UUID]:
    """The branches of whose house the actor is: anti-fraud asks by the function that the factory gives it."""
    return house.list_house_shops(uow.session, ids_of(uow), now=uow.now)


def ids_of(uow: UnitOfWork) -> set[UUID]:
    """The accounts by which the actor may be known."""
    actor = uow.actor
    return {each for each in (actor.id, actor.person_id, actor.owner_id) if each is not None}
