"""How a report may be decided: once. The same decision again is the same decision."""

import unicodedata
from dataclasses import dataclass
from math import floor
from uuid import UUID

from app.kernel.geo import Datum, Position, Source, distance_m, locate
from app.reports.errors import AlreadyDecided, RuleNotForReports
from app.reports.terms import (
    ACCURACY_USED_MAX_M,
    CELLS_PER_LAT,
    CELLS_PER_LNG,
    CONFIRMED_MAX,
    NEAR_M,
    PLACE_LENGTH_MAX,
    POSITION_DECIMALS,
    REPORT_RULES,
    USUAL_RULE,
    ReportState,
    Standing,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was, or is to be, decided. `chosen_points`: where the rule lets the clerk choose."""

    state: str
    rule: str | None = None
    chosen_points: int | None = None
    reason: str | None = None


def is_repeated(before: Decision, wanted: Decision) -> bool:
    """Whether `wanted` was decided before. False: still open. Refuses AlreadyDecided when something else was."""
    if before.state == ReportState.FILED:
        return False
    if wanted != before:
        raise AlreadyDecided(state=before.state)
    return True


def check_rule(rule: str) -> None:
    """Refuse RuleNotForReports for a rule that pays for something else, however it was published."""
    if not rule.startswith(REPORT_RULES):
        raise RuleNotForReports(rule=rule, begins=REPORT_RULES, usual=USUAL_RULE)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a report is of: rounded degrees (WGS-84) where they are known well enough, and the words compared."""

    place_key: str
    lat: float | None
    lng: float | None

    @property
    def cell(self) -> tuple[int, int] | None:
        """The square of the grid it lies in."""
        if self.lat is None or self.lng is None:
            return None
        return floor(self.lat * CELLS_PER_LAT), floor(self.lng * CELLS_PER_LNG)

    def cells_around(self) -> list[tuple[int, int]]:
        """Its square and the eight beside it: whatever is within NEAR_M lies in one of them."""
        if self.cell is None:
            return []
        north, east = self.cell
        return [(north + n, east + e) for n in (-1, 0, 1) for e in (-1, 0, 1)]


def spot_of(place: str, position: Position | None) -> Spot:
    """Where a report is of. A position that may err by more than ACCURACY_USED_MAX_M is left out."""
    key = place_key(place)
    if position is None or (position.accuracy_m or 0) > ACCURACY_USED_MAX_M:
        return Spot(key, None, None)
    return Spot(key, round(position.lat, POSITION_DECIMALS), round(position.lng, POSITION_DECIMALS))


def place_key(place: str) -> str:
    """Make the words of a place comparable: width, case, blanks and marks do not count (３号楼。 is 3号楼)."""
    plain = unicodedata.normalize("NFKC", place).casefold()
    return ("".join(each for each in plain if each.isalnum()) or plain)[:PLACE_LENGTH_MAX]  # one letter may become many


def is_same(spot: Spot, other: Spot) -> bool:
    """Whether two spots are one: by distance where both are known, else by the words of the place."""
    if spot.lat is None or spot.lng is None or other.lat is None or other.lng is None:
        return spot.place_key == other.place_key
    return distance_m(_point(spot.lat, spot.lng), _point(other.lat, other.lng)) <= NEAR_M


def standing_of(reporter_id: UUID, *, first_reporter_id: UUID | None, confirmed: int) -> Standing:
    """As what the next accepted report of a problem counts; nobody confirms oneself."""
    if first_reporter_id is None:
        return Standing.FIRST
    if reporter_id == first_reporter_id or confirmed >= CONFIRMED_MAX:
        return Standing.THANKED
    return Standing.CONFIRMS


def _point(lat: float, lng: float) -> Position:
    return locate(lat, lng, Datum.WGS84, source=Source.DEVICE)
