"""Declared relatives: who must not decide about whom."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.identity import queries
from app.identity.errors import PersonMissing
from app.identity.errors.homes import (
    RelativeEnded,
    RelativeMissing,
    RelativeOwn,
    RelativeSelf,
    RelativeTwice,
)
from app.identity.models import Relative
from app.identity.rules import phones
from app.identity.service import homes
from app.identity.service.sessions import person_of
from app.identity.terms import Kinship
from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.kernel.paging import Page, page_by_id, read_id


def declare_own_relative(uow: UnitOfWork, *, phone: str, kind: Kinship) -> Relative:
    """Declare a relative of the caller's, found by the whole number.

    Refuses PersonMissing, RelativeSelf, RelativeTwice.
    """
    found = queries.find_person_by_phone(uow.session, vault().index(phones.normal(phone), kind="phone"))
    if found is None:
        raise PersonMissing
    return _declare(uow, person_of(uow), found.id, kind)


def list_own_relatives(uow: UnitOfWork, *, limit: int, cursor: str | None) -> Page[Relative]:
    """List what was declared about the caller, newest first, ended ones too."""
    rows = queries.list_relatives_of(uow.session, person_of(uow), before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda row: row.id)


def declare_relatives(
    uow: UnitOfWork, *, book: str, residency_id: UUID, other_residency_id: UUID, kind: Kinship
) -> Relative:
    """Declare that two people are related whose dwellings are in the caller's care.

    Refuses ResidencyMissing, RelativeSelf, RelativeTwice.
    """
    one, other = (homes.get_in_care(uow, book, each) for each in (residency_id, other_residency_id))
    return _declare(uow, one.person.id, other.person.id, kind)


def list_relatives(uow: UnitOfWork, *, book: str, residency_id: UUID, limit: int, cursor: str | None) -> Page[Relative]:
    """List what was declared about somebody whose dwelling is in the caller's care. Refuses ResidencyMissing."""
    home = homes.get_in_care(uow, book, residency_id)
    rows = queries.list_relatives_of(uow.session, home.person.id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda row: row.id)


def end_relatives(uow: UnitOfWork, *, book: str, residency_id: UUID, relative_id: UUID, reason: str) -> Relative:
    """End a declaration about somebody whose dwelling is in the caller's care; whom it is about may not.

    Refuses ResidencyMissing, RelativeMissing, RelativeOwn, RelativeEnded.
    """
    home = homes.get_in_care(uow, book, residency_id)
    relative = queries.lock_relative(uow.session, relative_id)
    pair = {relative.person_id, relative.relative_id}
    if home.person.id not in pair:
        raise RelativeMissing
    if person_of(uow) in pair:
        raise RelativeOwn
    if relative.ended_at is not None:
        raise RelativeEnded
    relative.ended_by, relative.ended_at, relative.ended_why = person_of(uow), uow.now, reason
    return relative


def _declare(uow: UnitOfWork, person_id: UUID, relative_id: UUID, kind: Kinship) -> Relative:
    if person_id == relative_id:
        raise RelativeSelf
    if queries.find_open_relative(uow.session, person_id, relative_id) is not None:
        raise RelativeTwice
    made = Relative(
        id=uow.new_id(),
        person_id=person_id,
        relative_id=relative_id,
        kind=kind,
        declared_by=person_of(uow),
        declared_at=uow.now,
    )
    uow.session.add(made)
    try:
        uow.session.flush()
    except IntegrityError:  # the other one declared it in this very moment
        raise RelativeTwice from None
    return made
