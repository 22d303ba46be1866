from uuid import UUID

import pytest

from app.enrolment.rules.matching import Claimant, Listed, compare, match
from app.enrolment.rules.places import Place

HOME = Place("1", "2", "501")
CLAIMANT = Claimant("李桂芳", b"13812345678", HOME)


def listed(number=1, name="李桂芳", phone=b"13812345678", place=HOME, *, taken=False, closed=False):
    return Listed(UUID(int=number), name, phone, place, taken=taken, closed=closed)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, True),
        ({"name": "李 桂 芳"}, True),
        ({"place": Place()}, True),
        ({"place": Place("1", None, "501")}, True),
        ({"name": "李桂芬"}, False),
        ({"phone": b"13812345679"}, False),
        ({"phone": None}, False),
        ({"place": Place("1", "2", "502")}, False),
        ({"place": Place("2", None, None)}, False),
        ({"taken": True}, False),
        ({"closed": True}, False),
    ],
)
def test_one_resident_is_the_claimant_when_number_and_name_say_so_and_nothing_speaks_against_it(changes, found):
    assert match(CLAIMANT, [listed(**changes)]) == (UUID(int=1) if found else None)


def test_of_two_who_fit_none_is_chosen_whatever_became_of_one():
    assert match(CLAIMANT, [listed(1), listed(2)]) is None
    assert match(CLAIMANT, [listed(1), listed(2, taken=True)]) is None
    assert match(CLAIMANT, [listed(1), listed(2, place=Place("7", None, "1"))]) == UUID(int=1)
    assert match(CLAIMANT, []) is None


def test_without_a_verified_number_nobody_is_matched():
    nobody = Claimant("李桂芳", None, HOME)
    assert match(nobody, [listed(phone=None), listed(2)]) is None


def test_likeness_says_what_is_the_same():
    likeness = compare(CLAIMANT, listed(name="李明", place=Place("1", None, "501")))
    assert (likeness.phone, likeness.name, likeness.place, likeness.place_differs) == (True, False, True, False)
    assert not compare(CLAIMANT, listed(place=Place("1", None, None))).place
    assert compare(Claimant("Li Ming", None, HOME), listed(name="LI  MING")).name
