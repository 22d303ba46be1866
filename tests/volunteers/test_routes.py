import json

import pytest

from app.kernel.actor import Role
from tests.points.api import NOT_WHOLE, refused
from tests.points.ledger import ANNA, BORIS, named

COORDINATOR = Role.COORDINATOR


def one(acts, **changes):
    return {
        "resident_id": str(ANNA),
        "budget_id": str(acts.ledger.budget_id),
        "points": 20,
        "activity": "楼道清扫",
    } | changes


def roster(acts, *rows, **changes):
    return {"budget_id": str(acts.ledger.budget_id), "activity": "河道巡查", "awards": rows} | changes


def row(points=10, **changes):
    return {"resident_id": str(BORIS), "points": points} | changes


def test_an_award_is_answered_and_listed(acts, api):
    made = api.post("/awards", one(acts, minutes=45, performed_on="2026-06-14"), COORDINATOR)
    assert made.status_code == 201
    assert made.json == {
        "id": made.json["id"],
        "resident_id": str(ANNA),
        "budget_id": str(acts.ledger.budget_id),
        "points": 20,
        "activity": "楼道清扫",
        "minutes": 45,
        "performed_on": "2026-06-14",
        "coordinator_id": made.json["coordinator_id"],
        "transaction_id": made.json["transaction_id"],
        "awarded_at": "2026-06-15T10:00:00+08:00",
    }
    assert api.walk("/awards", COORDINATOR, limit=5) == [made.json]


def test_the_same_key_awards_once(acts, api):
    first, second = (api.post("/awards", one(acts), COORDINATOR, key="k-1") for _ in range(2))
    assert first.json == second.json
    assert second.headers["Idempotency-Replayed"] == "true"
    assert acts.available(ANNA) == 20


def test_a_roster_says_row_by_row_how_it_ended(acts, api):
    answer = api.post("/awards/batch", roster(acts, row(), row(100_000, minutes=30)), COORDINATOR, lang="en")
    assert answer.status_code == 201
    good, bad = answer.json["items"]
    assert (answer.json["awarded"], answer.json["declined"]) == (1, 1)
    assert (good["state"], good["refusal"], bad["award_id"], bad["transaction_id"]) == ("awarded", None, None, None)
    assert bad == {
        "resident_id": str(BORIS),
        "points": 100_000,
        "state": "declined",
        "award_id": None,
        "transaction_id": None,
        "refusal": {
            "code": "points.insufficient",
            "detail": "Not enough points: 99990 available, 100000 needed.",
        },
    }
    assert [made["id"] for made in api.walk("/awards", COORDINATOR, limit=5)] == [good["award_id"]]


def test_an_award_of_more_money_than_one_posting_carries_names_the_points(acts, api):
    costly = {"sponsor_id": str(named("sponsor")), "name": "costly", "point_value_fen": 100_000}
    budget = api.post("/budgets", costly).json["id"]
    for answer in (
        api.post("/awards", one(acts, points=10**7 + 1, budget_id=budget), COORDINATOR),
        api.post("/awards/batch", roster(acts, row(), row(10**7 + 1), budget_id=budget), COORDINATOR),
    ):
        assert refused(answer) == (422, "points.too_costly", ["points"])
        assert "10000001" in answer.json["detail"]


def test_a_roster_with_its_key_awards_once(acts, api):
    first, second = (api.post("/awards/batch", roster(acts, row()), COORDINATOR, key="k") for _ in range(2))
    assert first.json == second.json
    assert acts.available(BORIS) == 10


def test_a_dry_budget_is_said_in_the_callers_language(acts, api):
    answer = api.post("/awards", one(acts, points=100_001), COORDINATOR)
    assert refused(answer) == (409, "points.insufficient", [])
    assert answer.json["detail"] == "积分不足:可用 100000,需要 100001。"


def test_days_budgets_and_books_that_do_not_fit(acts, api):
    tomorrow = api.post("/awards", one(acts, performed_on="2026-06-16"), COORDINATOR)
    assert refused(tomorrow) == (422, "volunteers.day_out_of_range", ["performed_on"])
    nowhere = api.post("/awards", one(acts, budget_id=str(named("no budget"))), COORDINATOR)
    assert refused(nowhere) == (404, "points.budget_missing", ["budget_id"])
    foreign = api.post("/awards", one(acts), COORDINATOR, book="elsewhere")
    assert refused(foreign) == (404, "web.book_missing", ["book"])


@pytest.mark.parametrize("points", NOT_WHOLE)
def test_points_are_whole_numbers(acts, api, points):
    text = json.dumps(one(acts, points="POINTS")).replace('"POINTS"', points)
    assert refused(api.post("/awards", text, COORDINATOR)) == (422, "web.invalid", ["points"])
    text = json.dumps(roster(acts, row(), row(points="POINTS"))).replace('"POINTS"', points)
    assert refused(api.post("/awards/batch", text, COORDINATOR)) == (422, "web.invalid", ["awards.1.points"])


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
    ],
)
def test_what_does_not_fit_is_named(acts, api, field, value):
    assert refused(api.post("/awards", one(acts, **{field: value}), COORDINATOR)) == (422, "web.invalid", [field])


@pytest.mark.parametrize("count", [0, 1001])
def test_a_roster_has_one_to_a_thousand_rows(acts, api, count):
    answer = api.post("/awards/batch", roster(acts, *(row() for _ in range(count))), COORDINATOR)
    assert refused(answer) == (422, "web.invalid", ["awards"])


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM, COORDINATOR}))
def test_only_coordinators_award(acts, api, role):
    for answer in (
        api.post("/awards", one(acts), role),
        api.post("/awards/batch", roster(acts, row()), role),
        api.get("/awards", role),
    ):
        assert refused(answer) == (403, "web.role_denied", [])
