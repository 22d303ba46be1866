"""From what is known of a resident at the till to the facts that anti-fraud is told. What is unknown is left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.kernel.geo import Position, distance_m

Facts = Mapping[str, bool | int]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of whose points they are. `is_kin`: lives with the shop's people or is a declared relative.

    `device_newcomers`, `network_newcomers`: of a new account, how many as new ones there are, itself among them.
    `helped_residents`: for so many spends the one who acts for him; None: nobody does.
    """

    registered_at: datetime | None = None
    device_seen_at: datetime | None = None
    installation: UUID | None = None
    household_id: UUID | None = None
    risk_rank: int | None = None
    is_kin: bool = False
    device_newcomers: int | None = None
    network_newcomers: int | None = None
    helped_residents: int | None = None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a phone says that it is. It never shows: no log, and no hash of a repeatable request, holds it."""

    position: Position = field(repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a payment comes from, in numbers: no position is in here. What is unknown is None.

    `is_first_seen`: the till signed from an address that is new to it. `distance_m`, `accuracy_m`: how far from the
    shop a resident's phone says that it is, and how exactly it knows.
    """

    is_first_seen: bool | None = None
    distance_m: int | None = None
    accuracy_m: int | None = None


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Returns:
    """What a resident took at shops in thirty days, and gave back of it, before this refund."""

    taken_points: int
    returned_points: int


def place_of(shop: Position | None, phone: Position | None) -> Place:
    """How far from a shop a phone is. Nothing is said where either does not say where it is."""
    if shop is None or phone is None:
        return NOWHERE
    accuracy_m = None if phone.accuracy_m is None else round(phone.accuracy_m)
    return Place(distance_m=round(distance_m(shop, phone)), accuracy_m=accuracy_m)


def facts_of_redeeming(
    known: Known, place: Place, *, order_fen: int, discount_fen: int, proven: bool, now: datetime
) -> Facts:
    """The facts of a payment. `proven`: by fingerprint or face for this very one."""
    facts: dict[str, bool | int] = {"is_related_to_staff": known.is_kin, "is_step_up_passed": proven}
    if order_fen:
        facts["points_share_percent"] = 100 * discount_fen // order_fen
    if known.device_newcomers is not None:
        facts["device_new_accounts_7d"] = known.device_newcomers
    if known.network_newcomers is not None:
        facts["network_new_accounts_7d"] = known.network_newcomers
    if known.helped_residents is not None:
        facts["helper_residents_30d"] = known.helped_residents
    return facts | _of_place(place) | _of_account(known, now)


def facts_of_refunding(
    known: Known,
    place: Place,
    returns: Returns,
    *,
    points: int,
    captured_points: int,
    captured_at: datetime,
    now: datetime,
) -> Facts:
    """The facts of a refund of `points`, of a payment that took `captured_points`."""
    facts: dict[str, bool | int] = {
        "is_related_to_staff": known.is_kin,
        "hours_since_payment": _hours(captured_at, now),
        "refund_percent": 100 * points // captured_points,
        "taken_at_shops_30d": returns.taken_points,
        "returned_at_shops_30d": returns.returned_points,
    }
    return facts | _of_place(place) | _of_account(known, now)


def _of_place(place: Place) -> dict[str, bool | int]:
    facts: dict[str, bool | int | None] = {
        "is_first_seen_address": place.is_first_seen,
        "distance_metres": place.distance_m,
        "accuracy_metres": place.accuracy_m,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _of_account(known: Known, now: datetime) -> dict[str, int]:
    facts: dict[str, int] = {}
    if known.registered_at is not None:
        facts["account_age_days"] = _hours(known.registered_at, now) // 24
    if known.device_seen_at is not None:
        facts["device_age_hours"] = _hours(known.device_seen_at, now)
    if known.risk_rank is not None:
        facts["risk_rank"] = known.risk_rank
    return facts


def _hours(since: datetime, now: datetime) -> int:
    return max(0, int((now - since).total_seconds() // 3600))
