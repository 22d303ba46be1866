"""Freezing an account: by its owner at once (a lost telephone), by staff with a reason; appeal; thawing by staff."""

from uuid import UUID

from app.identity import queries
from app.identity.errors import AppealedAlready, FrozenAlready, NotFrozen, PersonMissing, ThawByOwner
from app.identity.models import Freeze
from app.identity.service.sessions import person_of
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page, page_by_id, read_id


def freeze_own_account(uow: UnitOfWork, *, reason: str) -> Freeze:
    """Stop everything from the caller's account: signed in, it can only look and appeal. Refuses FrozenAlready."""
    return _freeze(uow, person_of(uow), reason)


def freeze_account(uow: UnitOfWork, *, person_id: UUID, reason: str) -> Freeze:
    """Freeze somebody's account, with a reason he is told. Refuses PersonMissing, FrozenAlready."""
    _check_known(uow, person_id)
    return _freeze(uow, person_id, reason)


def appeal(uow: UnitOfWork, *, text: str) -> Freeze:
    """Say why the caller's account should not be frozen; once. Refuses NotFrozen, AppealedAlready."""
    freeze = queries.find_open_freeze(uow.session, person_of(uow))
    if freeze is None:
        raise NotFrozen
    if freeze.appealed_at is not None:
        raise AppealedAlready
    freeze.appeal, freeze.appealed_at = text, uow.now
    return freeze


def thaw_account(uow: UnitOfWork, *, person_id: UUID, reason: str) -> Freeze:
    """Lift a freeze. Nobody does it for himself. Refuses PersonMissing, ThawByOwner, NotFrozen."""
    if person_id == person_of(uow):
        raise ThawByOwner
    _check_known(uow, person_id)
    freeze = queries.find_open_freeze(uow.session, person_id)
    if freeze is None:
        raise NotFrozen
    freeze.lifted_by, freeze.lifted_at, freeze.lift_reason = person_of(uow), uow.now, reason
    return freeze


def show_own_freeze(uow: UnitOfWork) -> Freeze:
    """Show why the caller's account is frozen. Refuses NotFrozen."""
    freeze = queries.find_open_freeze(uow.session, person_of(uow))
    if freeze is None:
        raise NotFrozen
    return freeze


def list_appeals(uow: UnitOfWork, *, limit: int, cursor: str | None) -> Page[Freeze]:
    """List open freezes that were appealed against in the caller's areas, oldest first."""
    rows = queries.list_appeals(uow.session, sorted(uow.actor.areas), after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda freeze: freeze.id)


def _freeze(uow: UnitOfWork, person_id: UUID, reason: str) -> Freeze:
    queries.lock_person(uow.session, person_id)
    if queries.find_open_freeze(uow.session, person_id) is not None:
        raise FrozenAlready
    freeze = Freeze(id=uow.new_id(), person_id=person_id, frozen_by=person_of(uow), frozen_at=uow.now, reason=reason)
    uow.session.add(freeze)
    return freeze


def _check_known(uow: UnitOfWork, person_id: UUID) -> None:
    """Refuse PersonMissing for somebody who has nothing to do with the caller's areas."""
    if Role.SYSTEM in uow.actor.roles:
        return
    if not queries.is_known_in(uow.session, sorted(uow.actor.areas), person_id):
        raise PersonMissing
