"""Buildings and grids of a community, and who lives there, in short words."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import text

from app.identity import queries
from app.identity.service import homes, signing_in
from app.identity.service.homes import ShownHome
from app.identity.terms import Relation
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from tests.identity.conftest import INSERT_AREA, Desk

MORE = (
    ("grid", "grid-1", "meilihua"),
    ("grid", "grid-2", "meilihua"),
    ("building", "building-2", "meilihua"),
    ("unit", "unit-1", "building-1"),
    ("community", "bookless", "street"),
    ("building", "building-9", "bookless"),
    ("building", "building-a", "anju"),
)


@dataclass
class Homes:
    """Acts of who lives where. building-1 is in grid-1, building-2 in grid-2; unit-1 is a stairwell of building-1."""

    desk: Desk
    book: str = "meilihua"

    def build(self) -> "Homes":
        for kind, key, parent in MORE:
            self.open(kind, key, parent)
        self._cover("building-2", "grid-2")
        self._cover("building-1", "grid-1")
        return self

    def open(self, kind: str, key: str, parent: str, *, name: str = "", code: str = "") -> None:
        """A further area, known to the test by its key."""
        areas, session = self.desk.areas, self.desk.uow.session
        above = session.scalar(text("SELECT path FROM places_areas WHERE id = :id"), {"id": areas.id(parent)})
        values = {"id": areas.id(key), "kind": kind, "name": name or key, "path": f"{above}{areas.id(key).hex}/"}
        session.execute(text(INSERT_AREA), values | {"parent_id": areas.id(parent), "book": None})
        if code:
            session.execute(
                text("UPDATE places_areas SET code = :code WHERE id = :id"), {"code": code, "id": values["id"]}
            )

    def _cover(self, building: str, grid: str) -> None:
        ids = {"id": self.desk.areas.id(building), "grid": self.desk.areas.id(grid)}
        self.desk.uow.session.execute(text("UPDATE places_areas SET grid_id = :grid WHERE id = :id"), ids)

    def person(self, name: str, phone: str | None = None) -> UUID:
        person_id = self.desk.person(name)
        if phone:
            signing_in.bind_phone(self.desk.as_person(person_id), phone=phone)
        return person_id

    def claim(self, person_id: UUID, area: str = "building-1", room: str = "501", name: str = "李桂芳") -> ShownHome:
        made = homes.claim_residency(
            self.desk.as_person(person_id),
            area_id=self.desk.areas.id(area),
            room=room,
            relation=Relation.OWNER,
            name=name,
        )
        self.flush()
        return made

    def by(self, person_id: UUID, area: str = "grid-1", role: Role = Role.GRID_WORKER) -> UnitOfWork:
        """A member of staff, in an area."""
        made = self.desk.as_person(person_id, role, areas=(area,))
        return replace(made, actor=replace(made.actor, book=self.book, session_id=UUID(int=5)))

    def confirm(self, uow: UnitOfWork, home: ShownHome, resident_id: UUID | None = None) -> ShownHome:
        made = homes.confirm_residency(uow, book=self.book, residency_id=home.residency.id, resident_id=resident_id)
        self.flush()
        return made

    def end(self, uow: UnitOfWork, home: ShownHome) -> ShownHome:
        made = homes.end_residency(uow, book=self.book, residency_id=home.residency.id, reason="迁出")
        self.flush()
        return made

    def confirm_directly(self, residency_id: str, resident_id: UUID) -> None:
        """As the system does, whatever the area."""
        book = queries.get_home(self.desk.uow.session, UUID(residency_id)).residency.book
        homes.confirm_residency(self.desk.uow, book=book, residency_id=UUID(residency_id), resident_id=resident_id)
        self.flush()

    def end_directly(self, residency_id: str) -> None:
        book = queries.get_home(self.desk.uow.session, UUID(residency_id)).residency.book
        homes.end_residency(self.desk.uow, book=book, residency_id=UUID(residency_id), reason="x")
        self.flush()

    def resident_id(self, person_id: UUID, book: str = "meilihua") -> UUID | None:
        return queries.find_resident_id(self.desk.uow.session, person_id, book)

    def jobs(self) -> list[tuple[str, dict[str, str]]]:
        """What is queued, and forgotten by asking."""
        rows = self.desk.uow.session.execute(text("DELETE FROM procrastinate_jobs RETURNING id, task_name, args"))
        return [(row.task_name, row.args) for row in sorted(rows)]

    def flush(self) -> None:
        self.desk.uow.session.flush()
