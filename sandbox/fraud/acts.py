"""What happens in the month: one act, honest or not. All that both generators share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

Value = bool | int | str
DAYS = 30
HONEST = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act. `kind`: redeem, refund, award, check_in, login. `scheme`: which attack it belongs to; HONEST: none.

    `facts` is what is the case besides: metres, ages, whether a photo was seen before; how much of it the system comes
    to know is not said here. `at_risk`: points that are lost when a dishonest act is let through without anybody
    looking. `is_victims`: by a stranger with the account of somebody honest; everybody else who is in a scheme is a
    cheat, and his ordinary life is nobody's complaint.
    """

    kind: str
    at: datetime
    subject: UUID
    scheme: str = HONEST
    resident: UUID | None = None
    person: UUID | None = None
    device: UUID | None = None
    household: UUID | None = None
    shop: UUID | None = None
    terminal: UUID | None = None
    coordinator: UUID | None = None
    points: int = 0
    order_fen: int = 0
    mode: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)
    at_risk: int = 0
    is_victims: bool = False
    refunds: UUID | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody who lives there. `account_days`: how old the account is on the first day."""

    resident: UUID
    household: UUID
    device: UUID
    device_days: int
    account_days: int


@dataclass(frozen=True, slots=True)
class Town:
    """Who and what there is: attacks happen among these people and shops, beside their honest life."""

    first: datetime
    neighbours: tuple[Neighbour, ...]
    shops: tuple[UUID, ...]
    coordinators: tuple[UUID, ...]


def new_uuid(chance: Random) -> UUID:
    """An id by the seed."""
    return UUID(int=chance.getrandbits(128), version=4)
