from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.identity.errors import (
    AreaMissing,
    GrantBySame,
    GrantEnded,
    GrantMissing,
    GrantNotWaiting,
    GrantToSelf,
    GrantTwice,
    PeriodBackwards,
    PersonMissing,
    RoleBeyond,
    ShopNeeded,
)
from app.identity.service import granting, signing_in
from app.kernel.actor import Role

SHOP = UUID(int=9)
POWERFUL = [Role.TREASURER, Role.AUDITOR, Role.ADMIN]


@pytest.fixture
def people(desk):
    """Two administrators of the community, and somebody who is nothing yet."""
    return [desk.person(name) for name in ("管理员甲", "管理员乙", "王芳")]


def by(desk, person_id, area="meilihua", role=Role.ADMIN):
    return desk.as_person(person_id, role, areas=(area,))


def grant(desk, uow, person_id, role=Role.CLERK, *, area="meilihua", **details):
    given = {"unit_id": None, "shop_id": None, "valid_from": None, "valid_to": None, "reason": "值班", **details}
    given = {"takes_shop": lambda *_: True, **given}
    made = granting.grant_role(uow, person_id=person_id, role=role, area_id=desk.areas.id(area), **given)
    uow.session.flush()
    return made


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.CLERK, Role.GRID_WORKER])
def test_an_everyday_role_is_granted_by_one(desk, people, role):
    made = grant(desk, by(desk, people[0]), people[2], role)
    assert (made.takes_two, made.granted_by, made.reason) == (False, people[0], "值班")
    with pytest.raises(GrantNotWaiting):
        granting.approve_grant(by(desk, people[1]), grant_id=made.id)


def test_a_district_office_is_made_by_two_of_its_own(desk, people):
    made = grant(desk, by(desk, people[0], "district", Role.DISTRICT), people[2], Role.DISTRICT, area="district")
    with pytest.raises(RoleBeyond):
        granting.approve_grant(by(desk, people[1], "district"), grant_id=made.id)  # an administrator of all of it
    approver = by(desk, people[1], "district", Role.DISTRICT)
    assert granting.approve_grant(approver, grant_id=made.id).approved_by == people[1]


@pytest.mark.parametrize("role", POWERFUL)
def test_a_powerful_role_takes_two_others_and_neither_is_who_gets_it(desk, people, role):
    made = grant(desk, by(desk, people[0]), people[2], role)
    for wrong in (people[0], people[2]):
        with pytest.raises(GrantBySame):
            granting.approve_grant(by(desk, wrong), grant_id=made.id)
    approved = granting.approve_grant(by(desk, people[1]), grant_id=made.id)
    assert approved.approved_by == people[1]
    with pytest.raises(GrantNotWaiting):
        granting.approve_grant(by(desk, people[1]), grant_id=made.id)


BY_ONE = """
    INSERT INTO identity_grants (id, person_id, role, area_id, valid_from, reason, granted_by, granted_at, takes_two)
    SELECT gen_random_uuid(), person_id, role, area_id, now(), 'x', granted_by, now(), false FROM identity_grants"""
WRONG = [
    "UPDATE identity_grants SET approved_by = granted_by, approved_at = now()",
    "UPDATE identity_grants SET approved_by = person_id, approved_at = now()",
    BY_ONE,
    BY_ONE.replace(
        "SELECT gen_random_uuid(), person_id, role,", "SELECT gen_random_uuid(), person_id, 'clerk',"
    ).replace("'x', granted_by", "'x', person_id"),
]


@pytest.mark.parametrize("sql", WRONG)
def test_the_database_itself_holds_that_two_are_two(desk, people, sql):
    grant(desk, by(desk, people[0]), people[2], Role.TREASURER)
    with pytest.raises(IntegrityError, match="ck_identity_grants_"):
        desk.uow.session.execute(text(sql))


def test_nobody_grants_himself(desk, people):
    with pytest.raises(GrantToSelf):
        grant(desk, by(desk, people[0]), people[0])


def test_the_district_office_is_granted_by_the_district_office_only(desk, people):
    with pytest.raises(RoleBeyond):
        grant(desk, by(desk, people[0], "district"), people[2], Role.DISTRICT, area="district")
    office = by(desk, people[0], "district", Role.DISTRICT)
    assert grant(desk, office, people[2], Role.DISTRICT, area="district").takes_two


@pytest.mark.parametrize(("role", "shop"), [(Role.CASHIER, None), (Role.CLERK, SHOP)])
def test_a_cashier_needs_a_shop_and_nobody_else_has_one(desk, people, role, shop):
    with pytest.raises(ShopNeeded):
        grant(desk, by(desk, people[0]), people[2], role, shop_id=shop)
    assert grant(desk, by(desk, people[0]), people[2], Role.CASHIER, shop_id=SHOP).shop_id == SHOP


@pytest.mark.parametrize(("starts", "ends"), [(None, -1), (None, 0), (5, 5), (-9, -8)])
def test_a_period_ends_after_it_begins_and_after_now(desk, people, starts, ends):
    now = desk.uow.now
    since = None if starts is None else now + timedelta(days=starts)
    with pytest.raises(PeriodBackwards):
        grant(desk, by(desk, people[0]), people[2], valid_from=since, valid_to=now + timedelta(days=ends))


def test_the_same_role_in_the_same_area_is_granted_once_while_it_lasts(desk, people):
    admin = by(desk, people[0])
    first = grant(desk, admin, people[2])
    with pytest.raises(GrantTwice):
        grant(desk, admin, people[2])
    grant(desk, admin, people[2], Role.COORDINATOR)
    grant(desk, admin, people[2], area="building-1")
    granting.end_grant(admin, grant_id=first.id, reason="调走")
    desk.uow.session.flush()
    second = grant(desk, admin, people[2], valid_to=desk.uow.now + timedelta(days=1))
    later = replace(admin, now=admin.now + timedelta(days=1))
    assert grant(desk, later, people[2]).id != second.id


def test_an_administrator_rules_his_area_and_below_and_nothing_else(desk, people):
    admin = by(desk, people[0])
    grant(desk, admin, people[2], area="building-1")
    for area in ("anju", "street", "district", "nowhere"):
        with pytest.raises(AreaMissing):
            grant(desk, admin, people[2], area=area)
    street = by(desk, people[1], "street")
    there = grant(desk, street, people[2], area="anju")
    for act in (
        lambda: granting.end_grant(admin, grant_id=there.id, reason="x"),
        lambda: granting.approve_grant(admin, grant_id=there.id),
        lambda: granting.end_grant(admin, grant_id=UUID(int=5), reason="x"),
    ):
        with pytest.raises(GrantMissing):
            act()
    assert granting.end_grant(street, grant_id=there.id, reason="x").ended_by == people[1]


def test_a_role_ends_once_and_a_waiting_one_may_be_refused(desk, people):
    made = grant(desk, by(desk, people[0]), people[2], Role.TREASURER)
    granting.end_grant(by(desk, people[1]), grant_id=made.id, reason="不合适")
    for act in (
        lambda: granting.end_grant(by(desk, people[0]), grant_id=made.id, reason="x"),
        lambda: granting.approve_grant(by(desk, people[1]), grant_id=made.id),
    ):
        with pytest.raises(GrantEnded):
            act()


def test_nobody_who_is_not_there_is_granted_anything(desk, people):
    with pytest.raises(PersonMissing):
        grant(desk, by(desk, people[0]), UUID(int=5))


def test_grants_are_listed_by_area_and_by_person_within_ones_own_areas(desk, people):
    admin, street = by(desk, people[0]), by(desk, people[1], "street")
    here, below = grant(desk, admin, people[2]), grant(desk, admin, people[2], area="building-1")
    there = grant(desk, street, people[2], area="anju")

    def listed(uow, **what):
        query = {"area_id": None, "person_id": None, "limit": 10, "cursor": None, **what}
        return [each.id for each in granting.list_grants(uow, **query).items]

    assert listed(admin, area_id=desk.areas.id("meilihua")) == [here.id]
    assert listed(admin, person_id=people[2]) == [below.id, here.id]
    assert listed(street, person_id=people[2]) == [there.id, below.id, here.id]
    assert listed(street, person_id=people[2], area_id=desk.areas.id("anju")) == [there.id]
    with pytest.raises(AreaMissing):
        listed(admin, area_id=desk.areas.id("anju"))
    with pytest.raises(AreaMissing):
        listed(admin)
    own = granting.list_own_grants(desk.as_person(people[2]), limit=2, cursor=None)
    assert [each.id for each in own.items] == [there.id, below.id]
    assert own.next_cursor


def test_somebody_is_found_by_his_whole_number(desk, people):
    signing_in.bind_phone(desk.as_person(people[2]), phone="138 0000 5678")
    assert granting.find_person(by(desk, people[0]), phone="+8613800005678").id == people[2]
    with pytest.raises(PersonMissing):
        granting.find_person(by(desk, people[0]), phone="13800005679")


def test_the_operator_sets_up_the_first_administrators(desk, people):
    made = granting.set_up_first(desk.uow, person_id=people[2], role=Role.DISTRICT, area_id=desk.areas.id("district"))
    assert made.approved_at is not None
    with pytest.raises(PersonMissing):
        granting.set_up_first(desk.uow, person_id=UUID(int=5), role=Role.ADMIN, area_id=desk.areas.id("district"))
