"""Who lives together, set, corrected and ended by hand: what caps count by household."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from app.kernel.actor import Role
from tests.points.api import Api, refused
from tests.points.ledger import ANNA, BORIS, named
from tests.points.programme import Door, fact, said

DORA = named("dora")


@pytest.fixture
def api(client, bearer, acts):
    for who in (ANNA, BORIS, DORA):
        acts.award(who, 1)
    return Api(client, bearer, acts.book.code)


def join(api, who, with_, role=Role.CLERK, reason="同住", **asker):
    body = {"lives_with": str(with_), "reason": reason}
    return api.post(f"/passbooks/{who}/household", body, role, **asker)


def leave(api, who, role=Role.CLERK):
    return api.post(f"/passbooks/{who}/household/leave", {"reason": "搬走"}, role)


def home(api, who, role=Role.AUDITOR):
    answer = api.get(f"/passbooks/{who}/household", role)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_household_is_set_corrected_and_ended_with_a_reason(api):
    assert home(api, ANNA) == {"owner_id": str(ANNA), "household_id": None, "members": [], "changes": []}
    made = join(api, ANNA, BORIS)
    assert made.status_code == 200, made.text
    assert made.json["members"] == sorted([str(ANNA), str(BORIS)])
    join(api, DORA, ANNA, Role.TREASURER, reason="女儿")
    assert home(api, BORIS)["members"] == sorted(map(str, (ANNA, BORIS, DORA)))
    left = leave(api, ANNA).json
    assert (left["household_id"], left["members"]) == (None, [])
    assert [(change["reason"], change["household_id"] is None) for change in left["changes"]] == [
        ("搬走", True),
        ("同住", False),
    ]
    assert home(api, BORIS)["members"] == sorted([str(BORIS), str(DORA)])
    assert [change["reason"] for change in home(api, DORA)["changes"]] == ["女儿"]


def test_what_is_so_already_changes_nothing(api):
    for _ in range(2):
        join(api, ANNA, BORIS)
        assert len(home(api, ANNA)["changes"]) == 1
    for _ in range(2):
        leave(api, ANNA)
        assert len(home(api, ANNA)["changes"]) == 2


def test_caps_of_the_household_bind_from_then_on(api, acts):
    door = Door(acts.uow, acts.ledger)
    door.publish(household_day_max=20)
    join(api, ANNA, BORIS)
    assert said(door.award(fact(), fact(beneficiary_id=BORIS), fact(beneficiary_id=DORA))) == [15, 5, 15]
    leave(api, BORIS)
    assert said([door.one(beneficiary_id=BORIS, subject="2")]) == [15]


def test_nobody_decides_about_the_own_household(api, person, acts):
    me = person(Role.CLERK, book=acts.book.code).id
    acts.award(me, 1)
    for answer in (join(api, me, ANNA), join(api, ANNA, me), leave(api, me)):
        assert refused(answer) == (409, "points.household_own", [])
    join(api, ANNA, me, name="colleague")
    assert refused(leave(api, ANNA)) == (409, "points.household_own", [])


def test_who_is_not_there_cannot_live_with_anybody(api):
    assert refused(join(api, ANNA, uuid4()))[:2] == (404, "points.account_missing")
    assert refused(join(api, uuid4(), ANNA))[:2] == (404, "points.account_missing")
    assert refused(leave(api, uuid4()))[:2] == (404, "points.account_missing")
    assert refused(join(api, ANNA, ANNA)) == (422, "points.household_of_one", ["lives_with"])
    assert refused(api.post(f"/passbooks/{ANNA}/household/leave", {}, Role.CLERK)) == (422, "web.invalid", ["reason"])


def test_what_was_changed_stays_written(api, session):
    join(api, ANNA, BORIS)
    with pytest.raises(Exception, match="permission denied"), session.begin_nested():
        session.execute(text("DELETE FROM points_household_changes"))
