import json

import pytest

from app.kernel.actor import Role
from app.reports.errors import RuleNotForReports
from tests.points.api import NOT_WHOLE, refused
from tests.points.ledger import ANNA, BORIS, named
from tests.points.programme import publish

CLERK, RESIDENT = Role.CLERK, Role.RESIDENT


@pytest.fixture
def filed(api):
    answer = api.post("/reports", {"text": "路灯不亮\n晚上很黑", "place": "3号楼"}, RESIDENT, person_id=ANNA)
    assert answer.status_code == 201, answer.text
    return answer.json


@pytest.fixture
def accepting():
    return {}


def chosen(points):
    return {"rule": "report.chosen", "chosen_points": points}


def test_a_filed_report_is_answered_whole(filed):
    assert filed == {
        "id": filed["id"],
        "reporter_id": str(ANNA),
        "text": "路灯不亮\n晚上很黑",
        "place": "3号楼",
        "state": "filed",
        "filed_at": "2026-06-15T10:00:00+08:00",
        "text_check": "waiting",
        "photos": [],
        "decided_by": None,
        "decided_at": None,
        "reason": None,
        "rule": None,
        "award_id": None,
        "points": None,
        "budget_id": None,
        "transaction_id": None,
        "category": "other",
        "problem_id": filed["problem_id"],
        "standing": None,
        "needs_second": False,
        "seen_rule": None,
        "seen_chosen_points": None,
        "seen_points": None,
        "note": None,
    }


def test_an_auditor_reads_all_reports_and_decides_none(api, filed):
    assert api.walk("/reports", Role.AUDITOR, limit=5) == [filed]
    for answer in (
        api.post(f"/reports/{filed['id']}/accept", {}, Role.AUDITOR),
        api.post(f"/reports/{filed['id']}/reject", {"reason": "x"}, Role.AUDITOR),
    ):
        assert refused(answer) == (403, "web.role_denied", [])


def test_a_clerk_accepts_and_the_usual_points_come(acts, api, filed, accepting):
    answer = api.post(f"/reports/{filed['id']}/accept", accepting, CLERK)
    assert (answer.status_code, answer.json["state"], answer.json["points"]) == (200, "accepted", 10)
    again = api.post(f"/reports/{filed['id']}/accept", {"rule": "report.valid"}, CLERK)
    assert again.json == answer.json
    assert acts.available(ANNA) == 10


def test_a_different_second_decision_is_a_conflict(api, filed, accepting):
    rejected = api.post(f"/reports/{filed['id']}/reject", {"reason": "不属实"}, CLERK)
    assert (rejected.status_code, rejected.json["reason"]) == (200, "不属实")
    answer = api.post(f"/reports/{filed['id']}/accept", accepting, CLERK)
    assert refused(answer) == (409, "reports.already_decided", [])


def test_more_than_the_rule_pays_leaves_the_report_open(api, filed, accepting):
    answer = api.post(f"/reports/{filed['id']}/accept", chosen(10_001), CLERK)
    assert refused(answer) == (422, "points.choice_out_of_range", ["chosen_points"])
    assert [report["id"] for report in api.walk("/reports?state=filed", CLERK, limit=5)] == [filed["id"]]
    assert api.post(f"/reports/{filed['id']}/accept", accepting, CLERK).json["state"] == "accepted"


@pytest.mark.parametrize("rule", ["event", "report", "reports.valid", "vol.hours"])
def test_attack_10_a_clerk_names_no_rule_that_pays_for_something_else(api, acts, filed, rule):
    """However it was published: a choice of ten thousand, meant for a year's service, is not for a lamp."""
    publish(acts.uow, acts.ledger, rule, "chosen", points_max=10_000)
    wanted = {"rule": rule, "chosen_points": 9_000}
    answer = api.post(f"/reports/{filed['id']}/accept", wanted, CLERK)
    assert refused(answer) == (422, RuleNotForReports.code, ["rule"])
    assert "report.valid" in answer.json["detail"]
    assert [report["id"] for report in api.walk("/reports?state=filed", CLERK, limit=5)] == [filed["id"]]
    assert acts.available(ANNA) == 0
    assert refused(api.post(f"/reports/{filed['id']}/accept", {"rule": "report.none"}, CLERK))[0] == 404


def test_a_report_that_is_not_there_is_missing(api, accepting):
    answer = api.post(f"/reports/{named('nothing')}/accept", accepting, CLERK)
    assert refused(answer) == (404, "reports.report_missing", ["report_id"])
    answer = api.post(f"/reports/{named('nothing')}/reject", {"reason": "x"}, CLERK)
    assert refused(answer) == (404, "reports.report_missing", ["report_id"])


def test_residents_see_their_own_page_by_page(api, filed):
    for n in range(5):
        assert (
            api.post("/reports", {"text": f"问题 {n}", "place": "东门"}, RESIDENT, person_id=BORIS).status_code == 201
        )
    assert [report["id"] for report in api.walk("/reports", RESIDENT, limit=2, person_id=ANNA)] == [filed["id"]]
    seen = api.walk("/reports", RESIDENT, limit=2, person_id=BORIS)
    assert [report["text"] for report in seen] == [f"问题 {n}" for n in (4, 3, 2, 1, 0)]
    assert len(api.walk("/reports", CLERK, limit=2)) == 6


def test_an_unknown_state_is_refused(api):
    assert refused(api.get("/reports?state=lost", CLERK)) == (422, "web.invalid", ["state"])


@pytest.mark.parametrize("points", NOT_WHOLE[:4] + NOT_WHOLE[5:])
def test_points_are_whole_numbers(api, filed, accepting, points):
    text = json.dumps(chosen("POINTS")).replace('"POINTS"', points)
    assert refused(api.post(f"/reports/{filed['id']}/accept", text, CLERK)) == (422, "web.invalid", ["chosen_points"])


@pytest.mark.parametrize(
    ("field", "value"),
    [("text", ""), ("text", "x" * 2001), ("text", "a\x00b"), ("place", "a\nb"), ("place", "x" * 201), ("photo", "x")],
)
def test_what_does_not_fit_is_named(api, field, value):
    body = {"text": "路灯不亮", "place": "3号楼"} | {field: value}
    assert refused(api.post("/reports", body, RESIDENT)) == (422, "web.invalid", [field])


def test_roles_are_kept_apart(api, filed, accepting):
    for answer in (
        api.post("/reports", {"text": "x", "place": "y"}, CLERK),
        api.post(f"/reports/{filed['id']}/accept", accepting, RESIDENT),
        api.post(f"/reports/{filed['id']}/reject", {"reason": "x"}, Role.COORDINATOR),
        api.get("/reports", Role.CASHIER),
    ):
        assert refused(answer) == (403, "web.role_denied", [])
