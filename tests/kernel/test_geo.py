"""Positions: landmarks whose two pairs are published, an independent library, bounds, distances."""

import math

import eviltransform
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.geo import Datum, OutOfBounds, Pair, Position, Source, convert, distance_m, locate

# Three places on both datums: the reference pairs of eviltransform, the same in all its languages.
REFERENCE = {
    "Shanghai": ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    "Shenzhen": ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    "Beijing": ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
}
# Landmarks as an encyclopaedia gives them (WGS-84) and as Chinese maps do (GCJ-02): buildings, not pins.
LANDMARKS = {
    "Tiananmen": ((39.90733, 116.39108), (39.90923, 116.397428)),
    "Oriental Pearl Tower": ((31.24194, 121.495), (31.239853, 121.49974)),
}
BUILDING_M = 130
MIXED_UP_M = 350
LAT = st.floats(18, 53.5)
LNG = st.floats(74, 135)


def wgs(lat: float, lng: float) -> Position:
    return locate(lat, lng, Datum.WGS84, source=Source.SURVEY)


def gcj(lat: float, lng: float) -> Position:
    return locate(lat, lng, Datum.GCJ02, source=Source.MAP)


@pytest.mark.parametrize("name", list(REFERENCE))
def test_reference_pairs_are_one_place(name):
    true, shown = REFERENCE[name]
    assert distance_m(wgs(*true), gcj(*shown)) < 0.7  # the reference uses another ellipsoid by half a metre
    seen = wgs(*true).seen_in(Datum.GCJ02)
    assert (seen.lat, seen.lng) == pytest.approx(shown, abs=6e-6)


@pytest.mark.parametrize("name", list(LANDMARKS))
def test_a_mixed_up_datum_is_seen_at_landmarks(name):
    true, shown = LANDMARKS[name]
    assert distance_m(wgs(*true), gcj(*shown)) < BUILDING_M
    assert distance_m(wgs(*true), wgs(*shown)) > MIXED_UP_M  # a map's pair taken for a receiver's
    assert distance_m(gcj(*true), gcj(*shown)) > MIXED_UP_M  # and the other way about
    assert distance_m(gcj(*true), wgs(*shown)) > 2 * MIXED_UP_M  # shifted twice, the wrong way


@given(LAT, LNG)
def test_both_ways_meet_within_a_centimetre_and_agree_with_another_library(lat, lng):
    there = convert(Pair(lat, lng, Datum.WGS84), Datum.GCJ02)
    back = convert(there, Datum.WGS84)
    assert distance_m(wgs(lat, lng), wgs(back.lat, back.lng)) < 0.02
    assert distance_m(wgs(there.lat, there.lng), wgs(*eviltransform.wgs2gcj(lat, lng))) < 1.5
    found = eviltransform.gcj2wgs_exact(there.lat, there.lng)
    assert distance_m(wgs(lat, lng), wgs(*found)) < 1.5


@given(LAT, LNG, LAT, LNG)
def test_distances_agree_with_the_other_formula(lat, lng, lat2, lng2):
    expected = eviltransform.distance(lat, lng, lat2, lng2) * 6_371_008.8 / 6_378_137.0
    assert distance_m(wgs(lat, lng), wgs(lat2, lng2)) == pytest.approx(expected, abs=1)


def test_a_degree_of_latitude_is_as_long_as_the_radius_says():
    assert distance_m(wgs(30, 120), wgs(31, 120)) == pytest.approx(math.pi * 6_371_008.8 / 180, abs=0.001)
    assert distance_m(wgs(30, 120), wgs(30, 120)) == 0


def test_a_client_of_the_same_datum_gets_back_what_was_given():
    given_pair = (31.490412345678, 120.31166123456)
    for datum in Datum:
        position = locate(*given_pair, datum, source=Source.DEVICE, accuracy_m=12.5)
        seen = position.seen_in(datum)
        assert (seen.lat, seen.lng, seen.datum, seen.accuracy_m) == (*given_pair, datum, 12.5)
        other = next(each for each in Datum if each is not datum)
        assert position.seen_in(other).datum is other


@pytest.mark.parametrize(
    "pair", [(120.3, 31.5), (-31.5, 120.3), (31.5, -120.3), (0, 0), (math.nan, 120), (31, math.nan), (math.inf, 120)]
)
def test_what_is_not_on_the_mainland_is_refused(pair):
    for datum in Datum:
        with pytest.raises(OutOfBounds):
            locate(*pair, datum, source=Source.DEVICE)


def test_the_corners_of_the_mainland_convert_without_complaint():
    for lat in (3.0, 54.0):
        for lng in (73.0, 136.0):
            for datum in Datum:
                assert locate(lat, lng, datum, source=Source.MAP).raw.lat == lat
