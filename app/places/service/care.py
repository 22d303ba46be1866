"""Whose care an area is in: staff of a part of a community are let into its book, and act in their part only."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.places import queries
from app.places.errors import AreaMissing


def check_in_care(uow: UnitOfWork, area_id: UUID, *, field: str = "area_id") -> None:
    """Refuse AreaMissing for an area that none of the caller's covers. A demonstration's token names none: all are."""
    areas = uow.actor.areas
    if areas and areas.isdisjoint(queries.list_covering_ids(uow.session, area_id)):
        raise AreaMissing(field=field)
