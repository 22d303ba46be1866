"""From a claim to a passbook of a list, and to the household that caps count."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.enrolment import service as enrolment
from app.enrolment.errors import ResidentMissing
from app.enrolment.rules import matching
from app.identity.errors.homes import ResidencyMissing, ResidencyOwn, ResidentTaken
from app.identity.service import freezing, homes, signing_in
from app.kernel.actor import Role
from app.points.errors import PassbookClosed
from tests.identity import conftest as people
from tests.identity import estate as estates
from tests.identity.estate import PHONE

areas, keyring, desk = people.areas, people.keyring, people.desk  # the desk of identity, not that of enrolment

MATCH, SETTLE = "enrolment.match_claim", "enrolment.settle_household"


@pytest.fixture
def estate(desk):
    return estates.build(desk)


@pytest.fixture
def town(estate):
    return estate.homes


@pytest.fixture
def worker(town):
    return town.by(town.person("网格员"))


@pytest.fixture
def clerk(town):
    return town.by(town.person("文员"), "meilihua", Role.CLERK)


def confirm(worker, town, home, resident_id=None):
    """By as many as it takes: a clerk names the passbook, the worker confirms it."""
    if resident_id is not None:
        made = decide(town.by(town.person("文员"), "meilihua", Role.CLERK), town, home, resident_id)
        if made.residency.state == "confirmed":
            return made
    return decide(worker, town, home, resident_id)


def decide(worker, town, home, resident_id=None):
    """By one."""
    made = enrolment.confirm_residency(worker, book=town.book, residency_id=home.residency.id, resident_id=resident_id)
    town.flush()
    return made


def test_whoever_a_list_knows_by_verified_number_and_name_is_confirmed_by_it(estate, town):
    resident_id = estate.listed("李桂芳")
    person_id = town.person("李桂芳", PHONE)
    made = town.claim(person_id)
    assert estate.work() == [MATCH, SETTLE]
    assert town.resident_id(person_id, town.book) == resident_id
    assert (made.residency.state, made.residency.decided_why) == ("confirmed", "matched by list")
    assert made.residency.decided_by == UUID(int=0)


@pytest.mark.parametrize(
    ("listed", "phone", "area"),
    [
        ({}, None, "building-1"),  # no verified number
        ({"phone": "13900000000"}, PHONE, "building-1"),
        ({"name": "李桂芬"}, PHONE, "building-1"),
        ({}, PHONE, "building-2"),  # the list says building 1
        ({"place": ("1", None, "601")}, PHONE, "building-1"),
    ],
)
def test_every_doubt_is_left_to_the_grid_worker(estate, town, listed, phone, area):
    estate.listed(**{"name": "李桂芳", **listed})
    person_id = town.person("李桂芳", phone)
    made = town.claim(person_id, area)
    assert estate.work() == [MATCH]
    assert made.residency.state == "claimed"


def test_two_of_one_name_and_number_are_left_and_so_is_a_passbook_that_is_taken_or_closed(estate, town, worker):
    first = estate.listed("李桂芳")
    second = estate.listed("李桂芳", place=("1", None, None))
    made = town.claim(town.person("李桂芳", PHONE))
    assert estate.work() == [MATCH]
    near = enrolment.list_matches(worker, book=town.book, residency_id=made.residency.id)
    assert {each.resident.id for each in near} == {first, second}
    assert all(each.likeness.is_sure for each in near)
    confirm(worker, town, made, first)
    taken = enrolment.list_matches(worker, book=town.book, residency_id=made.residency.id)
    assert {each.resident.id for each in taken if each.taken} == {first}


def test_who_is_frozen_or_took_the_claim_back_meanwhile_is_not_confirmed_by_a_list(estate, town):
    estate.listed("李桂芳")
    person_id = town.person("李桂芳", PHONE)
    made = town.claim(person_id)
    freezing.freeze_own_account(town.desk.as_person(person_id), reason="x")
    estate.work()
    assert made.residency.state == "claimed"
    homes.withdraw_residency(town.desk.as_person(person_id), residency_id=made.residency.id)
    town.flush()
    enrolment.match_claim(estate.uow, residency_id=str(made.residency.id))
    assert made.residency.state == "ended"


def test_a_match_that_somebody_was_faster_with_leaves_the_claim(estate, town, worker, monkeypatch):
    """The passbook is taken between the look and the confirmation: the job is done all the same."""
    resident_id = estate.listed("李桂芳")
    made = town.claim(town.person("李桂芳", PHONE))
    other = town.claim(town.person("别人"), room="502")
    town.jobs()
    look = matching.match

    def slow(*args):
        found = look(*args)
        confirm(worker, town, other, resident_id)
        return found

    monkeypatch.setattr(matching, "match", slow)
    enrolment.match_claim(estate.uow, residency_id=str(made.residency.id))
    assert (made.residency.state, other.residency.state) == ("claimed", "confirmed")


def test_near_matches_are_by_number_or_dwelling_and_only_for_who_covers_it(estate, town, worker):
    by_phone = estate.listed("李明", PHONE, ("7", None, "101"))
    at_home = estate.listed("王建国", "13900000000", ("1", None, "501"))
    estate.listed("赵敏", "13700000000", ("1", None, "502"))
    made = town.claim(town.person("李桂芳", PHONE))
    near = enrolment.list_matches(worker, book=town.book, residency_id=made.residency.id)
    assert {each.resident.id: (each.likeness.phone, each.likeness.place) for each in near} == {
        by_phone: (True, False),
        at_home: (False, True),
    }
    with pytest.raises(ResidencyMissing):
        enrolment.list_matches(town.by(town.person("x"), "grid-2"), book=town.book, residency_id=made.residency.id)


def test_a_grid_worker_names_a_passbook_of_the_lists_that_is_open(estate, town, worker):
    made = town.claim(town.person("李桂芳"))
    with pytest.raises(ResidentMissing):
        confirm(worker, town, made, UUID(int=4711))
    one, other = estate.listed("甲", None), estate.listed("乙", None)
    estate.acts.award(one, 10)
    estate.acts.transfer(one, other, "merge")
    with pytest.raises(PassbookClosed):
        confirm(worker, town, made, one)
    confirm(worker, town, made, other)
    mate = town.claim(town.person("丙"), room="502")
    with pytest.raises(ResidentTaken):
        confirm(worker, town, mate, other)


def test_a_passbook_whose_number_is_not_the_claimants_takes_two_of_the_staff(town, estate, worker, clerk):
    paper, other = estate.listed("李桂芳", "13900000000"), estate.listed("李桂芳", None)
    made = town.claim(town.person("李桂芳", PHONE))
    for _ in range(2):  # the same one alone does not do, however often
        assert decide(worker, town, made, paper).residency.state == "claimed"
        assert town.resident_id(made.residency.person_id, town.book) is None
    assert (made.residency.proposed_resident_id, made.residency.decided_by) == (paper, None)
    assert decide(clerk, town, made, other).residency.state == "claimed"  # two who name different ones are not two
    assert decide(worker, town, made, paper).residency.state == "claimed"
    assert decide(clerk, town, made, paper).residency.state == "confirmed"
    assert town.resident_id(made.residency.person_id, town.book) == paper
    assert made.residency.proposed_by == worker.actor.person_id
    assert made.residency.decided_by == clerk.actor.person_id


def test_whose_number_is_the_lists_is_given_his_passbook_by_one(town, estate, worker):
    paper = estate.listed("李桂芬", PHONE)  # misspelt, so that no list confirms it by itself
    made = town.claim(town.person("李桂芳", PHONE))
    assert estate.work() == [MATCH]
    assert decide(worker, town, made, paper).residency.state == "confirmed"


def test_a_proposal_that_was_not_needed_is_forgotten(town, estate, worker):
    paper = estate.listed("李桂芳", "13900000000")
    made = town.claim(town.person("李桂芳"))
    decide(worker, town, made, paper)
    assert decide(worker, town, made).residency.state == "confirmed"  # a passbook of his own after all
    assert made.residency.proposed_by is None


def test_nobody_names_a_passbook_for_his_own_people_nor_one_that_is_taken(town, estate, worker):
    paper = estate.listed("李桂芳", None)
    town.claim(worker.actor.person_id)
    with pytest.raises(ResidencyOwn):
        decide(worker, town, town.claim(town.person("同住人")), paper)
    first, second = (town.claim(town.person(name), room=room) for name, room in (("甲", "601"), ("乙", "602")))
    confirm(worker, town, first, paper)
    with pytest.raises(ResidentTaken):
        decide(worker, town, second, paper)


def test_the_database_lets_nobody_be_both_of_the_two(town, estate, worker, session):
    made = town.claim(town.person("李桂芳"))
    decide(worker, town, made, estate.listed("李桂芳", None))
    alone = (
        "UPDATE identity_residencies SET state = 'confirmed', resident_id = id, decided_by = proposed_by,"
        " decided_at = now()"
    )
    with pytest.raises(IntegrityError, match="ck_identity_residencies_two"):
        session.execute(text(alone))


def test_a_number_that_is_bound_after_the_claim_is_looked_up_in_the_lists(estate, town):
    resident_id = estate.listed("李桂芳")
    person_id = town.person("李桂芳")
    made = town.claim(person_id)
    assert estate.work() == [MATCH]
    assert made.residency.state == "claimed"
    signing_in.bind_phone(town.desk.as_person(person_id), phone=PHONE)
    assert estate.work() == [MATCH, SETTLE]
    assert town.resident_id(person_id, town.book) == resident_id
    signing_in.bind_phone(town.desk.as_person(person_id), phone=PHONE)
    assert estate.work() == []


def test_claims_that_wait_are_looked_up_again_when_a_list_comes(estate, town, monkeypatch):
    monkeypatch.setattr("app.enrolment.service.matching.WAITING_BATCH", 1)
    first, second = town.person("李桂芳", PHONE), town.person("王建国", "13900000000")
    for person_id, name, room in ((first, "李桂芳", "501"), (second, "王建国", "502")):
        town.claim(person_id, name=name, room=room)
    estate.work()
    listed = estate.listed("李桂芳"), estate.listed("王建国", "13900000000", ("1", None, "502"))
    enrolment.match_waiting(estate.uow, book=town.book, after=None)
    assert sorted(estate.work()) == [MATCH, MATCH, "enrolment.match_waiting", "enrolment.match_waiting", SETTLE, SETTLE]
    assert (town.resident_id(first, town.book), town.resident_id(second, town.book)) == listed


def test_whose_own_passbook_was_merged_into_another_is_not_confirmed_under_it_again(estate, town, worker):
    person_id = town.person("李桂芳")
    made = town.claim(person_id)
    confirm(worker, town, made)
    paper = estate.listed("李桂芳", None)
    estate.acts.award(person_id, 10)
    estate.acts.transfer(person_id, paper, "merge")
    town.end(worker, made)
    again = town.claim(person_id)
    with pytest.raises(PassbookClosed):
        confirm(worker, town, again)
    confirm(worker, town, again, paper)
    assert town.resident_id(person_id, town.book) == paper


def test_the_ledger_counts_a_dwelling_as_one_household_in_whatever_order_they_come(estate, town, worker):
    listed = estate.listed("李桂芳", place=("1", "1", "501"))
    of_list = estate.household(listed)
    assert of_list is not None
    son_id, daughter_id = town.person("儿子"), town.person("女儿")
    confirm(worker, town, town.claim(town.person("李桂芳")), listed)
    confirm(worker, town, town.claim(son_id))  # the same room, of which the claim leaves the stairwell out
    estate.work()
    assert estate.household(listed) == estate.household(son_id) == of_list
    confirm(worker, town, town.claim(daughter_id, "unit-1"))  # as the list writes it
    estate.work()
    assert estate.household(daughter_id) == of_list


def test_a_dwelling_that_no_list_knows_is_a_household_as_a_list_would_make_it(estate, town, worker):
    person_id = town.person("李桂芳")
    confirm(worker, town, town.claim(person_id, "unit-1"))
    estate.work()
    assert estate.household(person_id) == estates.Place("1", "1", "501").household_id(estate.acts.ledger.id)


def test_buildings_of_one_name_are_no_household_of_a_list(estate, town, worker):
    """No. 1 of the community and No. 1 of an estate in it: a list that says 1 says neither."""
    town.open("estate", "estate-1", "meilihua")
    town.open("building", "building-1b", "estate-1", name="1号楼", code="1")
    one, other = town.person("甲"), town.person("乙")
    staff = town.by(town.person("社区网格员"), "meilihua")
    for person_id, area in ((one, "building-1"), (other, "building-1b")):
        confirm(staff, town, town.claim(person_id, area))
    estate.work()
    assert len({estate.household(one), estate.household(other), None}) == 3


def test_who_lives_where_the_list_does_not_say_is_counted_where_he_lives(estate, town, worker):
    listed = estate.listed("李桂芳", place=("9", None, "901"))
    before = estate.household(listed)
    made = town.claim(town.person("李桂芳"))
    confirm(worker, town, made, listed)
    estate.work()
    assert estate.household(listed) not in {None, before}
    town.end(worker, made)
    estate.work()
    assert estate.household(listed) == before


def test_who_moved_away_leaves_the_household(estate, town, worker):
    person_id = town.person("李桂芳")
    made = town.claim(person_id)
    confirm(worker, town, made)
    estate.work()
    assert estate.household(person_id) is not None
    town.end(worker, made)
    estate.work()
    assert estate.household(person_id) is None


def test_a_book_without_points_matches_nobody(town, estate):
    made = town.claim(town.person("李桂芳", PHONE), "building-a")  # anju: a code, and no book behind it
    assert estate.work() == [MATCH]
    assert made.residency.state == "claimed"
    enrolment.settle_household(estate.uow, book="anju", resident_id=str(UUID(int=1)))
