from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.identity.errors import AppealedAlready, FrozenAlready, NotFrozen, PersonMissing, PhoneTaken, ThawByOwner
from app.identity.models import Person
from app.identity.service import freezing, signing_in
from app.kernel.actor import Role


@pytest.fixture
def clerk(desk):
    """Somebody with a role in the community, so known there."""
    person_id = desk.person("王芳")
    desk.hold(person_id, Role.CLERK)
    return person_id


@pytest.fixture
def admin(desk):
    return desk.as_person(desk.person("管理员"), Role.ADMIN, areas=("meilihua",))


def test_its_owner_freezes_at_once_and_only_another_thaws(desk, clerk, admin):
    owner = desk.as_person(clerk)
    freezing.freeze_own_account(owner, reason="手机丢了")
    desk.uow.session.flush()
    assert freezing.show_own_freeze(owner).reason == "手机丢了"
    with pytest.raises(FrozenAlready):
        freezing.freeze_own_account(owner, reason="again")
    with pytest.raises(ThawByOwner):
        freezing.thaw_account(desk.as_person(clerk, Role.ADMIN, areas=("meilihua",)), person_id=clerk, reason="x")
    thawed = freezing.thaw_account(admin, person_id=clerk, reason="本人到窗口核实")
    assert thawed.lifted_by == admin.actor.person_id
    desk.uow.session.flush()
    for act in (
        lambda: freezing.show_own_freeze(owner),
        lambda: freezing.thaw_account(admin, person_id=clerk, reason="x"),
        lambda: freezing.appeal(owner, text="x"),
    ):
        with pytest.raises(NotFrozen):
            act()


def test_the_database_lets_nobody_thaw_himself(desk, clerk):
    freezing.freeze_own_account(desk.as_person(clerk), reason="x")
    desk.uow.session.flush()
    with pytest.raises(IntegrityError, match="ck_identity_freezes_lifted"):
        desk.uow.session.execute(
            text("UPDATE identity_freezes SET lifted_by = person_id, lifted_at = now(), lift_reason = 'x'")
        )


def test_an_appeal_is_made_once_and_stands_in_the_list_of_its_area(desk, clerk, admin):
    freezing.freeze_account(admin, person_id=clerk, reason="刷分嫌疑")
    owner = desk.as_person(clerk)
    desk.uow.session.flush()
    assert freezing.list_appeals(admin, limit=10, cursor=None).items == []
    freezing.appeal(owner, text="我在班上")
    with pytest.raises(AppealedAlready):
        freezing.appeal(owner, text="再说一遍")
    desk.uow.session.flush()
    assert [each.appeal for each in freezing.list_appeals(admin, limit=10, cursor=None).items] == ["我在班上"]
    elsewhere = desk.as_person(UUID(int=8), Role.ADMIN, areas=("anju",))
    assert freezing.list_appeals(elsewhere, limit=10, cursor=None).items == []
    freezing.thaw_account(admin, person_id=clerk, reason="查清了")
    desk.uow.session.flush()
    assert freezing.list_appeals(admin, limit=10, cursor=None).items == []


def test_staff_freeze_and_thaw_only_whom_their_area_knows(desk, clerk, admin):
    stranger = desk.person("外地人")
    elsewhere = desk.as_person(UUID(int=8), Role.ADMIN, areas=("anju",))
    for uow, person_id in ((admin, stranger), (elsewhere, clerk), (admin, UUID(int=5))):
        with pytest.raises(PersonMissing):
            freezing.freeze_account(uow, person_id=person_id, reason="x")
        with pytest.raises(PersonMissing):
            freezing.thaw_account(uow, person_id=person_id, reason="x")


def test_a_number_is_kept_sealed_shown_masked_and_belongs_to_one(desk):
    anna, boris = desk.person("李桂芳"), desk.person("王建国")
    assert signing_in.bind_phone(desk.as_person(anna), phone="13800005678") == "138****5678"
    assert signing_in.bind_phone(desk.as_person(anna), phone="+86 13800005678") == "138****5678"
    person = desk.uow.session.get(Person, anna)
    assert b"5678" not in person.phone_sealed
    assert signing_in.phone_of(person) == "13800005678"
    with pytest.raises(PhoneTaken):
        signing_in.bind_phone(desk.as_person(boris), phone="13800005678")
    signing_in.release_phone(desk.as_person(anna))
    desk.uow.session.flush()
    assert signing_in.phone_of(person) is None
    signing_in.bind_phone(desk.as_person(boris), phone="13800005678")


def test_a_closed_account_is_nobody(desk):
    anna = desk.person("李桂芳")
    desk.uow.session.flush()
    desk.uow.session.execute(text("UPDATE identity_people SET closed_at = now()"))
    desk.uow.session.expire_all()
    for act in (
        lambda: signing_in.bind_phone(desk.as_person(anna), phone="13800005678"),
        lambda: freezing.freeze_own_account(desk.as_person(anna), reason="x"),
    ):
        with pytest.raises(PersonMissing):
            act()
