"""What a posted code says to whoever opens its address outside of the mini-program."""

from dataclasses import dataclass

from app.infra.unit_of_work import UnitOfWork
from app.places import queries
from app.places.rules import tree
from app.places.rules.scenes import POINT
from app.places.service.qr import QrSigns
from app.places.terms import AreaKind, Purpose


@dataclass(frozen=True, slots=True)
class PostedPlace:
    """What a posted code tells everybody: what it is for, where it hangs, whose it is."""

    purpose: Purpose
    place: str
    community: str


def find_posted_place(uow: UnitOfWork, signs: QrSigns, *, scene: str) -> PostedPlace | None:
    """Say what a code is to whoever opens its address outside of the mini-program. No scan: that is counted there."""
    short = POINT.read(scene, signs.keys)
    found = None if short is None else queries.find_qr_point_in_use(uow.session, short)
    if found is None:
        return None
    point, area = found
    known = queries.list_areas_by_id(uow.session, tree.ids_of(area.path))
    community = next((each.name for each in known.values() if each.kind == AreaKind.COMMUNITY), area.name)
    return PostedPlace(Purpose(point.purpose), point.place, community)
