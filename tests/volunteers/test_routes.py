import json
from dataclasses import replace

import pytest

from app.kernel.actor import Role
from tests.points.api import NOT_WHOLE, refused
from tests.points.ledger import ANNA, BORIS

COORDINATOR = Role.COORDINATOR
DAY = {"performed_on": "2026-06-15"}


def one(**changes):
    return {"resident_id": str(ANNA), "rule": "event", "chosen_points": 20, "activity": "楼道清扫"} | DAY | changes


def roster(*rows, **changes):
    return {"rule": "event", "activity": "河道巡查", "awards": rows} | DAY | changes


def row(points=10, who=BORIS, **changes):
    return {"resident_id": str(who), "chosen_points": points} | changes


def test_an_award_is_answered_and_listed(acts, api):
    body = one(rule="hours", chosen_points=None, minutes=45, performed_on="2026-06-14", evidence="photo:7")
    made = api.post("/awards", body, COORDINATOR)
    assert made.status_code == 201
    assert made.json == {
        "id": made.json["id"],
        "state": "awarded",
        "check_id": None,
        "resident_id": str(ANNA),
        "rule": "hours",
        "rule_version": 1,
        "activity": "楼道清扫",
        "minutes": 45,
        "events": None,
        "grade": None,
        "performed_on": "2026-06-14",
        "computed_points": 5,
        "points": 5,
        "budget_id": str(acts.ledger.budget_id),
        "allotment_id": None,
        "evidence": "photo:7",
        "coordinator_id": made.json["coordinator_id"],
        "transaction_id": made.json["transaction_id"],
        "awarded_at": "2026-06-15T10:00:00+08:00",
    }
    assert [line["award"]["id"] for line in api.walk("/awards/own", COORDINATOR, limit=5)] == [made.json["id"]]


def test_a_double_click_awards_once_also_without_a_key(acts, api):
    first, second = (api.post("/awards", one(), COORDINATOR) for _ in range(2))
    assert first.json == second.json
    assert acts.available(ANNA) == 20


def test_a_service_told_again_after_midnight_is_known_by_its_day(acts, api):
    """Without the day it would be another one: whoever sends again after midnight would pay twice."""
    undated = {name: value for name, value in one().items() if name != "performed_on"}
    assert refused(api.post("/awards", undated, COORDINATOR)) == (422, "web.invalid", ["performed_on"])
    moments = ("2026-06-15T23:59:50+08:00", "2026-06-16T00:00:10+08:00")
    first, again = (replace(api, at=at).post("/awards", one(), COORDINATOR) for at in moments)
    assert (first.json["id"], acts.available(ANNA)) == (again.json["id"], 20)
    batch = roster(row(who=BORIS))
    del batch["performed_on"]
    for path in ("/awards/batch", "/awards/preview"):
        assert refused(api.post(path, batch, COORDINATOR)) == (422, "web.invalid", ["performed_on"])


def test_the_same_key_awards_once(acts, api):
    first, second = (api.post("/awards", one(), COORDINATOR, key="k-1") for _ in range(2))
    assert first.json == second.json
    assert second.headers["Idempotency-Replayed"] == "true"
    assert acts.available(ANNA) == 20


def test_a_roster_says_row_by_row_how_it_ended(api):
    answer = api.post("/awards/batch", roster(row(), row(10_001, ANNA)), COORDINATOR, lang="en")
    assert answer.status_code == 201
    good, bad = answer.json["items"]
    assert (answer.json["awarded"], answer.json["declined"], answer.json["points"]) == (1, 1, 10)
    assert (good["state"], good["refusal"], good["points"]) == ("awarded", None, 10)
    assert (bad["state"], bad["award_id"], bad["transaction_id"], bad["points"]) == ("declined", None, None, 0)
    assert bad["refusal"]["code"] == "points.choice_out_of_range"
    assert bad["refusal"]["field"] == "chosen_points"
    assert [line["award"]["id"] for line in api.walk("/awards/own", COORDINATOR, limit=5)] == [good["award_id"]]


def test_a_preview_says_the_same_and_pays_nothing(acts, api):
    foreseen = api.post("/awards/preview", roster(row(), row(10_001, ANNA)), COORDINATOR).json
    assert (foreseen["awarded"], foreseen["declined"], foreseen["points"]) == (1, 1, 10)
    assert acts.available(BORIS) == 0
    assert api.walk("/awards/own", COORDINATOR, limit=5) == []
    done = api.post("/awards/batch", roster(row(), row(10_001, ANNA)), COORDINATOR).json
    assert [item["points"] for item in done["items"]] == [item["points"] for item in foreseen["items"]]


def test_a_roster_with_its_key_awards_once(acts, api):
    first, second = (api.post("/awards/batch", roster(row()), COORDINATOR, key="k") for _ in range(2))
    assert first.json == second.json
    assert acts.available(BORIS) == 10


def test_days_rules_and_books_that_do_not_fit(api):
    tomorrow = api.post("/awards", one(performed_on="2026-06-16"), COORDINATOR)
    assert refused(tomorrow) == (422, "points.fact_day_out_of_range", ["performed_on"])
    nowhere = api.post("/awards", one(rule="nothing"), COORDINATOR)
    assert refused(nowhere) == (404, "points.rule_missing", ["rule"])
    lacking = api.post("/awards", one(rule="hours", chosen_points=None), COORDINATOR)
    assert refused(lacking)[:2] == (422, "points.fact_incomplete")
    foreign = api.post("/awards", one(), COORDINATOR, book="elsewhere")
    assert refused(foreign) == (404, "web.book_missing", ["book"])


@pytest.mark.parametrize("points", [value for value in NOT_WHOLE if value != "null"])
def test_points_are_whole_numbers(acts, api, points):
    text = json.dumps(one(chosen_points="POINTS")).replace('"POINTS"', points)
    assert refused(api.post("/awards", text, COORDINATOR)) == (422, "web.invalid", ["chosen_points"])
    text = json.dumps(roster(row(), row(points="POINTS"))).replace('"POINTS"', points)
    assert refused(api.post("/awards/batch", text, COORDINATOR)) == (422, "web.invalid", ["awards.1.chosen_points"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("activity", ""),
        ("activity", " "),
        ("activity", "a\x00b"),
        ("activity", "a" * 201),
        ("minutes", 0),
        ("minutes", 1441),
        ("resident_id", "anna"),
        ("performed_on", "2026-13-01"),
        ("extra", 1),
        ("budget_id", "x"),
    ],
)
def test_what_does_not_fit_is_named(acts, api, field, value):
    assert refused(api.post("/awards", one(**{field: value}), COORDINATOR)) == (422, "web.invalid", [field])


@pytest.mark.parametrize("count", [0, 1001])
def test_a_roster_has_one_to_a_thousand_rows(acts, api, count):
    answer = api.post("/awards/batch", roster(*(row() for _ in range(count))), COORDINATOR)
    assert refused(answer) == (422, "web.invalid", ["awards"])


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM, COORDINATOR}))
def test_only_coordinators_award(acts, api, role):
    for answer in (
        api.post("/awards", one(), role),
        api.post("/awards/batch", roster(row()), role),
        api.get("/awards/own", role),
    ):
        assert refused(answer) == (403, "web.role_denied", [])
