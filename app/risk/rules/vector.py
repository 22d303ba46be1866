"""Features of one fact from what was read: the event, the exact windows, those of Redis, lists and findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

from app.kernel.periods import DISTRICT
from app.risk.rules.events import Event
from app.risk.rules.features import LIST_PREFIX, WINDOWS, features_of
from app.risk.terms import EventKind, FindingKind, Pivot

FOUND: Mapping[FindingKind, str] = {
    FindingKind.RING: "ring_size",
    FindingKind.SHOP_TOP5: "shop_top5_percent",
    FindingKind.RESIDENT_SHARE: "resident_share_percent",
    FindingKind.RECIPROCITY: "reciprocal_awards",
    FindingKind.DEVICE_SHARED: "device_shared_by",
}
LOCKED: Mapping[EventKind, tuple[Pivot, ...]] = {
    EventKind.REDEEM: (Pivot.RESIDENT, Pivot.DEVICE),
    EventKind.REFUND: (Pivot.RESIDENT,),
    EventKind.AWARD: (Pivot.COORDINATOR,),
    EventKind.CHECK_IN: (Pivot.RESIDENT,),
    EventKind.LOGIN: (Pivot.PERSON,),
}
"""Whose facts are counted one after another. Awards of many residents by one coordinator take his lock alone, so that
two batches never wait for each other in a ring."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What `risk_look` told, by its names; see migrations/sql/0023_risk_look.sql."""

    windows: Mapping[str, Sequence[int]]
    earned_at: datetime | None = None
    lists: Sequence[tuple[str, str]] = ()
    findings: Sequence[tuple[str, str, int]] = ()
    near: Mapping[str, int] = field(default_factory=dict)  # of Redis; empty while that is away
    first_at: datetime | None = None  # the book's first decision, where `is_beside_newcomers`


def lock_keys(event: Event, book_id: int) -> list[int]:
    """Give the keys of the locks of a fact, in one order for everybody."""
    subjects = event.subjects()
    names = [f"risk:{book_id}:{pivot}:{subjects[pivot]}" for pivot in LOCKED[event.kind] if pivot in subjects]
    names = names or [f"risk:{book_id}:{event.kind}:{event.subject_id}"]
    digests = (blake2b(name.encode(), digest_size=8).digest() for name in names)
    return sorted(int.from_bytes(digest, "big", signed=True) for digest in digests)


def features_of_fact(event: Event, seen: Seen, *, now: datetime) -> dict[str, Any]:
    """Give every feature of the fact's kind; None: missing. Lists that somebody in it is on come with them."""
    values: dict[str, Any] = dict.fromkeys(_names_of(event.kind))
    local = now.astimezone(DISTRICT)
    found: dict[str, Any] = {
        "points": event.points,
        "order_fen": event.order_fen,
        "mode": event.mode,
        "hour": local.hour,
        "weekday": local.isoweekday(),
        "is_round": event.points > 0 and event.points % 100 == 0,
        **dict.fromkeys(Pivot, ""),
        **{pivot: str(subject) for pivot, subject in event.subjects().items()},
        **event.facts,
        **seen.near,
        **_exact(event, seen, now),
        **_in_use(event, seen, now),
        **_found(seen),
    }
    values |= {str(name): value for name, value in found.items() if name in values}
    for code, value in seen.lists:
        values.setdefault(f"{LIST_PREFIX}{code}", []).append(value)
    return values


@lru_cache(maxsize=len(EventKind))
def _names_of(kind: EventKind) -> tuple[str, ...]:
    return tuple(features_of([kind]))


def _exact(event: Event, seen: Seen, now: datetime) -> dict[str, int]:
    found: dict[str, int] = {}
    for whose, numbers in seen.windows.items():
        for index, window in enumerate(WINDOWS):
            found[f"{whose}_count_{window}"] = int(numbers[2 * index])
            found[f"{whose}_points_{window}"] = int(numbers[2 * index + 1])
    if "resident" in seen.windows:
        found["resident_returned_30d"] = int(seen.windows["resident"][6])
        everywhere = found["resident_points_30d"] + event.points
        if event.shop_id is not None and everywhere:
            found["resident_share_at_shop"] = 100 * (found["pair_points_30d"] + event.points) // everywhere
    if _absent_pair(event):
        found = {name: value for name, value in found.items() if not name.startswith("pair_")}
    if "device" in seen.windows:
        found["device_residents_30d"] = int(seen.windows["device"][6]) + (event.resident_id is not None)
        found["device_people_30d"] = int(seen.windows["device"][7]) + (event.person_id is not None)
    if seen.earned_at is not None:
        found["minutes_since_award"] = int((now - seen.earned_at).total_seconds() // 60)
    return found


def _in_use(event: Event, seen: Seen, now: datetime) -> dict[str, int]:
    if not is_beside_newcomers(event):
        return {}
    return {"book_days_in_use": 0 if seen.first_at is None else max((now - seen.first_at).days, 0)}


def is_beside_newcomers(event: Event) -> bool:
    """Say whether a fact is of a new account with others as new on its network.

    Of those alone it is asked how long the book is in use: where everybody is new, a crowd of them says nothing.
    """
    beside = event.facts.get("network_new_accounts_7d")
    return event.kind is not EventKind.LOGIN and isinstance(beside, int) and beside > 1


def _absent_pair(event: Event) -> bool:
    return (event.coordinator_id if event.kind is EventKind.AWARD else event.shop_id) is None


def _found(seen: Seen) -> dict[str, int]:
    """The greatest of each kind: what is found about one of them is about the fact."""
    found: dict[str, int] = {}
    for kind, _about, value in seen.findings:
        name = FOUND[FindingKind(kind)]
        found[name] = max(value, found.get(name, value))
    return found


ABOUT: Mapping[EventKind, tuple[Pivot, ...]] = {
    EventKind.REDEEM: (Pivot.RESIDENT, Pivot.SHOP),
    EventKind.REFUND: (Pivot.RESIDENT, Pivot.SHOP),
    EventKind.AWARD: (Pivot.COORDINATOR, Pivot.RESIDENT),
    EventKind.CHECK_IN: (Pivot.RESIDENT, Pivot.PERSON),
    EventKind.LOGIN: (Pivot.PERSON, Pivot.DEVICE),
}


def about(event: Event, pivots: Sequence[Pivot], *, actor_id: UUID) -> tuple[Pivot, UUID]:
    """Say whom a case is about: whom the weightiest rule that spoke is about, if that is in the fact; or the usual."""
    subjects = event.subjects()
    for pivot in (*pivots, *ABOUT[event.kind], *Pivot):
        if pivot in subjects:
            return pivot, subjects[pivot]
    return Pivot.PERSON, actor_id
