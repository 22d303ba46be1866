from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.geo import LAT_MAX, LAT_MIN, LNG_MAX, LNG_MIN
from app.reports.errors import AlreadyDecided
from app.reports.rules import Decision, Spot, is_repeated, is_same, place_key, standing_of
from app.reports.terms import CATEGORY_NAMES, CONFIRMED_MAX, Category, Standing

OPEN = Decision("filed")
ACCEPTED = Decision("accepted", "rule", 10)
REJECTED = Decision("rejected", reason="不属实")


@pytest.mark.parametrize("wanted", [ACCEPTED, REJECTED])
def test_an_open_report_is_decided(wanted):
    assert is_repeated(OPEN, wanted) is False


@pytest.mark.parametrize(("before", "wanted"), [(ACCEPTED, ACCEPTED), (REJECTED, REJECTED)])
def test_the_same_decision_again_is_the_same(before, wanted):
    assert is_repeated(before, wanted) is True


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        (ACCEPTED, REJECTED),
        (REJECTED, ACCEPTED),
        (ACCEPTED, Decision("accepted", "rule", 11)),
        (ACCEPTED, Decision("accepted", "other", 10)),
        (ACCEPTED, Decision("accepted", "rule")),
        (REJECTED, Decision("rejected", reason="重复")),
    ],
)
def test_another_decision_is_refused(before, wanted):
    with pytest.raises(AlreadyDecided) as caught:
        is_repeated(before, wanted)
    assert before.state in caught.value.detail("en")


@given(st.floats(LAT_MIN, LAT_MAX), st.floats(LNG_MIN, LNG_MAX), st.floats(-0.001, 0.001), st.floats(-0.002, 0.002))
def test_whatever_is_near_lies_in_a_cell_beside_it(lat, lng, north, east):
    here, there = Spot("a", lat, lng), Spot("b", lat + north, lng + east)
    if LAT_MIN <= lat + north <= LAT_MAX and LNG_MIN <= lng + east <= LNG_MAX and is_same(here, there):
        assert there.cell in here.cells_around()


@pytest.mark.parametrize("written", ["3号楼a门", "３号楼 A门", " 3号楼-A门。"])
def test_blanks_width_case_and_marks_make_no_other_place(written):
    assert place_key(written) == "3号楼a门"


def test_a_place_of_marks_alone_is_a_place():
    assert place_key("!?") == "!?"


@pytest.mark.parametrize(
    ("first", "confirmed", "standing"),
    [
        (None, 0, Standing.FIRST),
        (UUID(int=1), 0, Standing.THANKED),  # oneself
        (UUID(int=2), CONFIRMED_MAX - 1, Standing.CONFIRMS),
        (UUID(int=2), CONFIRMED_MAX, Standing.THANKED),
    ],
)
def test_the_first_earns_a_few_confirm_and_nobody_confirms_oneself(first, confirmed, standing):
    assert standing_of(UUID(int=1), first_reporter_id=first, confirmed=confirmed) is standing


def test_every_category_has_a_name_in_both_languages():
    assert set(CATEGORY_NAMES) == set(Category)
    assert all(set(names) == {"zh", "en"} and all(names.values()) for names in CATEGORY_NAMES.values())
