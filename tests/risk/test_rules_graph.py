"""A planted ring is found; honest traffic, also that of families, small shops and busy stations, is not."""

from itertools import pairwise
from random import Random
from uuid import UUID

import pytest

from app.risk.rules.graph import Dealings, find
from app.risk.terms import FindingKind, Pivot


def who(kind: int, number: int) -> UUID:
    return UUID(int=(kind << 64) + number)


def fact(dealings, kind="redeem", **changes):
    values = dict.fromkeys(("resident_id", "person_id", "device_id", "household_id", "shop_id", "coordinator_id"))
    dealings.add(kind, **({"points": 50} | values | changes))


def honest(seed: int) -> Dealings:
    """Three months of 200 homes with a telephone or two, 15 shops with favourites, 10 coordinators."""
    chance, dealings = Random(seed), Dealings()
    for home in range(200):
        for member in range(chance.choice([1, 1, 2, 3])):
            resident = who(1, home * 10 + member)
            device = who(2, home * 10 + (member if member < 2 else 0))
            shops = chance.sample(range(15), chance.choice([2, 3, 4]))
            for _ in range(chance.randrange(5, 40)):
                shop = who(3, shops[min(chance.randrange(6), len(shops) - 1)])
                points = chance.choice([10, 20, 35, 50, 80])
                fact(
                    dealings,
                    resident_id=resident,
                    device_id=device,
                    household_id=who(5, home),
                    shop_id=shop,
                    points=points,
                )
            if chance.random() < 0.4:
                giver = who(4, chance.randrange(10))
                for _ in range(chance.randrange(1, 8)):
                    fact(dealings, "award", resident_id=resident, person_id=resident, coordinator_id=giver)
    return dealings


RING = [who(9, number) for number in range(5)]


def plant(dealings: Dealings) -> None:
    """Five residents on one telephone cash in at a shop that lives on them."""
    for resident in RING:
        for _ in range(20):
            fact(
                dealings,
                resident_id=resident,
                device_id=who(9, 100),
                household_id=resident,
                shop_id=who(9, 200),
                points=100,
            )


def rings(found):
    return {each.about_id for each in found if each.kind is FindingKind.RING}


@pytest.mark.parametrize("seed", range(5))
def test_honest_traffic_opens_no_case_and_a_planted_ring_does(seed):
    dealings = honest(seed)
    assert [each for each in find(dealings) if each.opens] == []
    assert rings(find(dealings)) == set()
    plant(dealings)
    found = find(dealings)
    assert rings(found) == {*RING, who(9, 100), who(9, 200)}
    opened = {(each.kind, each.about, each.about_id) for each in found if each.opens}
    assert (FindingKind.RING, Pivot.SHOP, who(9, 200)) in opened
    assert {about_id for _, _, about_id in opened} == {who(9, 100), who(9, 200)}


def test_coordinators_who_award_each_other_are_found_across_account_and_passbook():
    dealings = Dealings()
    accounts, passbooks = [who(7, 1), who(7, 2)], [who(8, 1), who(8, 2)]
    for giver, taker in ((0, 1), (1, 0)):
        for _ in range(3 + giver):
            fact(
                dealings,
                "award",
                resident_id=passbooks[taker],
                person_id=accounts[taker],
                coordinator_id=accounts[giver],
            )
    found = [each for each in find(dealings) if each.kind is FindingKind.RECIPROCITY]
    assert {(each.about_id, each.value) for each in found} == {(accounts[0], 3), (accounts[1], 3)}
    assert sum(each.opens for each in found) == 1  # one finding, one case


def test_one_way_favours_are_no_exchange():
    dealings = Dealings()
    for _ in range(9):
        fact(dealings, "award", resident_id=who(8, 2), person_id=who(7, 2), coordinator_id=who(7, 1))
    assert find(dealings) == []


def test_a_familys_telephone_is_no_shared_device_and_three_homes_on_one_are():
    dealings = Dealings()
    for member in range(6):
        fact(dealings, resident_id=who(1, member), device_id=who(2, 1), household_id=who(5, 1), shop_id=who(3, 1))
    assert [each for each in find(dealings) if each.kind is FindingKind.DEVICE_SHARED] == []
    for home in (2, 3):
        fact(dealings, resident_id=who(1, 10 * home), device_id=who(2, 1), household_id=who(5, home), shop_id=who(3, 1))
    (found,) = [each for each in find(dealings) if each.kind is FindingKind.DEVICE_SHARED]
    assert (found.about_id, found.value, found.evidence["homes"]) == (who(2, 1), 8, 3)


def test_a_shop_that_five_of_many_live_in_is_told():
    dealings = Dealings()
    for resident in range(5):
        for _ in range(10):
            fact(dealings, resident_id=who(1, resident), shop_id=who(3, 1), points=100)
    for resident in range(5, 15):
        fact(dealings, resident_id=who(1, resident), shop_id=who(3, 1), points=10)
    (found,) = [each for each in find(dealings) if each.kind is FindingKind.SHOP_TOP5]
    assert (found.value, found.opens, found.evidence["customers"]) == (98, True, 15)


def test_one_in_several_mutual_pairs_is_found_once_by_the_greatest():
    dealings, (one, two, three) = Dealings(), (who(4, number) for number in range(3))
    for giver, taker, times in ((one, two, 3), (two, one, 3), (one, three, 5), (three, one, 6)):
        for _ in range(times):
            fact(dealings, "award", resident_id=taker, person_id=taker, coordinator_id=giver)
    found = {(each.about_id, each.value, each.opens) for each in find(dealings) if each.kind is FindingKind.RECIPROCITY}
    assert len(found) == 3
    assert {(about_id, value) for about_id, value, _ in found} == {(one, 5), (two, 3), (three, 5)}
    assert any(opens for _, _, opens in found)


def together(dealings, residents, *, shop, device=None, home=None, visits=5, points=120):
    """Residents who buy at a shop so often, from one telephone; of one home each unless told otherwise."""
    for resident in residents:
        for _ in range(visits):
            fact(
                dealings,
                resident_id=resident,
                person_id=resident,
                device_id=device,
                household_id=home or resident,
                shop_id=shop,
                points=points,
            )


def test_a_family_of_two_homes_with_one_telephone_and_one_grocer_is_no_ring():
    dealings = Dealings()
    together(dealings, [who(1, 1), who(1, 2), who(1, 3)], shop=who(3, 1), device=who(2, 1), home=who(5, 1))
    together(dealings, [who(1, 4), who(1, 5)], shop=who(3, 1), device=who(2, 1), home=who(5, 2))
    assert rings(find(dealings)) == set()
    together(dealings, [who(1, 6)], shop=who(3, 1), device=who(2, 1))
    assert len(rings(find(dealings))) == 8  # six residents, the telephone, and the shop that lives on them


def test_a_fact_that_names_no_home_does_not_take_a_family_apart():
    dealings = Dealings()
    family = [who(1, number) for number in range(4)]
    together(dealings, family, shop=who(3, 1), device=who(2, 1), home=who(5, 1))
    for member in family:
        fact(dealings, "check_in", resident_id=member, device_id=who(2, 1), points=0)
    assert {each.kind for each in find(dealings)} == {FindingKind.RESIDENT_SHARE}


def test_other_customers_of_a_rings_shop_have_nothing_to_do_with_it():
    dealings = Dealings()
    core = [who(1, number) for number in range(4)]
    together(dealings, core, shop=who(3, 1), device=who(2, 1))
    for number in range(10, 40):
        fact(dealings, resident_id=who(1, number), shop_id=who(3, 1), points=100)
    assert rings(find(dealings)) == {*core, who(2, 1)}  # the shop has others to live on: none of them is looked at
    head = [each for each in find(dealings) if each.kind is FindingKind.RING and each.opens]
    assert [each.about_id for each in head] == [core[0]]


def test_one_large_purchase_makes_no_regular_and_a_second_shop_no_stranger():
    dealings = Dealings()
    core = [who(1, number) for number in range(4)]
    together(dealings, core, shop=who(3, 1), device=who(2, 1), visits=2, points=900)
    assert rings(find(dealings)) == set()
    together(dealings, core, shop=who(3, 1), device=who(2, 1), visits=1, points=100)
    together(dealings, core, shop=who(3, 2), visits=9, points=200)
    assert set(core) <= rings(find(dealings))


def test_a_ring_over_two_telephones_and_one_by_favours_are_found():
    dealings = Dealings()
    one, other = [who(1, number) for number in range(4)], [who(1, number) for number in range(10, 14)]
    together(dealings, one[:3], shop=who(3, 1), device=who(2, 1))
    together(dealings, one[2:], shop=who(3, 1), device=who(2, 2))
    together(dealings, other, shop=who(3, 2))
    for giver, taker in pairwise(other):
        for _ in range(3):
            fact(dealings, "award", resident_id=taker, person_id=taker, coordinator_id=giver)
            fact(dealings, "award", resident_id=giver, person_id=giver, coordinator_id=taker)
    assert rings(find(dealings)) == {*one, who(2, 1), who(2, 2), who(3, 1), *other}


def test_one_sort_of_tie_alone_makes_no_ring():
    """A shop with faithful customers, and a telephone that is lent around: each is told, neither is a ring."""
    dealings = Dealings()
    for number in range(6):
        for _ in range(10):
            fact(dealings, resident_id=who(1, number), shop_id=who(3, 1), points=100)
            fact(dealings, resident_id=who(1, 50 + number), device_id=who(2, 1), shop_id=who(3, 10 + number), points=10)
    found = find(dealings)
    assert rings(found) == set()
    assert {each.kind for each in found if each.opens} == {FindingKind.SHOP_TOP5, FindingKind.DEVICE_SHARED}
