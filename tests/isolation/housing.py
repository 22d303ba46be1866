"""Residents of a book at home: claims that wait, one by a list, and declared relatives."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from app.enrolment import queries as enrolment
from app.identity.service import homes, relatives, staff
from app.identity.terms import Kinship, Relation
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor, Role
from app.places import queries as places_queries
from app.places import service as places
from app.places.terms import AreaKind
from tests.points.ledger import Acts


def house(acts: Acts, import_id: UUID) -> dict[str, Any]:
    """People who claim to live in a building of the community, two of them related, and one whom a file brought."""
    uow, book = acts.uow, acts.book.code
    parent_id = places_queries.get_area_of_book(uow.session, book).id
    area_id = places.open_area(uow, book=None, parent_id=parent_id, kind=AreaKind.BUILDING, name="7号楼").id
    first, second = (_claim(uow, book, area_id, room) for room in ("501", "502"))
    ids = {"residency_id": first, "other_residency_id": second}
    related = relatives.declare_relatives(uow, book=book, kind=Kinship.SIBLING, **ids)
    third = _claim(uow, book, area_id, "503")
    listed = enrolment.list_enrolled(uow.session, acts.ledger.id, import_id, after=None, limit=1)
    return {"residency_id": first, "other_residency_id": third, "relative_id": related.id, "listed_id": listed[0][1]}


def _claim(uow: UnitOfWork, book: str, area_id: UUID, room: str) -> UUID:
    invited = staff.invite_staff(uow, name="居民", username=f"{book}.{room}", person_id=None)
    who = Actor(invited.person_id, frozenset({Role.PERSON}), person_id=invited.person_id)
    claimed = homes.claim_residency(
        replace(uow, actor=who), area_id=area_id, room=room, relation=Relation.OWNER, name="居民"
    )
    return claimed.residency.id
