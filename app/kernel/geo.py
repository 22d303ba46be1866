"""Positions on the ground: WGS-84 inside, each client's own datum outside.

WeChat's map, like every map sold in China, shows GCJ-02: half a kilometre beside WGS-84, which GPS receivers and the
rest of the world use. A pair without its datum is therefore no position.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import prcoords

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth (IUGG). One radius everywhere, so that a fence is the same distance for everybody."""
LAT_MIN, LAT_MAX = 3.0, 54.0
LNG_MIN, LNG_MAX = 73.0, 136.0
"""The mainland and its seas. GCJ-02 is defined there; anything else is a slip, such as a swapped pair."""
ACCURACY_MAX_M = 100_000
DECIMALS = 7
"""What an answer is rounded to: a centimetre."""


class Datum(StrEnum):
    """Which ellipsoid a pair is meant on."""

    GCJ02 = "gcj02"
    WGS84 = "wgs84"


class Source(StrEnum):
    """Where a position comes from, which says how far to trust it."""

    DEVICE = "device"  # a telephone's own location
    MAP = "map"  # somebody pointed at a map
    SURVEY = "survey"  # measured, or from an official list
    PHOTO = "photo"  # from the data of a photograph


class OutOfBounds(ValueError):
    """A pair that is not on the mainland."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Degrees north and east, on one datum."""

    lat: float
    lng: float
    datum: Datum


@dataclass(frozen=True, slots=True)
class Seen:
    """A position as one client sees it."""

    lat: float
    lng: float
    datum: Datum
    accuracy_m: float | None
    source: Source


@dataclass(frozen=True, slots=True)
class Position:
    """Where something is: in WGS-84, and as it was given. Make one with `locate`. `accuracy_m`: None if unknown."""

    lat: float
    lng: float
    raw: Pair
    accuracy_m: float | None
    source: Source

    def seen_in(self, datum: Datum) -> Seen:
        """Show it to a client of this datum; one of the same datum gets back exactly what was given."""
        true = Pair(self.lat, self.lng, Datum.WGS84)
        pair = self.raw if datum is self.raw.datum else convert(true, datum)
        return Seen(pair.lat, pair.lng, datum, self.accuracy_m, self.source)


def locate(
    lat: float,
    lng: float,
    datum: Datum,
    *,
    source: Source,
    accuracy_m: float | None = None,
) -> Position:
    """Make a position of a pair as a client gave it. Refuses OutOfBounds."""
    raw = Pair(lat, lng, datum)
    true = convert(raw, Datum.WGS84)
    return Position(true.lat, true.lng, raw, accuracy_m, source)


def convert(pair: Pair, datum: Datum) -> Pair:
    """Give the same place on another datum, to a centimetre. Refuses OutOfBounds."""
    if not (LAT_MIN <= pair.lat <= LAT_MAX and LNG_MIN <= pair.lng <= LNG_MAX):  # neither is NaN
        raise OutOfBounds
    if pair.datum is datum:
        return pair
    change = prcoords.wgs_gcj if datum is Datum.GCJ02 else prcoords.gcj_wgs_bored
    lat, lng = change((pair.lat, pair.lng))
    return Pair(round(lat, DECIMALS), round(lng, DECIMALS), datum)


def distance_m(here: Position, there: Position) -> float:
    """Measure metres between two positions along the ground (haversine)."""
    north, other = math.radians(here.lat), math.radians(there.lat)
    half_lat, half_lng = (other - north) / 2, math.radians(there.lng - here.lng) / 2
    h = math.sin(half_lat) ** 2 + math.cos(north) * math.cos(other) * math.sin(half_lng) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(h, 1.0)))
