"""Attack 30 by relatives: what one may not do about oneself one may not do about those close to one, over HTTP."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.kernel.actor import Role
from app.risk.terms import Pivot
from tests.identity.conftest import Areas
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS, named
from tests.risk.facts import ONE, TWO, rule
from tests.risk.test_service_cases import relatives

SISTER = named("his sister")
HIM = {"person_id": TWO.id, "name": "two"}
OWN = (403, "risk.own_risk", [])
RESIDENT = Role.RESIDENT


@pytest.fixture
def held(desk):
    """A payment of his sister's that was held up."""
    relatives(desk, TWO.id, SISTER)
    desk.publish(rule("any", "points > 10", 60), rule("home", "points > 11", 1, pivot=Pivot.HOUSEHOLD))
    return desk.row(desk.decide(person_id=SISTER))


def test_attack_30_nobody_answers_the_appeal_of_a_relative(api, held):
    body = {"text": "是我本人"}
    assert api.post(f"/risk/own-decisions/{held.id}/appeal", body, RESIDENT, person_id=ANNA).status_code == 201
    (appeal,) = api.get("/risk/appeals").json["items"]
    answer = {"overturned": True, "answer": "行"}
    assert refused(api.post(f"/risk/appeals/{appeal['id']}/answer", answer, **HIM)) == OWN
    assert api.post(f"/risk/appeals/{appeal['id']}/answer", answer).json["state"] == "overturned"


def test_attack_30_nobody_silences_a_rule_about_a_relative(api, held):
    silence = {"rule_id": "any", "days": 90, "reason": "x"}
    assert refused(api.post(f"/risk/decisions/{held.id}/snooze", silence, **HIM)) == OWN
    assert api.post(f"/risk/decisions/{held.id}/snooze", silence).status_code == 201


def test_attack_30_nor_about_his_own_home_or_telephone(api, desk, held):
    session, home, install = desk.uow.session, uuid4(), b"telephone of his" * 2
    session.execute(
        text(
            "INSERT INTO identity_devices (id, person_id, install_index, model, first_seen_at, last_seen_at)"
            " VALUES (gen_random_uuid(), :who, :install, '', now(), now())"
        ),
        {"who": TWO.id, "install": install},
    )
    desk.publish(
        rule("phone", "points > 10", 60, pivot=Pivot.DEVICE), rule("home", "points > 10", 60, pivot=Pivot.HOUSEHOLD)
    )
    session.execute(
        text(
            "INSERT INTO points_households (book_id, resident_id, household_id, joined_at)"
            " VALUES (:book, :who, :home, now())"
        ),
        {"book": desk.book.id, "who": TWO.id, "home": home},
    )
    for rule_id, where in (("phone", {"device_id": UUID(bytes=install[:16])}), ("home", {"household_id": home})):
        theirs = desk.row(desk.decide(resident_id=BORIS, **where))
        silence = {"rule_id": rule_id, "days": 90, "reason": "x"}
        assert refused(api.post(f"/risk/decisions/{theirs.id}/snooze", silence, **HIM)) == OWN
        assert api.post(f"/risk/decisions/{theirs.id}/snooze", silence).status_code == 201


def test_attack_30_nobody_takes_a_relative_off_a_list_or_puts_one_on_it(api, held):
    items = "/risk/lists/watched/items"
    item = {"value": str(SISTER), "reason": "x"}
    assert refused(api.post(items, item, **HIM)) == OWN
    made = api.post(items, item).json["id"]
    assert refused(api.post(f"{items}/{made}/remove", {}, **HIM)) == (422, "web.invalid", ["reason"])
    assert refused(api.post(f"{items}/{made}/remove", {"reason": "x"}, **HIM)) == OWN
    assert api.post(f"{items}/{made}/remove", {"reason": "x"}).status_code == 200


def test_attack_30_who_answered_an_appeal_does_not_take_its_case(api, desk, held):
    """CaseJudged: the second look would be his own, once more."""
    body = {"text": "是我本人"}
    api.post(f"/risk/own-decisions/{held.id}/appeal", body, RESIDENT, person_id=ANNA)
    (appeal,) = api.get("/risk/appeals").json["items"]
    answer = {"overturned": False, "answer": "不行"}
    assert api.post(f"/risk/appeals/{appeal['id']}/answer", answer).status_code == 200
    path = f"/risk/cases/{held.case_id}"
    for rest, body in (("take", {}), ("take-over", {"text": "x"})):
        assert refused(api.post(f"{path}/{rest}", body)) == (403, "risk.case_judged", ["case_id"])
    assert api.post(f"{path}/take", {}, name="deputy").status_code == 200


PERSON = "INSERT INTO identity_people (id, name, registered_at) VALUES (:who, 'x', now())"
HOUSEHOLD = "INSERT INTO identity_households (id, area_id, room, opened_at) VALUES (:home, :area, '501', now())"
RESIDENCY = """INSERT INTO identity_residencies
    (id, person_id, household_id, book, resident_id, relation, name, state, claimed_at, decided_by, decided_at)
    VALUES (gen_random_uuid(), :who, :home, :book, :resident, 'owner', 'x', :state, now(), :by,
            CASE WHEN CAST(:by AS uuid) IS NULL THEN NULL ELSE now() END)"""


def test_attack_30_who_only_says_to_live_with_the_treasurers_keeps_them_from_no_case(api, desk):
    """He claims their dwelling: until it is confirmed he is no kin of theirs, then he is."""
    session, home, cheat = desk.uow.session, uuid4(), named("a cheat")
    areas = Areas(session).build()
    for who in (TWO.id, cheat):
        session.execute(text(PERSON), {"who": who})
    session.execute(text(HOUSEHOLD), {"home": home, "area": areas.id("anju")})
    lives = {"home": home, "book": desk.code}
    session.execute(text(RESIDENCY), lives | {"who": TWO.id, "resident": BORIS, "state": "confirmed", "by": ONE.id})
    session.execute(text(RESIDENCY), lives | {"who": cheat, "resident": None, "state": "claimed", "by": None})
    desk.publish(rule("any", "points > 10", 60))
    path = f"/risk/cases/{desk.case_of(desk.decide(person_id=cheat))}"
    assert api.post(f"{path}/comments", {"text": "x"}, **HIM).status_code == 200
    confirm = (
        "UPDATE identity_residencies SET state = 'confirmed', resident_id = :anna, decided_by = :by, decided_at = now()"
    )
    session.execute(text(f"{confirm} WHERE person_id = :who"), {"anna": ANNA, "by": ONE.id, "who": cheat})
    assert refused(api.post(f"{path}/comments", {"text": "x"}, **HIM)) == OWN
