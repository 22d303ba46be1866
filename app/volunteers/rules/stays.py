"""What scans in and out come to: minutes, and what is odd about the places they came from."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.kernel.geo import Position, distance_m
from app.volunteers.terms import MINUTES_MAX, Verdict

UNSEEN_METRES = 1000.0
"""Within that two positions may be one place: no speed is made of it."""
SPEED_SECONDS_MIN = 60
SPEED_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody was seen before, and when."""

    at: datetime
    position: Position


def minutes_of(in_at: datetime, out_at: datetime, *, starts_at: datetime, ends_at: datetime) -> int:
    """Whole minutes between two scans, as far as they lie within the gathering."""
    span = min(out_at, ends_at) - max(in_at, starts_at)
    return max(0, min(MINUTES_MAX, int(span / timedelta(minutes=1))))


def speed_kmh(before: Place | None, here: Position, now: datetime) -> int | None:
    """How fast somebody must have travelled since he was last seen. None: not seen, or not far away."""
    if before is None:
        return None
    metres = distance_m(before.position, here)
    if metres < UNSEEN_METRES:
        return None
    seconds = max(SPEED_SECONDS_MIN, (now - before.at).total_seconds())
    return min(SPEED_MAX, round(metres / seconds * 3.6))


def standing(verdicts: list[str], decided: str | None) -> Verdict:
    """What a stay counts as: as anti-fraud said of both scans, unless people have decided."""
    if decided is not None:
        return Verdict(decided)
    return Verdict.GOOD if set(verdicts) == {"approve"} else Verdict.REVIEW
