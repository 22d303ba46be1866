"""Roles: granted in an area and below, by one person or two, and ended by one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.identity import queries, terms
from app.identity.errors import AreaMissing, GrantEnded, GrantMissing, GrantTwice, PersonMissing, ShopElsewhere
from app.identity.models import Grant, Person
from app.identity.rules import granting as rules
from app.identity.rules import phones
from app.identity.service.sessions import person_of
from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.kernel.actor import Role
from app.kernel.paging import Page, page_by_id, read_id

TakesShop = Callable[[Session, UUID, UUID], bool]
"""(session, shop, area) → a book of the area, of one in it or around it, takes the shop. Shops are known above."""


def grant_role(  # noqa: PLR0913 - a grant says all of this
    uow: UnitOfWork,
    *,
    person_id: UUID,
    role: Role,
    area_id: UUID,
    unit_id: UUID | None,
    shop_id: UUID | None,
    valid_from: datetime | None,
    valid_to: datetime | None,
    reason: str,
    takes_shop: TakesShop | None = None,
) -> Grant:
    """Grant a role in an area of the caller's. A powerful one waits for another administrator's approval.

    `takes_shop` says whether a book of the area takes a shop; without it nobody becomes a cashier. Refuses AreaMissing,
    PersonMissing, GrantToSelf, RoleBeyond, ShopNeeded, PeriodBackwards, ShopElsewhere, GrantTwice.
    """
    check_area(uow, area_id)
    # of two grants of one kind at once the second waits, and finds the first
    queries.lock_person(uow.session, person_id)
    starts = valid_from or uow.now
    rules.check_grant(
        role,
        granter_roles=uow.actor.roles,
        to_self=person_id == person_of(uow),
        shop_id=shop_id,
        valid_from=starts,
        valid_to=valid_to,
        now=uow.now,
    )
    if shop_id is not None and (takes_shop is None or not takes_shop(uow.session, shop_id, area_id)):
        raise ShopElsewhere
    grant = Grant(
        id=uow.new_id(),
        person_id=person_id,
        role=role,
        area_id=area_id,
        unit_id=unit_id,
        shop_id=shop_id,
        valid_from=starts,
        valid_to=valid_to,
        reason=reason,
        granted_by=person_of(uow),
        granted_at=uow.now,
        takes_two=rules.takes_two(role),
    )
    if queries.find_grant_like(uow.session, grant, now=uow.now) is not None:
        raise GrantTwice
    uow.session.add(grant)
    return grant


def approve_grant(uow: UnitOfWork, *, grant_id: UUID) -> Grant:
    """Approve a grant as the second of two people.

    Refuses GrantMissing, GrantEnded, GrantNotWaiting, GrantBySame, RoleBeyond.
    """
    grant = _lock(uow, grant_id)
    rules.check_approval(
        Role(grant.role),
        approver_roles=uow.actor.roles,
        takes_two=grant.takes_two,
        approved=grant.approved_at is not None,
        ended=grant.ended_at is not None,
        approver=person_of(uow),
        others=frozenset({grant.granted_by, grant.person_id}),
    )
    grant.approved_by, grant.approved_at = person_of(uow), uow.now
    return grant


def end_grant(uow: UnitOfWork, *, grant_id: UUID, reason: str) -> Grant:
    """End a role at once, or refuse one that waits: one person does. Refuses GrantMissing, GrantEnded."""
    grant = _lock(uow, grant_id)
    if grant.ended_at is not None:
        raise GrantEnded
    grant.ended_by, grant.ended_at, grant.ended_why = person_of(uow), uow.now, reason
    return grant


def list_grants(
    uow: UnitOfWork, *, area_id: UUID | None, person_id: UUID | None, limit: int, cursor: str | None
) -> Page[Grant]:
    """List the grants of one area of the caller's, or of one person in his areas, newest first.

    Refuses AreaMissing where neither is named, or the area is not the caller's.
    """
    before = read_id(cursor)
    rows: Sequence[Grant]
    if area_id is not None:
        check_area(uow, area_id)
        rows = queries.list_grants_in(uow.session, area_id, person_id=person_id, before=before, limit=limit + 1)
    elif person_id is not None:
        areas = sorted(uow.actor.areas)
        rows = queries.list_grants_of(uow.session, person_id, within=areas, before=before, limit=limit + 1)
    else:
        raise AreaMissing
    return page_by_id(rows, limit, lambda grant: grant.id)


def list_own_grants(uow: UnitOfWork, *, limit: int, cursor: str | None) -> Page[Grant]:
    """List what the caller was granted, newest first."""
    rows = queries.list_grants_of(uow.session, person_of(uow), within=None, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda grant: grant.id)


def find_person(uow: UnitOfWork, *, phone: str) -> Person:
    """Find whom to grant a role by his whole number. Refuses PersonMissing."""
    found = queries.find_person_by_phone(uow.session, vault().index(phones.normal(phone), kind="phone"))
    if found is None:
        raise PersonMissing
    return found


def check_area(uow: UnitOfWork, area_id: UUID) -> None:
    """Refuse AreaMissing for an area that is not in the caller's care. The command line has all in its care."""
    if Role.SYSTEM not in uow.actor.roles and not queries.is_covered(uow.session, sorted(uow.actor.areas), area_id):
        raise AreaMissing


def set_up_first(uow: UnitOfWork, *, person_id: UUID, role: Role, area_id: UUID) -> Grant:
    """Grant the first administrators' roles from the command line, whose operator stands for both people."""
    grant = grant_role(
        uow,
        person_id=person_id,
        role=role,
        area_id=area_id,
        unit_id=None,
        shop_id=None,
        valid_from=None,
        valid_to=None,
        reason="set up from the command line",
    )
    if grant.takes_two:
        grant.approved_by, grant.approved_at = terms.OPERATOR_SECOND, uow.now
    return grant


def _lock(uow: UnitOfWork, grant_id: UUID) -> Grant:
    grant = queries.lock_grant(uow.session, grant_id)
    try:
        check_area(uow, grant.area_id)
    except AreaMissing:
        raise GrantMissing from None
    return grant
