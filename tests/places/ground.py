"""A district to act in, made by the services that make it in earnest."""

from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.places import service
from app.places.models import Area
from app.places.terms import AreaKind


@dataclass(frozen=True)
class Ground:
    """Opens areas; one of a kind under another."""

    uow: UnitOfWork
    district: Area
    street: Area
    community: Area

    def open(self, kind: str, name: str, parent: Area | None = None, **more: object) -> Area:
        """An area of this kind, under the community unless said otherwise."""
        return service.open_area(
            self.uow,
            book=None,
            parent_id=(parent or self.community).id,
            kind=AreaKind(kind),
            name=name,
            **more,
        )

    def estate(self, name: str = "梅里新村", buildings: int = 2, units: int = 2) -> dict[str, Area]:
        """An estate with buildings and stairwells; by name, such as 1号楼 and 1号楼/2单元."""
        estate = self.open("estate", name)
        made = {"": estate}
        for number in range(1, buildings + 1):
            building = made[f"{number}号楼"] = self.open("building", f"{number}号楼", estate)
            for stair in range(1, units + 1):
                made[f"{number}号楼/{stair}单元"] = self.open("unit", f"{stair}单元", building)
        return made


def lay(uow: UnitOfWork, *, book: str = "meilihua", name: str = "梁溪区", community: str = "梅里社区") -> Ground:
    """A district with a street and the community of a book."""
    district = service.open_area(uow, book=None, parent_id=None, kind=AreaKind.DISTRICT, name=name)
    street = service.open_area(uow, book=None, parent_id=district.id, kind=AreaKind.STREET, name="中山街道")
    made = service.open_area(
        uow, book=None, parent_id=street.id, kind=AreaKind.COMMUNITY, name=community, points_book=book
    )
    return Ground(uow, district, street, made)


def ids(areas: object) -> list[UUID]:
    """The ids of areas, in order."""
    return [area.id for area in areas]
