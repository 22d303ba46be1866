"""A community with a book of points, residents of a list, and people who claim to live there."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from sqlalchemy import text

from app.enrolment.rules.places import Place
from app.enrolment.service.phones import seal_phone
from app.infra.unit_of_work import UnitOfWork
from app.jobs.catalogue import JOBS
from app.points import queries as points_queries
from app.points import service as points
from tests.identity.conftest import SPACE, Desk
from tests.identity.homes import Homes
from tests.points.ledger import Acts, open_ledger

__all__ = ["PHONE", "Estate", "Place", "build", "text"]

PHONE = "13812345678"
LISTED = text("""
    INSERT INTO enrolment_residents
           (book_id, id, import_id, name, phone_sealed, phone_index, building, unit, room, household_id, passbook_no,
            enrolled_at)
    VALUES (:book_id, :id, :id, :name, :sealed, :index, :building, :unit, :room, :household_id, :id, now())""")


@dataclass
class Estate:
    """Homes of one book that has points; jobs run when `work` is called."""

    homes: Homes
    acts: Acts

    @property
    def book(self) -> str:
        return self.acts.book.code

    @property
    def uow(self) -> UnitOfWork:
        return self.acts.uow

    def listed(self, name: str, phone: str | None = PHONE, place: tuple[str | None, ...] = ("1", None, "501")) -> UUID:
        """A resident of a list, in a household as an import makes it."""
        resident_id = uuid5(SPACE, f"{name} {phone} {place}")
        household_id = Place(*place).household_id(self.acts.ledger.id)
        values = dict(zip(("building", "unit", "room"), place, strict=True))
        values |= {"book_id": self.acts.ledger.id, "id": resident_id, "name": name, "sealed": None, "index": None}
        if phone is not None:
            made = seal_phone(resident_id, phone)
            values |= {"sealed": made.sealed, "index": made.index}
        self.uow.session.execute(LISTED, values | {"household_id": household_id})
        if household_id:
            points.join_households(self.uow, self.acts.ledger.id, members={resident_id: household_id})
        return resident_id

    def household(self, resident_id: UUID) -> UUID | None:
        """In which household the ledger counts an owner."""
        found = points_queries.households_of(self.uow.session, self.acts.ledger.id, [resident_id])
        return found.get(resident_id)

    def work(self) -> list[str]:
        """Run what is queued, and what that queues; answers the names."""
        done = []
        while jobs := self.homes.jobs():
            for name, arguments in jobs:
                JOBS[name](self.uow, **arguments)
                self.homes.flush()
                done.append(name)
        return done


def build(desk: Desk, area: str = "meilihua") -> Estate:
    """Give the community a book with points."""
    acts = Acts(desk.uow, open_ledger(desk.uow))
    homes = Homes(desk, acts.book.code)
    desk.uow.session.execute(
        text("UPDATE places_areas SET book = :book WHERE id = :id"), {"book": acts.book.code, "id": desk.areas.id(area)}
    )
    # a building of a list is known by its number
    homes.build()
    for name in ("building-1", "building-2", "unit-1"):
        desk.uow.session.execute(
            text("UPDATE places_areas SET name = :name, code = :code WHERE id = :id"),
            {"name": f"{name[-1]}号楼" if "building" in name else "1单元", "code": name[-1], "id": desk.areas.id(name)},
        )
    made = Estate(homes, acts)
    made.work()
    return made


def build_other(estate: Estate) -> Acts:
    """Give the community anju a book with points as well."""
    acts = Acts(estate.uow, open_ledger(estate.uow))
    estate.uow.session.execute(
        text("UPDATE places_areas SET book = :book WHERE id = :id"),
        {"book": acts.book.code, "id": estate.homes.desk.areas.id("anju")},
    )
    return acts
