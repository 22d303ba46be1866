from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.identity.errors import (
    ClosingUnconfirmed,
    GuardianMissing,
    GuardianshipEnded,
    GuardianshipMissing,
    GuardianshipToSelf,
    GuardianshipTwice,
    PeriodBackwards,
    PersonMissing,
)
from app.identity.models import Person, WechatUser
from app.identity.service import closing, guardianships, signing_in
from app.identity.terms import GuardianKind, Side
from app.kernel.actor import Role

PHONE, OTHER = "13800005678", "13900005678"


def bound(desk, name, phone):
    """Somebody who has bound a number."""
    person_id = desk.person(name)
    signing_in.bind_phone(desk.as_person(person_id), phone=phone)
    desk.uow.session.flush()
    return person_id


@pytest.fixture
def daughter(desk):
    return bound(desk, "女儿", PHONE)


@pytest.fixture
def clerk(desk):
    return desk.as_person(desk.person("王芳"), Role.CLERK, areas=("meilihua",))


def made(uow, book="meilihua", **changes):
    given = {
        "name": "奶奶",
        "guardian_phone": PHONE,
        "kind": GuardianKind.HELPER,
        "reason": "行动不便",
        "valid_to": None,
    }
    found = guardianships.open_ward(uow, book=book, **given | changes)
    uow.session.flush()
    return found


def granted(uow, ward_id, book="meilihua", **changes):
    given = {"guardian_phone": OTHER, "kind": GuardianKind.HELPER, "reason": "x", "valid_to": None}
    found = guardianships.grant_guardianship(uow, book=book, ward_id=ward_id, **given | changes)
    uow.session.flush()
    return found


def chosen(uow, phone=PHONE, valid_to=None):
    found = guardianships.choose_helper(uow, guardian_phone=phone, reason="女儿", valid_to=valid_to)
    uow.session.flush()
    return found


def may_act(desk, guardian_id, ward_id, book="meilihua"):
    desk.uow.session.flush()
    return guardianships.queries.find_guardianship(
        desk.uow.session, guardian_id=guardian_id, ward_id=ward_id, book=book, now=desk.uow.now
    )


def test_staff_make_an_account_for_who_has_no_wechat_and_say_who_acts(desk, clerk, daughter):
    given = made(clerk, guardian_phone="+86 138-0000-5678")
    assert (given.guardian_id, given.book, given.granted_by) == (daughter, "meilihua", clerk.actor.person_id)
    assert desk.uow.session.get(Person, given.ward_id).name == "奶奶"
    assert may_act(desk, daughter, given.ward_id).id == given.id
    assert may_act(desk, daughter, given.ward_id, "anju") is None
    assert may_act(desk, given.ward_id, daughter) is None
    shown = guardianships.list_guardianships(clerk, book="meilihua", ward_id=None, limit=9, cursor=None).items
    assert [(each.ward_name, each.guardian_name) for each in shown] == [("奶奶", "")]
    assert guardianships.list_guardianships(clerk, book="anju", ward_id=None, limit=9, cursor=None).items == []


def test_another_may_act_for_a_ward_of_this_community_and_of_no_other(desk, clerk, daughter):
    ward_id = made(clerk).ward_id
    son = bound(desk, "儿子", OTHER)
    assert granted(clerk, ward_id).guardian_id == son
    for uow, whose, book in (
        (clerk, ward_id, "anju"),
        (clerk, desk.person("外地人"), "meilihua"),
        (clerk, UUID(int=5), "anju"),
    ):
        with pytest.raises(PersonMissing):
            granted(uow, whose, book)
    with pytest.raises(GuardianshipTwice):
        granted(clerk, ward_id)


def test_a_number_nobody_has_bound_and_ones_own_are_refused(desk, clerk, daughter):
    with pytest.raises(GuardianMissing):
        made(clerk, guardian_phone="13700000000")
    own = desk.as_person(daughter, Role.CLERK)
    for act in (lambda: made(own), lambda: chosen(own)):
        with pytest.raises(GuardianshipToSelf):
            act()
    with pytest.raises(PeriodBackwards):
        made(clerk, valid_to=desk.uow.now)


def test_somebody_chooses_a_helper_for_everything_until_a_day(desk, daughter):
    elder = desk.as_person(desk.person("奶奶"))
    given = chosen(elder, valid_to=desk.uow.now + timedelta(days=30))
    assert (given.kind, given.book) == ("helper", None)
    for book in ("meilihua", "anju", None):
        assert may_act(desk, daughter, given.ward_id, book) is not None
    assert may_act(desk.at(timedelta(days=30)), daughter, given.ward_id) is None
    with pytest.raises(GuardianshipTwice):
        chosen(elder)
    late = replace(elder, now=elder.now + timedelta(days=31))
    assert chosen(late).ward_id == given.ward_id  # the first is over


@pytest.mark.parametrize("side", ["ward_id", "guardian_id"])
def test_either_side_ends_it_once_and_strangers_do_not(desk, daughter, side):
    given = chosen(desk.as_person(desk.person("奶奶")))
    end = {"guardianship_id": given.id, "reason": "不用了"}
    with pytest.raises(GuardianshipMissing):
        guardianships.end_own_guardianship(desk.as_person(desk.person("外人")), **end)
    owner = desk.as_person(getattr(given, side))
    assert guardianships.end_own_guardianship(owner, **end).ended_why == "不用了"
    assert may_act(desk, daughter, given.ward_id) is None
    with pytest.raises(GuardianshipEnded):
        guardianships.end_own_guardianship(owner, **end)
    with pytest.raises(GuardianshipMissing):
        guardianships.end_own_guardianship(owner, guardianship_id=UUID(int=5), reason="x")


def test_staff_end_what_their_community_gave_and_nothing_else(desk, clerk, daughter):
    given, private = made(clerk), chosen(desk.as_person(desk.person("爷爷")))
    for guardianship_id, book in ((given.id, "anju"), (private.id, "meilihua"), (UUID(int=5), "meilihua")):
        with pytest.raises(GuardianshipMissing):
            guardianships.end_guardianship(clerk, book=book, guardianship_id=guardianship_id, reason="x")
    guardianships.end_guardianship(clerk, book="meilihua", guardianship_id=given.id, reason="搬走")
    assert may_act(desk, daughter, given.ward_id) is None


def test_both_see_it_and_what_was_done(desk, clerk, daughter):
    given = made(clerk)
    ward, guardian = desk.as_person(given.ward_id), desk.as_person(daughter)
    acting = replace(ward, actor=replace(ward.actor, acted_by=daughter, session_id=UUID(int=6), book="meilihua"))
    guardianships.record_proxy_act(acting, "POST /v1/books/<book>/reports")
    guardianships.record_proxy_act(ward, "POST /v1/books/<book>/reports")  # himself: nothing to write down
    desk.uow.session.flush()
    for uow, side, other in ((ward, Side.WARD, Side.GUARDIAN), (guardian, Side.GUARDIAN, Side.WARD)):
        assert [each.guardianship.id for each in own(uow)] == [given.id]
        (seen,) = guardianships.list_proxy_acts(uow, side=side, limit=9, cursor=None).items
        assert (seen.guardian_id, seen.ward_id, seen.book) == (daughter, given.ward_id, "meilihua")
        assert (seen.route, seen.request_id) == ("POST /v1/books/<book>/reports", "test")
        assert guardianships.list_proxy_acts(uow, side=other, limit=9, cursor=None).items == []
    assert own(desk.as_person(desk.person("外人"))) == []


def own(uow):
    return guardianships.list_own_guardianships(uow, limit=9, cursor=None).items


def test_staff_close_the_account_of_a_ward_they_made_and_of_nobody_who_signs_in(desk, clerk, daughter):
    ward_id, elder = made(clerk).ward_id, desk.person("爷爷")
    chosen(desk.as_person(elder))
    member, _ = desk.enrol("wang.fang")
    for whose, book in ((ward_id, "anju"), (elder, "meilihua"), (member, "meilihua"), (UUID(int=5), "meilihua")):
        with pytest.raises(PersonMissing):
            closing.close_ward(clerk, book=book, ward_id=whose, confirm="注销")
    with pytest.raises(ClosingUnconfirmed):
        closing.close_ward(clerk, book="meilihua", ward_id=ward_id, confirm="x")
    closing.close_ward(clerk, book="meilihua", ward_id=ward_id, confirm="注销")
    desk.uow.session.flush()
    assert desk.uow.session.get(Person, ward_id).name == ""
    with pytest.raises(PersonMissing):
        closing.close_ward(clerk, book="meilihua", ward_id=ward_id, confirm="注销")


@pytest.mark.parametrize("signs_in", ["wechat", "desk"])
def test_who_signs_in_closes_himself_although_staff_let_somebody_act_for_him(desk, clerk, daughter, signs_in):
    """Staff may have let somebody act for him as for a ward of theirs; a way in of his own comes before that."""
    ward_id = made(clerk).ward_id
    if signs_in == "desk":
        desk.enrol("nai.nai", ward_id)
    else:
        desk.uow.session.add(
            WechatUser(
                app_id="wx1", openid_index=b"i" * 32, openid_sealed=b"x", person_id=ward_id, bound_at=desk.uow.now
            )
        )
        desk.uow.session.flush()
    with pytest.raises(PersonMissing):
        closing.close_ward(clerk, book="meilihua", ward_id=ward_id, confirm="注销")


@pytest.mark.parametrize("side", ["ward_id", "guardian_id"])
def test_a_closed_account_is_nobodys_ward_or_guardian(desk, clerk, daughter, side):
    given = made(clerk)
    closing.close_account(desk.uow, person_id=getattr(given, side))
    desk.uow.session.flush()
    desk.uow.session.refresh(given)
    assert given.ended_at == desk.uow.now
    assert may_act(desk, daughter, given.ward_id) is None


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("granted_by = guardian_id", "others"),
        ("ward_id = guardian_id", "others"),
        ("book = NULL", "granted"),
        ("book = NULL, granted_by = ward_id, kind = 'child'", "granted"),
        ("valid_to = valid_from", "period"),
    ],
)
def test_the_database_knows_who_may_make_whom_a_guardian(desk, clerk, daughter, change, constraint):
    made(clerk)
    names = ("ward_id", "guardian_id", "kind", "book", "reason", "valid_from", "valid_to", "granted_by", "granted_at")
    changes = dict(part.split(" = ") for part in change.split(", "))
    values = ", ".join(changes.get(name, name) for name in names)
    source = "FROM identity_guardianships"
    statement = f"INSERT INTO identity_guardianships (id, {', '.join(names)}) SELECT :id, {values} {source}"
    with pytest.raises(IntegrityError, match=f"ck_identity_guardianships_{constraint}"):
        desk.uow.session.execute(text(statement), {"id": desk.uow.new_id()})
