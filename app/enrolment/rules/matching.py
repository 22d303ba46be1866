"""Whether somebody who says where he lives is one of the residents of a list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.enrolment.rules.places import Place


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who claims to live somewhere. `phone`: index of the number WeChat verified, None without one."""

    name: str
    phone: bytes | None
    place: Place


@dataclass(frozen=True, slots=True)
class Listed:
    """A resident of a list, `phone` by its index as well.

    `taken`: an account is confirmed to be this one; `closed`: the passbook is handed over.
    """

    resident_id: UUID
    name: str
    phone: bytes | None
    place: Place
    taken: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class Likeness:
    """In what a claimant and a listed resident are the same. `place_differs`: they cannot live in one dwelling."""

    phone: bool
    name: bool
    place: bool
    place_differs: bool

    @property
    def is_sure(self) -> bool:
        """Say whether the two are one without a doubt."""
        return self.phone and self.name and not self.place_differs


def compare(claimant: Claimant, listed: Listed) -> Likeness:
    """Say in what two are alike. Parts of a dwelling that the list leaves out do not count against it."""
    pairs = [
        (claimant.place.building, listed.place.building),
        (claimant.place.unit, listed.place.unit),
        (claimant.place.room, listed.place.room),
    ]
    known = [one == other for one, other in pairs if one is not None and other is not None]
    rooms = claimant.place.room is not None and claimant.place.room == listed.place.room
    return Likeness(
        phone=claimant.phone is not None and claimant.phone == listed.phone,
        name=plain_name(claimant.name) == plain_name(listed.name),
        place=rooms and all(known),
        place_differs=not all(known),
    )


def match(claimant: Claimant, listed: Iterable[Listed]) -> UUID | None:
    """Give the one resident that a claimant is without a doubt: none beside it, nobody's yet, its passbook open."""
    sure: Sequence[Listed] = [each for each in listed if compare(claimant, each).is_sure]
    if len(sure) != 1 or sure[0].taken or sure[0].closed:
        return None
    return sure[0].resident_id


def takes_another(proposed: tuple[UUID | None, UUID | None], wanted: tuple[UUID, UUID], *, same_number: bool) -> bool:
    """Say whether a passbook of a list waits for another member of staff; both pairs: passbook, who named it.

    Whose verified number is the list's is given it by one. Otherwise two have to name the same one.
    """
    (passbook, first), (named, second) = proposed, wanted
    return not same_number and (passbook != named or first == second)


def plain_name(name: str) -> str:
    """Give a name as it is compared: 张 三 is 张三, Li Ming is LI MING."""
    text = " ".join(name.split()).casefold()
    return text if text.isascii() else text.replace(" ", "")
