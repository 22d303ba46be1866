"""Setting up units and what they serve. Whoever acts for a book acts on units that belong to its community."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import delete, insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import local_date
from app.places import queries
from app.places.errors import AreaClosed, AreaMissing, DaysWrong, ServiceOverlaps, UnitClosed, UnitNameTaken
from app.places.models import ServiceArea, Unit
from app.places.rules import duty
from app.places.terms import UnitKind


def open_unit(uow: UnitOfWork, *, book: str | None, kind: UnitKind, name: str, area_id: UUID | None) -> Unit:
    """Open a unit that belongs to an area; for a book without one, to its community.

    Refuses BookUnplaced, AreaMissing, AreaClosed, UnitNameTaken.
    """
    scope = queries.find_scope(uow.session, book)
    queries.lock_tree(uow.session)
    area = scope if area_id is None else queries.get_area(uow.session, area_id, within=scope)
    if area is None:
        raise AreaMissing  # the district office says where
    if area.closed_at is not None:
        raise AreaClosed(name=area.name)
    if queries.find_unit_of_name(uow.session, area.id, name):
        raise UnitNameTaken(name=name)
    values = {"id": uow.new_id(), "kind": str(kind), "name": name, "area_id": area.id}
    made = insert(Unit).values(values | {"opened_by": uow.actor.id, "opened_at": uow.now}).returning(Unit)
    return uow.session.scalars(made).one()


def close_unit(uow: UnitOfWork, *, book: str | None, unit_id: UUID) -> Unit:
    """Close a unit: it serves nothing any more. What was on duty stays on record.

    Refuses BookUnplaced, UnitMissing, UnitClosed.
    """
    unit = lock_open_unit(uow, book, unit_id)
    unit.closed_by, unit.closed_at = uow.actor.id, uow.now
    uow.session.flush()
    return unit


def show_unit(uow: UnitOfWork, *, book: str | None, unit_id: UUID) -> Unit:
    """One unit. Refuses BookUnplaced, UnitMissing."""
    return queries.get_unit(uow.session, unit_id, within=queries.find_scope(uow.session, book))


def list_units(
    uow: UnitOfWork, *, book: str | None, kind: UnitKind | None, limit: int, cursor: str | None
) -> Page[Unit]:
    """Units of the community, or of the whole district. Refuses BookUnplaced, CursorInvalid."""
    scope = queries.find_scope(uow.session, book)
    rows = queries.list_units(uow.session, within=scope, kind=kind, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda unit: unit.id)


def serve_area(
    uow: UnitOfWork, *, book: str | None, unit_id: UUID, area_id: UUID, valid_from: date, valid_to: date | None
) -> ServiceArea:
    """Let a unit serve an area from one day to another, both included; it may be said of the past, which nobody told.

    Refuses BookUnplaced, UnitMissing, UnitClosed, AreaMissing, AreaClosed, DaysWrong, ServiceOverlaps.
    """
    unit = lock_open_unit(uow, book, unit_id)
    area = queries.get_area(uow.session, area_id, within=queries.find_scope(uow.session, book))
    if area.closed_at is not None:
        raise AreaClosed(name=area.name)
    if valid_to is not None and valid_to < valid_from:
        raise DaysWrong(since=valid_from.isoformat())
    for other in queries.list_services_of_area(uow.session, unit.id, area.id):
        if duty.spans_meet((valid_from, valid_to), (other.valid_from, other.valid_to)):
            raise ServiceOverlaps(since=other.valid_from.isoformat())
    values = {"id": uow.new_id(), "unit_id": unit.id, "area_id": area.id, "valid_from": valid_from}
    values |= {"valid_to": valid_to, "made_by": uow.actor.id, "made_at": uow.now}
    return uow.session.scalars(insert(ServiceArea).values(values).returning(ServiceArea)).one()


def end_service(
    uow: UnitOfWork, *, book: str | None, unit_id: UUID, service_id: UUID, last_day: date
) -> Sequence[ServiceArea]:
    """End the service of an area with `last_day`, today or later; what would not even have begun is withdrawn.

    Gives what is left of it, if anything. Refuses BookUnplaced, UnitMissing, UnitClosed, ServiceMissing, EndPast.
    """
    unit = lock_open_unit(uow, book, unit_id)
    found = queries.get_service(uow.session, unit.id, service_id)
    duty.check_end(last_day, local_date(uow.now))
    if last_day < found.valid_from:
        uow.session.execute(delete(ServiceArea).where(ServiceArea.id == found.id))
        return []
    found.valid_to = last_day
    uow.session.flush()
    return [found]


def list_services(
    uow: UnitOfWork, *, book: str | None, unit_id: UUID, limit: int, cursor: str | None
) -> Page[ServiceArea]:
    """What a unit serves, served or will serve. Refuses BookUnplaced, UnitMissing, CursorInvalid."""
    unit = show_unit(uow, book=book, unit_id=unit_id)
    rows = queries.list_services(uow.session, unit.id, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda found: found.id)


def list_serving_units(uow: UnitOfWork, *, book: str | None, area_id: UUID, on: date | None) -> Sequence[Unit]:
    """Who serves an area on a day (today): of each kind the nearest up the tree. Refuses BookUnplaced, AreaMissing."""
    area = queries.get_area(uow.session, area_id, within=queries.find_scope(uow.session, book))
    return queries.list_serving_units(uow.session, area.id, on or local_date(uow.now))


def lock_open_unit(uow: UnitOfWork, book: str | None, unit_id: UUID) -> Unit:
    """Hold a unit that is open, for an act on it. Refuses BookUnplaced, UnitMissing, UnitClosed."""
    unit = queries.lock_unit(uow.session, unit_id, within=queries.find_scope(uow.session, book))
    if unit.closed_at is not None:
        raise UnitClosed(name=unit.name)
    return unit
