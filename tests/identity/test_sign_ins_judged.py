"""Sign-ins that are not simply let through, over HTTP: what the person reads and does, and the district office."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.identity.queries import signing_in
from app.identity.service import staff
from app.identity.service.judging import Whence
from app.kernel.actor import Role
from app.risk.service import judge_sign_in
from app.risk.terms import EventKind, Outcome, Pivot, Reason
from tests.identity.conftest import PASSWORD, code_at, headers
from tests.points.api import refused
from tests.risk.facts import rule, rules

DESK = "/v1/sign-in-risk"
MINE = "/v1/me/sign-in-decisions"
INSTALL = "a-telephone-of-somebody"


@dataclass
class Office:
    """Two of the district office, and people with WeChat."""

    client: object
    desk: object
    world: object
    officers: list

    def sign_in(self, name="王秀英", install=INSTALL):
        body = {"code": self.world.issue_code(name), "install_id": install}
        return self.client.post("/v1/sessions/wechat", json=body)

    def ask(self, method, path, body=None, *, officer=0):
        return self.client.open(f"{DESK}{path}", method=method, json=body, headers=self.officers[officer])

    def rule(self, when, outcome, **changes):
        """A rule of signing in, saved by one and published by the other."""
        usual = {"kinds": frozenset({EventKind.LOGIN}), "pivot": Pivot.PERSON, "reason": Reason.LISTED}
        made = rule("tested", when, 10, at_least=outcome, **usual | changes)
        saved = self.ask("POST", "/rule-sets", {"definition": rules(made).plain()})
        assert saved.status_code == 201, saved.text
        return self.ask("POST", f"/rule-sets/{saved.json['version']}/publish", {}, officer=1)

    def close(self, label, *, officer=0):
        [case] = self.ask("GET", "/cases").json["items"]
        assert self.ask("POST", f"/cases/{case['id']}/take", {}, officer=officer).status_code == 200
        found = {"label": label, "text": "看过了", "revision": case["revision"]}
        closed = self.ask("POST", f"/cases/{case['id']}/close", found, officer=officer)
        assert closed.status_code == 200, closed.text

    def is_paused(self, tokens):
        answer = self.client.post("/v1/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
        return answer.json["is_paused"]

    def scalar(self, query):
        return self.desk.uow.session.scalar(text(query))


def signed(tokens):
    return {"Authorization": f"Bearer {tokens['access_token']}"}


@pytest.fixture
def office(client, desk, stand_in):
    officers = [desk.holder(name, Role.DISTRICT, "district") for name in ("区办甲", "区办乙")]
    desk.uow.session.flush()
    return Office(client, desk, stand_in.world, [headers(each) for each in officers])


def test_rules_of_signing_in_take_two_of_the_district_office(office):
    made = rule("any", "device_people_30d > 5", kinds=frozenset({EventKind.LOGIN}), defaults={"device_people_30d": 0})
    saved = office.ask("POST", "/rule-sets", {"definition": rules(made).plain()})
    assert (saved.status_code, saved.json["state"]) == (201, "draft")
    assert refused(office.ask("POST", "/rule-sets/1/publish", {})) == (403, "risk.rule_set_own", ["version"])
    assert office.ask("POST", "/rule-sets/1/publish", {}, officer=1).json["state"] == "active"
    assert [each["version"] for each in office.ask("GET", "/rule-sets").json["items"]] == [1, 0]
    assert office.ask("GET", "/rule-sets/1").json["definition"]["rules"][0]["id"] == "any"
    office.ask("POST", "/rule-sets", {"definition": rules(made).plain()})
    assert office.ask("POST", "/rule-sets/2/shadow", {"days": 3}).json["state"] == "shadow"
    assert office.ask("GET", "/rule-sets/2/shadow").json["sums"] == []
    tried = office.ask("POST", "/rule-sets/2/backtests", {"from": "2026-06-01", "to": "2026-06-02"})
    assert tried.status_code == 201, tried.text
    assert office.ask("GET", f"/backtests/{tried.json['id']}").json["state"] == "running"
    assert len(office.ask("GET", "/backtests").json["items"]) == 1
    assert office.ask("POST", "/rule-sets/2/retire", {}).json["state"] == "retired"


def test_lists_and_snoozes_of_signing_in(office):
    who = office.sign_in().json["person_id"]
    made = office.ask("POST", "/lists/watched/items", {"value": who, "reason": "x"})
    assert made.status_code == 201, made.text
    office.rule("person in list_watched", Outcome.BLOCK_AND_REVIEW)
    assert office.sign_in().json["is_paused"]
    [decision] = office.ask("GET", "/decisions").json["items"]
    snoozed = office.ask("POST", f"/decisions/{decision['id']}/snooze", {"rule_id": "tested", "days": 3, "reason": "x"})
    assert snoozed.status_code == 201, snoozed.text
    office.sign_in()
    assert len(office.ask("GET", "/decisions").json["items"]) == 1
    assert [each["id"] for each in office.ask("GET", "/snoozes").json["items"]] == [snoozed.json["id"]]
    assert office.ask("POST", f"/snoozes/{snoozed.json['id']}/end", {}).json["ended_at"]
    assert [each["code"] for each in office.ask("GET", "/lists").json["items"]] == ["blocked", "watched"]
    assert len(office.ask("GET", "/lists/watched/items").json["items"]) == 1
    assert office.ask("POST", f"/lists/watched/items/{made.json['id']}/remove", {"reason": "查清了"}).json["removed_at"]
    assert office.ask("POST", "/lists", {"list_code": "farms", "title": "x"}).status_code == 201


def test_a_sign_in_that_is_declined_is_told_humanely_stays_written_and_can_be_appealed_against(office):
    office.rule("device_people_30d >= 1", Outcome.DECLINE, defaults={"device_people_30d": 0})
    answer = office.sign_in()
    assert refused(answer) == (403, "identity.sign_in_stopped", [])
    [decision] = office.ask("GET", "/decisions?outcome=decline").json["items"]
    assert decision["id"] in answer.json["detail"]
    assert office.scalar("SELECT count(*) FROM identity_sessions WHERE channel = 'mini' AND device_id IS NOT NULL") == 2
    words = {"code": office.world.issue_code("王秀英"), "text": "是我本人,换了手机"}
    appealed = office.client.post("/v1/sessions/wechat/appeal", json=words)
    assert (appealed.status_code, appealed.json["id"]) == (201, decision["id"])
    again = office.client.post("/v1/sessions/wechat/appeal", json=words | {"code": office.world.issue_code("王秀英")})
    assert again.json["code"] == "risk.appealed_before"
    nobody = {"code": office.world.issue_code("李建国"), "text": "x"}
    assert office.client.post("/v1/sessions/wechat/appeal", json=nobody).json["code"] == "risk.decision_missing"
    [appeal] = office.ask("GET", "/appeals").json["items"]
    assert appeal["text"] == "是我本人,换了手机"
    answered = office.ask("POST", f"/appeals/{appeal['id']}/answer", {"overturned": True, "answer": "请再登录"})
    assert answered.json["state"] == "overturned"


@pytest.mark.parametrize(
    ("label", "waits"), [("false_positive", False), ("valuable_alert", False), ("confirmed_risk", True)]
)
def test_a_paused_account_pays_again_when_people_have_looked_and_found_nothing(office, label, waits):
    office.rule("device_people_30d >= 1", Outcome.BLOCK_AND_REVIEW, defaults={"device_people_30d": 0})
    tokens = office.sign_in().json
    assert tokens["is_paused"]
    [mine] = office.client.get(MINE, headers=signed(tokens)).json["items"]
    assert (mine["kind"], mine["outcome"], mine["appeal_state"]) == ("login", "block_and_review", None)
    assert "rules" not in mine
    office.close(label)
    assert office.is_paused(tokens) is waits


def test_a_paused_account_pays_again_when_its_appeal_was_right(office):
    office.rule("device_people_30d >= 1", Outcome.BLOCK_AND_REVIEW, defaults={"device_people_30d": 0})
    tokens, other = office.sign_in().json, office.sign_in("李建国", "another-telephone").json
    [mine] = office.client.get(MINE, headers=signed(tokens)).json["items"]
    foreign = office.client.post(f"{MINE}/{mine['id']}/appeal", headers=signed(other), json={"text": "x"})
    assert foreign.json["code"] == "risk.decision_missing"
    appealed = office.client.post(f"{MINE}/{mine['id']}/appeal", headers=signed(tokens), json={"text": "我换了手机"})
    assert appealed.status_code == 201, appealed.text
    [appeal] = office.ask("GET", "/appeals").json["items"]
    office.ask("POST", f"/appeals/{appeal['id']}/answer", {"overturned": True, "answer": "对不起"})
    assert (office.is_paused(tokens), office.is_paused(other)) == (False, True)


def test_whoever_was_right_about_one_thing_stays_paused_over_another(office, desk):
    office.rule("device_people_30d >= 1", Outcome.BLOCK_AND_REVIEW, defaults={"device_people_30d": 0})
    tokens = office.sign_in().json
    desk.uow.session.execute(
        text("UPDATE identity_people SET paused_case = gen_random_uuid() WHERE paused_case IS NOT NULL")
    )
    [mine] = office.client.get(MINE, headers=signed(tokens)).json["items"]
    office.client.post(f"{MINE}/{mine['id']}/appeal", headers=signed(tokens), json={"text": "不是我"})
    [appeal] = office.ask("GET", "/appeals").json["items"]
    office.ask("POST", f"/appeals/{appeal['id']}/answer", {"overturned": True, "answer": "对不起"})
    assert office.is_paused(tokens)


@pytest.fixture
def at_desk(desk, keyring):
    """Somebody of the staff signs in at the desk, judged by anti-fraud; his session."""
    person_id, secret = desk.enrol("wang.fang")

    def sign_in(address="203.0.113.7"):
        tokens = staff.sign_in_at_desk(
            desk.uow,
            keyring,
            username="wang.fang",
            password=PASSWORD,
            totp=code_at(secret, desk.uow.now, steps=1),
            recovery_code=None,
            whence=Whence(judge_sign_in, address),
        )
        desk.uow.session.flush()
        return tokens

    return person_id, sign_in


def test_a_paused_member_of_staff_reads_on_without_the_roles_that_take_two(office, desk, at_desk):
    person_id, sign_in = at_desk
    desk.hold(person_id, Role.TREASURER)
    desk.hold(person_id, Role.CLERK)
    office.rule('mode == "desk"', Outcome.BLOCK_AND_REVIEW)
    tokens = sign_in()
    assert tokens.is_paused
    [decision] = office.ask("GET", f"/decisions?person_id={person_id}").json["items"]
    whole = office.ask("GET", f"/decisions/{decision['id']}").json
    assert (whole["features"]["mode"], whole["device_id"], whole["features"]["device_age_hours"]) == (
        "desk",
        None,
        None,
    )
    cases, reports = (f"/v1/books/meilihua/{path}" for path in ("risk/cases", "reports"))
    assert office.client.get(cases, headers=headers(tokens)).status_code == 403
    assert office.client.get(reports, headers=headers(tokens)).status_code == 404  # past the guard: no book here
    office.close("false_positive")
    assert office.client.get(cases, headers=headers(tokens)).status_code == 404


def test_what_is_known_at_a_sign_in_is_told_and_what_is_not_is_missing(office):
    def facts():
        names = ("account_age_days", "device_age_hours", "risk_rank", "is_first_seen_address")
        found = office.desk.uow.session.execute(
            text("SELECT features FROM risk_decisions WHERE kind = 'login' ORDER BY id DESC LIMIT 1")
        ).scalar_one()
        return [found[name] for name in names]

    office.sign_in()
    assert facts() == [0, 0, None, None]
    office.sign_in()
    assert facts() == [0, 0, None, False]
    elsewhere = office.client.post(
        "/v1/sessions/wechat",
        json={"code": office.world.issue_code("王秀英"), "install_id": INSTALL},
        environ_base={"REMOTE_ADDR": "198.51.100.20"},
    )
    assert elsewhere.status_code == 201
    assert facts() == [0, 0, None, True]


def test_new_accounts_of_a_network_are_counted_for_a_week_and_up_to_a_limit(office, monkeypatch):
    def newcomers(name, address="203.0.113.7", days=0):
        office.world.add_people([name])
        body = {"code": office.world.issue_code(name), "install_id": f"{INSTALL}-{name}"}
        clock = {"Linli-Demo-Clock": (office.desk.uow.now + timedelta(days=days)).isoformat()}
        answer = office.client.post(
            "/v1/sessions/wechat", json=body, headers=clock, environ_base={"REMOTE_ADDR": address}
        )
        assert answer.status_code == 201, answer.text
        query = "SELECT features FROM risk_decisions WHERE kind = 'login' ORDER BY decided_at DESC, id DESC LIMIT 1"
        return office.desk.uow.session.scalars(text(query)).one()["network_new_accounts_7d"]

    assert [newcomers("甲"), newcomers("乙"), newcomers("甲")] == [1, 2, 2]
    assert newcomers("丙", "203.0.113.99", days=3) == 3, "the first three bytes are the network"
    assert newcomers("丁", "198.51.100.7", days=3) == 1
    assert newcomers("丙", "198.51.100.7", days=3) == 2
    assert newcomers("戊", days=8) == 2, "those of the first day are new no longer"
    assert newcomers("甲", days=8) is None
    monkeypatch.setattr(signing_in, "NEWCOMERS_MAX", 1)
    assert newcomers("己", days=8) == 2


def test_rules_that_cannot_be_asked_let_everybody_in_to_read_and_somebody_looks(office):
    office.desk.uow.session.execute(
        text(
            "INSERT INTO risk_rule_sets (book_id, version, id, definition, state, proposed_by, proposed_at,"
            " published_by, published_at) VALUES (0, 1, gen_random_uuid(), '{}', 'active', gen_random_uuid(), now(),"
            " gen_random_uuid(), now())"
        )
    )
    answer = office.sign_in()
    assert (answer.status_code, answer.json["is_paused"]) == (201, False)
    [decision] = office.ask("GET", "/decisions").json["items"]
    assert (decision["outcome"], [each["code"] for each in decision["reasons"]]) == ("review", ["ENGINE_FAILED"])
    assert "version 1" in decision["failure"]
