"""Anti-fraud over HTTP: rules, lists, cases, and the resident's own."""

import base64
import json
from uuid import UUID

import pytest

from app.kernel.actor import Role
from app.risk.schemas import words
from app.risk.service import shelf
from app.risk.terms import EventKind, Outcome, Reason
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS
from tests.risk.facts import rule, rules

RESIDENT, AUDITOR = Role.RESIDENT, Role.AUDITOR
SETS = "/risk/rule-sets"


def body(*made):
    return {"definition": rules(*made).plain()}


@pytest.fixture
def held(desk, api):
    """A decision of Anna's that was held up by a published rule; its id."""
    desk.publish(rule("any", "points > 10", 60, reason=Reason.ROUND_AMOUNT))
    found = desk.decide()
    desk.uow.session.flush()
    return found.id


def test_a_version_is_saved_published_by_another_and_read_by_the_auditor(api):
    made = api.post(SETS, body(rule("any", "points > 10")))
    assert made.status_code == 201, made.text
    assert refused(api.post(f"{SETS}/1/publish", {})) == (403, "risk.rule_set_own", ["version"])
    published = api.post(f"{SETS}/1/publish", {}, name="deputy")
    assert (published.status_code, published.json["state"]) == (200, "active")
    line, built_in = api.get(SETS, AUDITOR).json["items"]
    assert (line["version"], line["rule_count"], "definition" in line) == (1, 1, False)
    assert (built_in["version"], built_in["state"]) == (0, "retired")
    assert api.get(f"{SETS}/1", AUDITOR).json["definition"] == body(rule("any", "points > 10"))["definition"]
    assert refused(api.get(f"{SETS}/99999999999", AUDITOR)) == (404, "risk.rule_set_missing", ["version"])


def test_what_comes_with_linli_can_be_sent_back_as_it_is_printed(api, app):
    printed = app.test_cli_runner().invoke(args=["risk", "show-defaults"]).output
    assert json.loads(printed) == shelf.defaults_plain()
    assert api.post(SETS, {"definition": json.loads(printed)}).status_code == 201


def test_the_rules_in_force_are_read_changed_and_saved_before_a_book_has_its_own(api):
    """Version 0, which every decision names until then: from the list to a draft with one threshold changed."""
    [built_in] = api.get(SETS, AUDITOR).json["items"]
    assert (built_in["version"], built_in["state"], built_in["proposed_at"]) == (0, "active", None)
    found = api.get(f"{SETS}/0", AUDITOR).json
    assert found["definition"] == shelf.defaults().plain()
    definition = found["definition"]
    definition["thresholds"]["redeem"]["review"] = 25
    made = api.post(SETS, {"definition": definition})
    assert (made.status_code, made.json["version"], made.json["definition"]) == (201, 1, definition)
    assert [[each["version"] for each in api.walk(SETS, limit=limit)] for limit in (1, 2, 3)] == [[1, 0]] * 3
    for act in ("publish", "retire", "shadow"):
        assert (
            refused(api.post(f"{SETS}/0/{act}", {"days": 1} if act == "shadow" else {}))[1] == "risk.rule_set_missing"
        )


def test_cases_are_found_by_who_took_them_what_they_are_about_and_how_they_ended(api, desk, held):
    other = desk.case_of(desk.decide(resident_id=BORIS))
    desk.uow.session.flush()
    mine = api.get("/risk/cases?about=resident").json["items"][1]["id"]

    def found(asked, **who):
        return [each["id"] for each in api.get(f"/risk/cases?{asked}", **who).json["items"]]

    assert found("about=shop") == found("taken_by=me") == found("label=false_positive") == []
    assert found("about=resident") == [str(other), mine]
    api.post(f"/risk/cases/{mine}/take", {})
    assert (found("taken_by=me"), found("taken_by=me", name="deputy"), found("")) == ([mine], [], [str(other)])
    assert found(f"about_id={ANNA}") == [mine]
    api.post(f"/risk/cases/{mine}/close", {"label": "false_positive", "text": "x", "revision": 1})
    assert found("label=false_positive") == found("state=closed&taken_by=me") == found(f"about_id={ANNA}") == [mine]
    assert found("taken_by=me") == found("label=confirmed_risk") == []
    assert api.get("/risk/cases?taken_by=you").status_code == 422


def test_an_appeal_that_is_right_settles_its_case_when_nothing_else_is_in_it(api, desk, held):
    """Else it is shown there, with its words, and the case is for who works on it."""
    later = desk.decide(points=70)
    desk.uow.session.flush()

    def settle(decision_id):
        api.post(f"/risk/own-decisions/{decision_id}/appeal", {"text": "是我本人"}, RESIDENT, person_id=ANNA)
        (appeal,) = api.get("/risk/appeals").json["items"]
        return api.post(f"/risk/appeals/{appeal['id']}/answer", {"overturned": True, "answer": "抱歉"})

    assert settle(held).json["state"] == "overturned"
    found = api.get(f"/risk/cases/{desk.case_of(later)}").json
    (appeal,) = found["appeals"]
    assert found["case"]["state"] == "pending"
    told = [appeal[name] for name in ("decision_id", "text", "state", "answer")]
    assert told == [str(held), "是我本人", "overturned", "抱歉"]
    settle(later.id)
    found = api.get(f"/risk/cases/{desk.case_of(later)}").json
    assert (found["case"]["state"], found["case"]["label"]) == ("closed", "false_positive")
    assert [(each["kind"], each["label"]) for each in found["events"]][:2] == [
        ("closed", "false_positive"),
        ("answered", None),
    ]


def test_a_wrong_rule_is_told_by_its_name_in_both_languages(api):
    wrong = body(rule("my-rule", 'mode =~ "a+"'))
    chinese, english = api.post(SETS, wrong), api.post(SETS, wrong, lang="en")
    assert refused(chinese) == (422, "risk.expression_forbidden", ["rules.my-rule"])
    assert "my-rule" in chinese.json["detail"]
    assert english.json["detail"].startswith("=~ has no place in the condition of rule my-rule")


WRONG = {
    "no rules": lambda plain: plain | {"rules": []},
    "too many": lambda plain: plain | {"rules": plain["rules"] * 101},
    "a threshold": lambda plain: plain | {"thresholds": plain["thresholds"] | {"redeem": {"review": 0}}},
    "a kind": lambda plain: plain | {"rules": [plain["rules"][0] | {"kinds": ["gift"]}]},
    "no kind": lambda plain: plain | {"rules": [plain["rules"][0] | {"kinds": []}]},
    "an id": lambda plain: plain | {"rules": [plain["rules"][0] | {"id": "Ä"}]},
    "a score": lambda plain: plain | {"rules": [plain["rules"][0] | {"score": 1.0}]},
    "a default": lambda plain: plain | {"rules": [plain["rules"][0] | {"defaults": {"x": [1]}}]},
    "a reason": lambda plain: plain | {"rules": [plain["rules"][0] | {"reason": "MOON"}]},
    "unknown": lambda plain: plain | {"colour": 1},
}


@pytest.mark.parametrize("case", list(WRONG))
def test_what_does_not_fit_is_refused(api, case):
    answer = api.post(SETS, {"definition": WRONG[case](body(rule("any", "points > 10"))["definition"])})
    assert answer.status_code == 422, answer.text
    assert answer.json["errors"], answer.text


def test_shadow_and_backtest_over_http(api):
    api.post(SETS, body(rule("any", "points > 10")))
    assert api.post(f"{SETS}/1/shadow", {"days": 31}).status_code == 422
    assert api.post(f"{SETS}/1/shadow", {"days": 30}).json["state"] == "shadow"
    assert api.get(f"{SETS}/1/shadow", AUDITOR).json["sums"] == []
    made = api.post(f"{SETS}/1/backtests", {"from": "2026-06-01", "to": "2026-06-15"})
    assert made.status_code == 201, made.text
    shown = api.get(f"/risk/backtests/{made.json['id']}", AUDITOR).json
    assert (shown["state"], shown["precision_percent"], shown["result"]["tried"]) == ("running", None, 0)
    assert (shown["is_partial"], shown["covered_from"]) == (True, None)
    assert [each["id"] for each in api.get("/risk/backtests", AUDITOR).json["items"]] == [made.json["id"]]
    assert api.post(f"{SETS}/1/retire", {}).json["state"] == "retired"


def test_lists_and_snoozes_over_http(api, held):
    assert api.post("/risk/lists", {"list_code": "shops", "title": "关注的店"}).status_code == 201
    assert refused(api.post("/risk/lists", {"list_code": "shops", "title": "x"})) == (
        409,
        "risk.list_taken",
        ["list_code"],
    )
    assert api.post("/risk/lists", {"list_code": "Shops", "title": "x"}).status_code == 422
    item = api.post("/risk/lists/shops/items", {"value": str(BORIS), "reason": "x"})
    assert item.status_code == 201, item.text
    assert [each["id"] for each in api.get("/risk/lists/shops/items", AUDITOR).json["items"]] == [item.json["id"]]
    assert (
        api.post(f"/risk/lists/shops/items/{item.json['id']}/remove", {"reason": "查清了"}).json["removed_why"]
        == "查清了"
    )
    assert [each["code"] for each in api.get("/risk/lists", AUDITOR).json["items"]] == ["blocked", "shops", "watched"]
    snooze = api.post(f"/risk/decisions/{held}/snooze", {"rule_id": "any", "days": 3, "reason": "x"})
    assert snooze.status_code == 201, snooze.text
    assert [each["id"] for each in api.get("/risk/snoozes", AUDITOR).json["items"]] == [snooze.json["id"]]
    assert api.post(f"/risk/snoozes/{snooze.json['id']}/end", {}).json["ended_at"]


def test_staff_read_reasons_in_their_language(api, held):
    (line,) = api.get("/risk/decisions?outcome=block_and_review", AUDITOR).json["items"]
    assert line["reasons"] == [{"code": "ROUND_AMOUNT", "text": words.REASONS[Reason.ROUND_AMOUNT]["zh"]}]
    assert refused(api.get("/risk/decisions?outcome=approve", AUDITOR)) == (422, "risk.listed_period", ["from"])
    approved = "/risk/decisions?outcome=approve&from=2026-06-15&to=2026-06-15"
    assert api.get(approved, AUDITOR).json["items"] == []
    asked = f"reason=ROUND_AMOUNT&kind=redeem&resident_id={ANNA}&from=2026-06-15&to=2026-06-15"
    assert len(api.get(f"/risk/decisions?{asked}", AUDITOR).json["items"]) == 1
    whole = api.get(f"/risk/decisions/{held}", AUDITOR, lang="en").json
    assert whole["reasons"][0]["text"] == "a large round amount"
    assert (whole["features"]["points"], whole["answers"][0]["rule"]) == (50, "any")


def test_a_case_from_the_list_to_its_label(api, held):
    (case,) = api.get("/risk/cases", AUDITOR).json["items"]
    address = f"/risk/cases/{case['id']}"
    assert api.post(f"{address}/take", {}).json["case"]["state"] == "investigating"
    assert api.post(f"{address}/comments", {"text": "问过\n本人"}).status_code == 200
    assert refused(
        api.post(f"{address}/close", {"label": "false_positive", "text": "x", "revision": 1}, name="deputy")
    )[1] == ("risk.case_taken")
    closed = api.post(
        f"{address}/close", {"label": "false_positive", "text": "没有问题", "revision": case["revision"]}
    ).json
    assert (closed["case"]["label"], closed["decisions"][0]["id"]) == ("false_positive", str(held))
    assert [each["id"] for each in api.get(f"{address}/decisions", AUDITOR).json["items"]] == [str(held)]
    assert api.get("/risk/cases?state=closed", AUDITOR).json["items"][0]["id"] == case["id"]


def test_attack_9_what_came_into_a_case_after_it_was_read_is_not_cleared_with_it(api, desk, held):
    """CaseGrew: 50 points are read, 90 more are paid under the same suspicion; the label is not said of them unseen."""
    (case,) = api.get("/risk/cases").json["items"]
    address = f"/risk/cases/{case['id']}"
    read = api.post(f"{address}/take", {}).json["case"]["revision"]
    later = desk.decide(points=90)
    assert desk.case_of(later) == UUID(case["id"])
    label = {"label": "false_positive", "text": "本人"}
    assert refused(api.post(f"{address}/close", label)) == (422, "web.invalid", ["revision"])
    grown = api.post(f"{address}/close", label | {"revision": read})
    assert refused(grown) == (409, "risk.case_grew", ["revision"])
    whole = api.get(address).json
    assert [each["points"] for each in whole["decisions"]] == [90, 50]
    assert (whole["case"]["state"], whole["case"]["revision"]) == ("investigating", read + 1)
    api.post(f"{address}/comments", {"text": "九十分的也看过"})
    assert api.post(f"{address}/close", label | {"revision": read + 1}).json["case"]["state"] == "closed"


def test_a_resident_reads_humane_words_and_appeals(api, held):
    own = api.get("/risk/own-decisions", RESIDENT, person_id=ANNA).json["items"]
    assert [each["id"] for each in own] == [str(held)]
    assert own[0]["text"] == words.humane("redeem", "block_and_review", "zh")
    told = json.dumps(own, ensure_ascii=False)
    assert "any" not in told  # neither rules nor reasons nor features
    assert "ROUND" not in told
    assert api.get("/risk/own-decisions", RESIDENT, person_id=BORIS).json["items"] == []
    address = f"/risk/own-decisions/{held}/appeal"
    assert refused(api.post(address, {"text": "x"}, RESIDENT, person_id=BORIS))[0] == 404
    appealed = api.post(address, {"text": "是我本人"}, RESIDENT, person_id=ANNA)
    assert (appealed.status_code, appealed.json["appeal_state"]) == (201, "open")
    (appeal,) = api.get("/risk/appeals", AUDITOR).json["items"]
    answered = api.post(f"/risk/appeals/{appeal['id']}/answer", {"overturned": True, "answer": "抱歉"})
    assert answered.json["state"] == "overturned", answered.text
    own = api.get("/risk/own-decisions", RESIDENT, person_id=ANNA).json["items"]
    assert (own[0]["appeal_state"], own[0]["answer"]) == ("overturned", "抱歉")


@pytest.mark.parametrize("path", ["/risk/lists", "/risk/cases", "/award-rules"])
def test_a_cursor_of_half_a_character_is_refused_as_any_that_is_not_ours(api, path):
    """CursorInvalid, where it was an error of the server."""
    half = base64.urlsafe_b64encode(b'["\\ud800"]').rstrip(b"=").decode()
    assert half == "WyJcdWQ4MDAiXQ"
    assert refused(api.get(f"{path}?cursor={half}")) == (422, "kernel.cursor_invalid", ["cursor"])


def test_every_reason_and_every_ending_has_its_words():
    assert set(words.REASONS) == set(Reason)
    for kind in EventKind:
        for outcome in Outcome:
            for lang in ("zh", "en"):
                said = words.humane(kind, outcome, lang)
                assert words.ACTS[kind][lang] in said
                if outcome is not Outcome.APPROVE:
                    assert ("申诉" if lang == "zh" else "appeal") in said


def test_the_command_line_starts_a_book(app, desk, api):
    desk.uow.session.flush()
    run = app.test_cli_runner().invoke
    assert run(args=["risk", "start-defaults", "--book", desk.code]).output == "version 1 已生效 active\n"
    assert "nothing changed" in run(args=["risk", "start-defaults", "--book", desk.code]).output
    assert run(args=["risk", "start-defaults", "--book", "nowhere"]).exit_code == 1
    assert "version 1" in run(args=["risk", "start-defaults"]).output
    assert api.get(f"{SETS}/1", AUDITOR).json["state"] == "active"
