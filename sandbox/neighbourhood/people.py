"""Who lives and works there. An id follows from the name, so the demo's sign-in may be asked for anybody by name."""

from dataclasses import dataclass
from uuid import UUID

from app.identity import rules
from app.kernel.actor import Role
from sandbox.neighbourhood.names import names
from sandbox.neighbourhood.places import BOOK, SHOPS, Shop

HOLDERS = 266
VOLUNTEERS = 57
COORDINATORS = 4
CLERKS = 3


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in one role. Only a cashier has a shop."""

    name: str
    role: Role
    shop: Shop | None = None

    @property
    def id(self) -> UUID:
        """What the demo's sign-in gives this name in this book."""
        return rules.person_id(book=BOOK, name=self.name)


@dataclass(frozen=True, slots=True)
class Holder:
    """A resident with a passbook; `passbook_no` is printed on the paper one."""

    person: Person
    passbook_no: str
    volunteers: bool


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody of the neighbourhood."""

    holders: tuple[Holder, ...]
    coordinators: tuple[Person, ...]
    clerks: tuple[Person, ...]
    cashiers: tuple[Person, ...]
    treasurer: Person
    auditor: Person
    deputy: Person
    """The second treasurer, who approves what the first one proposes."""

    @property
    def volunteers(self) -> tuple[Holder, ...]:
        """The passbook holders who volunteer."""
        return tuple(holder for holder in self.holders if holder.volunteers)

    @property
    def staff(self) -> tuple[Person, ...]:
        """Everybody who works at the desks and tills."""
        return (*self.coordinators, *self.clerks, *self.cashiers, self.treasurer, self.deputy, self.auditor)


def roster() -> Roster:
    """Give the 266 passbook holders, 57 of them volunteers, and the staff: the same people every time."""
    desks = COORDINATORS + CLERKS + len(SHOPS) + 3
    found = iter(names(HOLDERS + desks))
    residents = [Person(next(found), Role.RESIDENT) for _ in range(HOLDERS)]
    # volunteers live all over the estate: every fourth or fifth passbook, not the first 57
    chosen = {number * HOLDERS // VOLUNTEERS for number in range(VOLUNTEERS)}
    return Roster(
        holders=tuple(
            Holder(person, f"MLH-{number + 1:04d}", number in chosen) for number, person in enumerate(residents)
        ),
        coordinators=tuple(Person(next(found), Role.COORDINATOR) for _ in range(COORDINATORS)),
        clerks=tuple(Person(next(found), Role.CLERK) for _ in range(CLERKS)),
        cashiers=tuple(Person(next(found), Role.CASHIER, shop) for shop in SHOPS),
        treasurer=Person(next(found), Role.TREASURER),
        auditor=Person(next(found), Role.AUDITOR),
        deputy=Person(next(found), Role.TREASURER),
    )
