"""Attack 15 and pauses, over HTTP: whom a refused sign-in pauses, who may appeal, and what closing an account ends."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.identity.service import closing, sessions
from app.identity.terms import PAUSES_REMEMBERED
from app.risk.errors import AppealLate
from app.risk.queries import list_heard_on, list_stored
from app.risk.service import appeal_sign_in
from app.risk.terms import APPEAL_DAYS, CLEARED_SNOOZE_DAYS, HEARD_FOR, Outcome, Pivot
from tests.identity.test_account_farm import estate
from tests.identity.test_sign_ins_judged import MINE, office, signed
from tests.points.api import refused

__all__ = ["estate", "office"]

FARM = {"pivot": Pivot.DEVICE, "defaults": {"device_people_30d": 0}}
NAMES = ["甲", "乙", "丙", "丁"]


def shown(office, tokens):
    return office.client.get(MINE, headers=signed(tokens)).json["items"]


def appeal(office, tokens, decision):
    path = f"{MINE}/{decision['id']}/appeal"
    return office.client.post(path, headers=signed(tokens), json={"text": "我有自己的手机"})


def device_of(desk):
    """The installation that the newest decision was made on."""
    return desk.uow.session.scalar(text("SELECT device_id FROM risk_decisions ORDER BY id DESC LIMIT 1"))


def answer(office, *, overturned):
    [waits] = office.ask("GET", "/appeals").json["items"]
    body = {"overturned": overturned, "answer": "核对过"}
    done = office.ask("POST", f"/appeals/{waits['id']}/answer", body)
    assert done.status_code == 200, done.text


@pytest.fixture
def farm(office):
    """Three accounts of one device, and the fourth whose sign-in is refused; all of them are paused over it."""
    office.world.add_people(NAMES)
    office.rule("device_people_30d >= 4", Outcome.DECLINE, **FARM)
    made = [office.sign_in(name).json for name in NAMES[:3]]
    assert [each["is_paused"] for each in made] == [False] * 3
    assert refused(office.sign_in(NAMES[3]))[:2] == (403, "identity.sign_in_stopped")
    return made


def test_attack_15_whose_sign_in_is_refused_does_not_go_on_paying_from_another_device(office):
    at_home = office.sign_in().json
    office.rule("device_people_30d >= 1", Outcome.DECLINE, defaults={"device_people_30d": 0})
    assert not office.is_paused(at_home)
    assert office.sign_in(install="another-telephone").status_code == 403
    assert office.client.get("/v1/me", headers=signed(at_home)).status_code == 200
    assert office.is_paused(at_home)
    [decision] = shown(office, at_home)
    assert decision["outcome"] == "decline"
    assert appeal(office, at_home, decision).status_code == 201
    answer(office, overturned=True)
    assert not office.is_paused(at_home)


def test_attack_15_with_a_refused_sign_in_the_farm_is_paused_whole(office, farm):
    assert [office.is_paused(each) for each in farm] == [True] * 3
    office.close("false_positive")
    assert [office.is_paused(each) for each in farm] == [False] * 3


def test_attack_15_whoever_is_paused_with_others_is_told_and_heard(office, farm):
    first, second, third = farm
    decisions = [shown(office, each) for each in farm]
    assert [[each["outcome"] for each in one] for one in decisions] == [["block_and_review"]] * 3
    assert len({one[0]["id"] for one in decisions}) == 3
    foreign = appeal(office, second, decisions[0][0])
    assert refused(foreign)[:2] == (404, "risk.decision_missing")
    assert appeal(office, first, decisions[0][0]).status_code == 201
    answer(office, overturned=True)
    assert [office.is_paused(each) for each in farm] == [False, True, True]
    assert appeal(office, third, decisions[2][0]).status_code == 201
    answer(office, overturned=False)
    assert office.is_paused(third)
    [heard] = shown(office, third)
    assert heard["appeal_state"] == "upheld"


def test_whoever_was_right_is_not_paused_again_by_the_next_sign_in_of_the_farm(office, farm):
    assert appeal(office, farm[0], shown(office, farm[0])[0]).status_code == 201
    answer(office, overturned=True)
    assert office.sign_in(NAMES[3]).status_code == 403
    assert [office.is_paused(each) for each in farm] == [False, True, True]


def test_whoever_was_right_is_not_paused_by_his_own_next_sign_in_there_for_ninety_days(office, farm, desk):
    """He is refused still, as the rule says; his account goes on where it is signed in. Another device is another."""
    first = farm[0]
    assert appeal(office, first, shown(office, first)[0]).status_code == 201
    answer(office, overturned=True)
    assert office.sign_in(NAMES[0]).status_code == 403
    assert [office.is_paused(each) for each in farm] == [False, True, True]
    heard = list_heard_on(desk.uow.session, 0, device_of(desk), since=desk.uow.now - HEARD_FOR, limit=9)
    assert [str(each) for each in heard] == [first["person_id"]]
    assert timedelta(days=90) == HEARD_FOR
    late = desk.uow.now + timedelta(days=91) - HEARD_FOR
    assert list_heard_on(desk.uow.session, 0, device_of(desk), since=late, limit=9) == []
    assert list_heard_on(desk.uow.session, 0, UUID(first["person_id"]), since=desk.uow.now - HEARD_FOR, limit=9) == []


def test_whoever_was_right_is_not_paused_again_when_the_case_was_closed_meanwhile(office, farm):
    first = farm[0]
    assert appeal(office, first, shown(office, first)[0]).status_code == 201
    answer(office, overturned=True)
    office.close("confirmed_risk", officer=1)
    assert office.sign_in(NAMES[3]).status_code == 403
    assert [office.is_paused(each) for each in farm] == [False, True, True], "over another case"


@pytest.mark.parametrize("label", ["false_positive", "valuable_alert", "confirmed_risk"])
def test_a_device_that_people_cleared_is_left_alone_for_thirty_days(office, farm, label):
    office.close(label)
    again = office.sign_in(NAMES[3])
    if label == "confirmed_risk":
        assert again.status_code == 403
        assert office.ask("GET", "/snoozes").json["items"] == []
        return
    assert again.status_code in {200, 201}
    assert [office.is_paused(each) for each in farm] == [False] * 3
    [snooze] = office.ask("GET", "/snoozes").json["items"]
    assert (snooze["rule"], snooze["pivot"], snooze["reason"]) == ("tested", "device", "看过了")
    days = datetime.fromisoformat(snooze["expires_at"]) - datetime.fromisoformat(snooze["snoozed_at"])
    assert days == timedelta(days=CLEARED_SNOOZE_DAYS)


def test_of_whoever_is_paused_with_others_the_office_sees_by_what_and_no_numbers(office, farm):
    [case] = office.ask("GET", "/cases").json["items"]
    ids = [each["id"] for each in office.ask("GET", "/decisions").json["items"]]
    rows = [office.ask("GET", f"/decisions/{each}").json for each in ids]
    assert {each["case_id"] for each in rows} == {case["id"]}
    [began] = [each for each in rows if each["outcome"] == "decline"]
    others = {each["person_id"]: each["features"] for each in rows if each is not began}
    assert others == {each["person_id"]: {"paused_with": began["id"]} for each in farm}


def test_what_pauses_others_is_no_sign_in_that_rules_are_tried_on(office, farm, desk):
    now = desk.uow.now
    span = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=1)}
    stored = list_stored(desk.uow.session, 0, **span, before=None, limit=100)
    assert sorted(each.outcome for each in stored) == ["approve"] * 3 + ["decline"]


def test_a_paused_account_is_heard_after_sixty_days_and_another_is_not(office, farm, desk):
    first, second, _ = farm
    decisions = [shown(office, each)[0] for each in (first, second)]
    assert APPEAL_DAYS == 60
    late = desk.at(timedelta(days=APPEAL_DAYS + 1))
    desk.uow.session.execute(
        text("UPDATE identity_people SET paused_at = NULL, paused_case = NULL WHERE id = :id"),
        {"id": first["person_id"]},
    )
    with pytest.raises(AppealLate):
        appeal_sign_in(late.as_person(UUID(first["person_id"])), decision_id=UUID(decisions[0]["id"]), text="x")
    heard = appeal_sign_in(late.as_person(UUID(second["person_id"])), decision_id=UUID(decisions[1]["id"]), text="x")
    assert heard.appeal is not None


# --- closing an account


def close(desk, tokens, *, days=0):
    """As the job does, some days from now."""
    desk.uow.session.expire_all()
    closing.close_account(desk.at(timedelta(days=days)).uow, person_id=UUID(tokens["person_id"]))
    desk.uow.session.flush()


def test_attack_30_an_officer_does_not_unpause_his_brother_by_answering_the_appeal(office, farm, desk):
    """The other officer does."""
    first = farm[0]
    assert appeal(office, first, shown(office, first)[0]).status_code == 201
    grants = text("SELECT person_id FROM identity_grants WHERE role = 'district' ORDER BY id LIMIT 1")
    officer = desk.uow.session.scalar(grants)
    values = {"officer": officer, "brother": first["person_id"]}
    desk.uow.session.execute(
        text(
            "INSERT INTO identity_relatives (id, person_id, relative_id, kind, declared_by, declared_at)"
            " VALUES (gen_random_uuid(), :officer, :brother, 'sibling', :officer, now())"
        ),
        values,
    )
    [waits] = office.ask("GET", "/appeals").json["items"]
    body = {"overturned": True, "answer": "行"}
    tried = office.ask("POST", f"/appeals/{waits['id']}/answer", body)
    assert refused(tried) == (403, "risk.own_risk", [])
    assert office.is_paused(first)
    assert office.ask("POST", f"/appeals/{waits['id']}/answer", body, officer=1).status_code == 200
    assert not office.is_paused(first)


def kept(desk):
    return desk.uow.session.scalar(text("SELECT count(*) FROM identity_closed_pauses"))


def test_attack_15_a_farm_that_closes_its_accounts_and_begins_anew_is_paused_still(office, farm, desk):
    for each in farm:
        close(desk, each)
    assert kept(desk) == 3
    again = office.sign_in(NAMES[0], "a-telephone-never-seen").json
    assert again["person_id"] != farm[0]["person_id"]
    assert again["is_paused"]
    assert kept(desk) == 2, "the account knows it now"
    [decision] = shown(office, again)
    assert appeal(office, again, decision).status_code == 201
    answer(office, overturned=True)
    assert not office.is_paused(again)
    close(desk, again)
    assert not office.sign_in(NAMES[0], "a-telephone-never-seen").json["is_paused"], "people have looked"


def test_attack_15_over_and_over_it_stays_paused(office, farm, desk):
    tokens = farm[0]
    for number in range(3):
        close(desk, tokens)
        tokens = office.sign_in(NAMES[0], f"telephone-number-{number}").json
        assert tokens["is_paused"]


def test_what_is_kept_of_a_closed_account_names_nobody(office, farm, desk):
    close(desk, farm[0])
    [row] = desk.uow.session.execute(text("SELECT * FROM identity_closed_pauses")).mappings()
    assert set(row) == {"app_id", "openid_index", "case_id", "closed_at"}
    assert len(row["openid_index"]) == 32


def test_whoever_was_not_paused_begins_anew_as_anybody(office, desk):
    tokens = office.sign_in().json
    close(desk, tokens)
    assert kept(desk) == 0
    assert not office.sign_in().json["is_paused"]


@pytest.mark.parametrize(("label", "waits"), [("false_positive", False), ("confirmed_risk", True)])
def test_when_people_found_nothing_the_closed_account_is_forgotten(office, farm, desk, label, waits):
    close(desk, farm[0])
    office.close(label)
    assert (kept(desk) == 1) is waits
    assert office.sign_in(NAMES[0], "a-telephone-never-seen").json["is_paused"] is waits


def test_a_closed_account_is_forgotten_after_180_days(office, farm, desk):
    close(desk, farm[0], days=1 - PAUSES_REMEMBERED.days)
    close(desk, farm[1], days=-PAUSES_REMEMBERED.days)
    paused = [office.sign_in(name, f"telephone-number-{ord(name)}").json["is_paused"] for name in NAMES[:2]]
    assert paused == [True, False]
    assert (kept(desk), sessions.purge_sessions(desk.uow), kept(desk)) == (1, 1, 0)


def test_attack_15_the_first_of_a_farm_that_nobody_asked_may_appeal_as_rules_come(estate):
    """With the rules that come with Linli: the eighth account pauses the seven before it."""
    names = [f"账号{number}" for number in range(8)]
    estate.world.add_people(names)
    tokens = [estate.sign_in(name, "the-device-of-a-farm").json for name in names]
    first = estate.client.get(MINE, headers=signed(tokens[0])).json["items"]
    assert [each["outcome"] for each in first] == ["block_and_review"]
    asked = estate.client.post(f"{MINE}/{first[0]['id']}/appeal", headers=signed(tokens[0]), json={"text": "我是住户"})
    assert asked.status_code == 201, asked.text
