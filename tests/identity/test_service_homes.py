from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.identity import queries
from app.identity.errors import PersonMissing
from app.identity.errors.homes import (
    AccountStopped,
    AreaNoDwelling,
    AreaWithoutBook,
    RelativeEnded,
    RelativeMissing,
    RelativeOwn,
    RelativeSelf,
    RelativeTwice,
    ResidencyMissing,
    ResidencyNotConfirmed,
    ResidencyNotWaiting,
    ResidencyOpen,
    ResidencyOwn,
    ResidentTaken,
    RoomWrong,
)
from app.identity.service import freezing, homes, relatives
from app.identity.terms import Kinship, Relation, ResidencyState
from app.kernel.actor import Role
from app.places.errors import AreaClosed, AreaMissing
from tests.identity.homes import Homes

PASSBOOK = UUID(int=77)
PHONE = "13812345678"


@pytest.fixture
def town(desk):
    return Homes(desk).build()


@pytest.fixture
def worker(town):
    return town.by(town.person("网格员"))


def list_claims(uow, state=ResidencyState.CLAIMED, limit=20, cursor=None, book="meilihua"):
    return homes.list_residencies(uow, book=book, state=state, limit=limit, cursor=cursor)


def test_a_claim_waits_in_the_book_of_its_community_and_is_matched_by_a_job(town):
    person_id = town.person("李桂芳")
    made = town.claim(person_id, "unit-1", "0501室")
    assert (made.residency.book, made.residency.state, made.household.room) == ("meilihua", "claimed", "501")
    assert town.jobs() == [("enrolment.match_claim", {"residency_id": str(made.residency.id)})]
    assert town.resident_id(person_id) is None
    [own] = homes.list_own_residencies(town.desk.as_person(person_id), limit=5, cursor=None).items
    assert own.residency.id == made.residency.id


def test_who_lives_in_one_dwelling_is_one_household(town):
    made = [town.claim(town.person(name), room=room) for name, room in (("甲", "501"), ("乙", "501室"), ("丙", "502"))]
    ids = [each.household.id for each in made]
    assert (ids[0] == ids[1], ids[0] == ids[2]) == (True, False)


@pytest.mark.parametrize(
    ("area", "room", "refusal"),
    [
        ("grid-1", "501", AreaNoDwelling),
        ("street", "501", AreaNoDwelling),
        ("building-9", "501", AreaWithoutBook),
        ("nowhere", "501", AreaMissing),
        ("building-1", "室", RoomWrong),
    ],
)
def test_a_claim_names_a_dwelling_of_a_community_with_a_book(town, area, room, refusal):
    person_id = town.person("李桂芳")
    with pytest.raises(refusal):
        town.claim(person_id, area, room)


def test_a_claim_of_a_closed_building_of_nobody_and_of_a_frozen_account_is_refused(town):
    with pytest.raises(PersonMissing):
        town.claim(UUID(int=123))
    person_id = town.person("李桂芳")
    freezing.freeze_own_account(town.desk.as_person(person_id), reason="手机丢了")
    town.flush()
    with pytest.raises(AccountStopped):
        town.claim(person_id)
    town.desk.uow.session.execute(
        text("UPDATE places_areas SET closed_at = now(), closed_by = id WHERE id = :id"),
        {"id": town.desk.areas.id("building-2")},
    )
    with pytest.raises(AreaClosed):
        town.claim(town.person("赵敏"), "building-2")


def test_somebody_lives_in_one_place_of_a_book_and_may_live_in_another_book(town, worker):
    person_id = town.person("李桂芳")
    first = town.claim(person_id)
    with pytest.raises(ResidencyOpen):
        town.claim(person_id, "building-2")
    town.claim(person_id, "building-a")
    town.confirm(worker, first)
    with pytest.raises(ResidencyOpen):
        town.claim(person_id, "building-2")
    town.end(worker, first)
    town.claim(person_id, "building-2")


def test_a_claim_is_taken_back_by_its_own_person_while_it_waits(town, worker):
    person_id = town.person("李桂芳")
    made = town.claim(person_id)
    with pytest.raises(ResidencyMissing):
        homes.withdraw_residency(town.desk.as_person(town.person("别人")), residency_id=made.residency.id)
    homes.withdraw_residency(town.desk.as_person(person_id), residency_id=made.residency.id)
    assert (made.residency.state, made.residency.ended_why) == ("ended", "withdrawn")
    again = town.claim(person_id)
    town.confirm(worker, again)
    with pytest.raises(ResidencyNotWaiting):
        homes.withdraw_residency(town.desk.as_person(person_id), residency_id=again.residency.id)


def test_confirmed_without_a_passbook_of_the_lists_a_person_is_its_own_owner(town, worker):
    person_id = town.person("李桂芳")
    made = town.claim(person_id)
    town.jobs()
    town.confirm(worker, made)
    assert town.resident_id(person_id) == person_id
    assert town.resident_id(person_id, "anju") is None
    assert town.jobs() == [("enrolment.settle_household", {"book": "meilihua", "resident_id": str(person_id)})]
    assert queries.get_person(worker.session, person_id).name == "李桂芳"
    for again in (homes.confirm_residency, homes.refuse_residency):
        more = {"resident_id": None} if again is homes.confirm_residency else {"reason": "x"}
        with pytest.raises(ResidencyNotWaiting):
            again(worker, book="meilihua", residency_id=made.residency.id, **more)


def test_a_passbook_is_one_accounts_until_that_ends(town, worker):
    one, other = (town.person(name) for name in ("甲", "乙"))
    first, second = town.claim(one), town.claim(other, room="502")
    town.confirm(worker, first, PASSBOOK)
    assert town.resident_id(one) == PASSBOOK
    with pytest.raises(ResidentTaken):
        town.confirm(worker, second, PASSBOOK)
    with pytest.raises(ResidentTaken):  # the account of another person, who may be confirmed one day
        town.confirm(worker, second, one)
    town.end(worker, first)
    assert town.resident_id(one) is None
    town.confirm(worker, second, PASSBOOK)
    assert town.resident_id(other) == PASSBOOK


def test_ending_is_of_what_is_in_force_and_tells_the_ledger(town, worker):
    made = town.claim(town.person("李桂芳"))
    with pytest.raises(ResidencyNotConfirmed):
        town.end(worker, made)
    town.confirm(worker, made, PASSBOOK)
    town.jobs()
    town.end(worker, made)
    assert town.jobs() == [("enrolment.settle_household", {"book": "meilihua", "resident_id": str(PASSBOOK)})]
    assert (made.residency.ended_by, made.residency.ended_why) == (worker.actor.person_id, "迁出")


def test_a_refusal_says_why_and_leaves_the_way_free(town, worker):
    person_id = town.person("李桂芳")
    made = town.claim(person_id)
    homes.refuse_residency(worker, book="meilihua", residency_id=made.residency.id, reason="查无此人")
    town.flush()
    assert (made.residency.state, made.residency.decided_why) == ("refused", "查无此人")
    town.claim(person_id)


@pytest.mark.parametrize(
    ("area", "seen"),
    [
        ("grid-1", True),
        ("building-1", True),
        ("unit-1", True),
        ("meilihua", True),
        ("street", True),
        ("grid-2", False),
        ("building-2", False),
        ("anju", False),
    ],
)
def test_whoever_covers_a_dwelling_sees_and_decides_on_it_and_nobody_else(town, area, seen):
    made = town.claim(town.person("李桂芳", PHONE), "unit-1")
    staff = town.by(town.person("网格员"), area)
    listed = list_claims(staff).items
    assert [each.residency.id for each in listed] == ([made.residency.id] if seen else [])
    assert [each.phone for each in listed] == (["138****5678"] if seen else [])
    if seen:
        town.confirm(staff, made)
    else:
        with pytest.raises(ResidencyMissing):
            town.confirm(staff, made)


def test_a_residency_of_another_book_is_none_here(town):
    made = town.claim(town.person("李桂芳"), "building-a")
    staff = town.by(town.person("网格员"), "district", Role.CLERK)
    with pytest.raises(ResidencyMissing):
        town.confirm(staff, made)
    assert list_claims(staff).items == []


def test_without_areas_a_session_has_nothing_in_its_care_and_a_demonstration_its_book(town):
    made = town.claim(town.person("李桂芳"))
    bare = replace(town.desk.uow.actor, roles=frozenset({Role.CLERK}), areas=frozenset())
    demo = replace(town.desk.uow, actor=bare)
    assert [each.residency.id for each in list_claims(demo).items] == [made.residency.id]
    assert list_claims(demo, book="anju").items == []
    session = replace(demo, actor=replace(bare, session_id=UUID(int=5)))
    assert list_claims(session).items == []


def test_claims_are_read_by_pages_the_oldest_first(town, worker):
    made = [town.claim(town.person(f"居民{n}"), room=str(500 + n)) for n in range(5)]
    page = list_claims(worker, limit=3)
    rest = list_claims(worker, limit=3, cursor=page.next_cursor)
    ids = [each.residency.id for each in [*page.items, *rest.items]]
    assert ids == [each.residency.id for each in made]
    assert rest.next_cursor is None


def test_nobody_decides_on_himself_his_household_or_his_relatives(town):
    worker_id = town.person("网格员", PHONE)
    worker = town.by(worker_id)
    own, mate = town.claim(worker_id), town.claim(town.person("妻子"))
    brother_id = town.person("弟弟")
    brother = town.claim(brother_id, room="601")
    relatives.declare_own_relative(town.desk.as_person(brother_id), phone=PHONE, kind=Kinship.SIBLING)
    town.flush()
    for home in (own, mate, brother):
        with pytest.raises(ResidencyOwn):
            town.confirm(worker, home)
        with pytest.raises(ResidencyOwn):
            homes.refuse_residency(worker, book="meilihua", residency_id=home.residency.id, reason="x")
    other = town.by(town.person("另一位"))
    for home in (own, mate, brother):
        town.confirm(other, home)
        with pytest.raises(ResidencyOwn):
            town.end(worker, home)


def test_the_database_lets_nobody_confirm_himself(town):
    person_id = town.person("李桂芳")
    made = town.claim(person_id)
    with pytest.raises(IntegrityError, match="others"):
        town.desk.uow.session.execute(
            text(
                "UPDATE identity_residencies SET state = 'confirmed', resident_id = person_id, decided_by = person_id,"
                " decided_at = now() WHERE id = :id"
            ),
            {"id": made.residency.id},
        )


def test_a_household_is_who_lives_together_and_declared_relatives_in_one_book(town, worker):
    people = {name: town.person(name) for name in ("甲", "乙", "丙", "丁", "戊")}
    owners = {name: UUID(int=number) for number, name in enumerate(people, 1)}
    made = {
        "甲": town.claim(people["甲"]),
        "乙": town.claim(people["乙"]),  # lives with 甲
        "丙": town.claim(people["丙"], room="601"),  # related to 甲
        "丁": town.claim(people["丁"], room="701"),  # related to 丙 only
        "戊": town.claim(people["戊"]),  # lives with 甲, and waits
    }
    for name in ("甲", "乙", "丙", "丁"):
        town.confirm(worker, made[name], owners[name])
    for one, other in (("甲", "丙"), ("丁", "丙")):
        ids = {"residency_id": made[one].residency.id, "other_residency_id": made[other].residency.id}
        declared = relatives.declare_relatives(worker, book="meilihua", kind=Kinship.SIBLING, **ids)

    def kin(name, book="meilihua"):
        town.flush()
        return set(queries.list_household_ids(worker.session, book, owners[name]))

    assert kin("甲") == {owners["乙"], owners["丙"]}
    assert kin("乙") == {owners["甲"]}
    assert kin("丙") == {owners["甲"], owners["丁"]}
    assert kin("甲", "anju") == set()
    relatives.end_relatives(
        worker, book="meilihua", residency_id=made["丁"].residency.id, relative_id=declared.id, reason="登记有误"
    )
    assert kin("丙") == {owners["甲"]}
    town.end(worker, made["乙"])
    assert kin("甲") == {owners["丙"]}


def test_relatives_are_declared_once_by_either_and_never_ended_by_themselves(town, worker):
    one, other = town.person("甲", PHONE), town.person("乙", "13912345678")
    by_one, by_other = (town.desk.as_person(each) for each in (one, other))
    with pytest.raises(RelativeSelf):
        relatives.declare_own_relative(by_one, phone=PHONE, kind=Kinship.OTHER)
    with pytest.raises(PersonMissing):
        relatives.declare_own_relative(by_one, phone="13700000000", kind=Kinship.OTHER)
    declared = relatives.declare_own_relative(by_one, phone="+86 139 1234 5678", kind=Kinship.SPOUSE)
    with pytest.raises(RelativeTwice):
        relatives.declare_own_relative(by_other, phone=PHONE, kind=Kinship.SPOUSE)
    for own in (by_one, by_other):
        [seen] = relatives.list_own_relatives(own, limit=5, cursor=None).items
        assert seen.id == declared.id

    home = town.claim(one)
    residency = {"book": "meilihua", "residency_id": home.residency.id}
    ending = {**residency, "relative_id": declared.id, "reason": "离婚"}
    with pytest.raises(RelativeOwn):
        relatives.end_relatives(town.by(other), **ending)
    stranger = town.claim(town.person("丙"), room="502")
    with pytest.raises(RelativeMissing):
        relatives.end_relatives(worker, **{**ending, "residency_id": stranger.residency.id})
    with pytest.raises(RelativeMissing):
        relatives.end_relatives(worker, **{**ending, "relative_id": UUID(int=1)})
    with pytest.raises(ResidencyMissing):
        relatives.list_relatives(town.by(other, "grid-2"), **residency, limit=5, cursor=None)
    relatives.end_relatives(worker, **ending)
    with pytest.raises(RelativeEnded):
        relatives.end_relatives(worker, **ending)
    [seen] = relatives.list_relatives(worker, **residency, limit=5, cursor=None).items
    assert seen.ended_why == "离婚"
    relatives.declare_own_relative(by_other, phone=PHONE, kind=Kinship.SPOUSE)


def test_whoever_closes_his_account_lives_nowhere_and_leaves_no_name(town, worker):
    person_id = town.person("李桂芳")
    here, there = town.claim(person_id), town.claim(person_id, "building-a")
    town.confirm(worker, here, PASSBOOK)
    town.jobs()
    homes.leave_homes(town.desk.as_person(person_id), person_id)
    town.flush()
    for home in (here, there):
        assert (home.residency.state, home.residency.name, home.residency.ended_why) == ("ended", "", "account closed")
    assert [args["resident_id"] for _, args in town.jobs()] == [str(PASSBOOK)]


def test_a_claim_needs_a_relation_that_there_is(town):
    assert {each.value for each in Relation} == {"owner", "family", "tenant"}
    for table, column, words in (
        ("identity_residencies", "relation", Relation),
        ("identity_residencies", "state", ResidencyState),
        ("identity_relatives", "kind", Kinship),
    ):
        rule = town.desk.uow.session.scalar(
            text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"),
            {"name": f"ck_{table}_{column}"},
        )
        assert all(f"'{word}'" in rule for word in words)
