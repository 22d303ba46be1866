"""Award rules over HTTP: written by one, published by another, tried on the past."""

import pytest

from app.kernel.actor import Role
from tests.points.api import Api, refused
from tests.points.ledger import ANNA
from tests.points.programme import Door, fact


@pytest.fixture
def api(client, bearer, ledger):
    return Api(client, bearer, ledger.book.code)


@pytest.fixture
def definition(ledger):
    return {"budget_id": str(ledger.budget_id), "formula": "minutes // 30 * 5", "points_max": 100}


def begin(api, code="hours"):
    return api.post("/award-rules", {"code": code, "title": "志愿时长"})


def propose(api, definition, code="hours"):
    return api.post(f"/award-rules/{code}/versions", {"definition": definition, "reason": "新学期"})


def test_a_rule_is_begun_proposed_published_and_withdrawn(api, definition):
    begun = begin(api)
    assert (begun.status_code, begun.json["code"], begun.json["current"]) == (201, "hours", None)
    proposed = propose(api, definition | {"cycle": "week", "person_day_max": 20, "grades": {"甲": 120}})
    assert (proposed.status_code, proposed.json["kind"]) == (201, "rule")
    assert proposed.json["payload"]["formula"] == "minutes // 30 * 5"
    own = api.post(f"/proposals/{proposed.json['id']}/approve", {})
    assert refused(own) == (403, "points.proposal_own", ["proposal_id"])
    assert api.post(f"/proposals/{proposed.json['id']}/approve", {}, name="deputy").status_code == 200
    current = api.get("/award-rules/hours", Role.COORDINATOR).json["current"]
    assert (current["version"], current["cycle"], current["person_day_max"]) == (1, "week", 20)
    assert current["grades"] == {"甲": 120}
    assert [rule["code"] for rule in api.walk("/award-rules", Role.AUDITOR, limit=1)] == ["hours"]
    propose(api, definition)
    versions = api.walk("/award-rules/hours/versions", Role.AUDITOR, limit=1)
    assert [(v["version"], v["published_by"] is None) for v in versions] == [(2, True), (1, False)]
    stopped = api.post("/award-rules/hours/withdraw", {})
    assert stopped.json["withdrawn_at"] is not None
    assert refused(propose(api, definition)) == (409, "points.rule_withdrawn", ["rule"])


def test_a_code_is_taken_once_and_a_rule_that_is_not_there_is_missing(api, definition):
    begin(api)
    assert refused(begin(api)) == (409, "points.rule_code_taken", ["code"])
    assert refused(propose(api, definition, "none")) == (404, "points.rule_missing", ["rule"])
    assert refused(api.get("/award-rules/none")) == (404, "points.rule_missing", ["rule"])


WRONG = {
    "budget_id": ["7", None],
    "formula": ["", None, 5, "x" * 201],
    "points_max": [0, 10_001, "5", None, 1.5],
    "cycle": ["weekly", 5, None],
    "grades": [[], {"A": 1001}, {"A": "x"}, {"x" * 21: 5}, {f"g{n}": 1 for n in range(21)}],
    "person_day_max": [0, 1_000_001, "5"],
    "person_month_max": [0],
    "household_day_max": [0],
    "household_month_max": [0],
    "validity_months": [0, 121],
    "allotment_required": [None, 1, "true"],
    "pays": [5],
}


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, values in WRONG.items() for v in values], ids=str)
def test_bad_input_is_named(api, definition, field, value):
    begin(api)
    status, code, fields = refused(propose(api, definition | {field: value}))
    assert (status, code) == (422, "web.invalid")
    assert all(name.startswith(f"definition.{field}") for name in fields)


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("minutes // events", "points.formula_divides_by_zero"),
        ("minutes * minutes * minutes", "points.formula_overflows"),
        ("1000000", "points.formula_pays_too_much"),
        ("__import__", "points.formula_word_unknown"),
        ("minutes - 5", "points.formula_negative"),
    ],
)
def test_a_formula_that_cannot_be_paid_by_is_stopped_at_saving_with_a_sentence(api, definition, formula, code):
    begin(api)
    answer = propose(api, definition | {"formula": formula})
    assert refused(answer) == (422, code, ["formula"])
    assert "公式" in answer.json["detail"]
    assert api.get("/award-rules/hours/versions").json["items"] == []


def test_a_rule_is_tried_on_the_past(api, acts, definition):
    door = Door(acts.uow, acts.ledger)
    door.publish()
    door.award(fact(), fact(subject="2", minutes=60))
    body = {
        "rule": "hours",
        "definition": definition | {"formula": "minutes // 10", "person_day_max": 12},
        "facts_of": ["hours"],
        "period": {"from": "2026-06-01", "to": "2026-06-30"},
    }
    tried = api.post("/award-rules/dry-runs", body)
    assert tried.status_code == 200, tried.text
    assert tried.json == {
        "facts": 2,
        "paid": 25,
        "would_pay": 12,
        "undecided": 0,
        "repeated": 0,
        "persons": 1,
        "people": {
            "items": [{"passbook_id": str(ANNA), "facts": 2, "paid": 25, "would_pay": 12}],
            "next_cursor": None,
        },
    }
    saved = api.post("/award-rules/dry-runs", body | {"definition": None, "version": 1})
    assert (saved.json["paid"], saved.json["would_pay"]) == (25, 25)
    both = api.post("/award-rules/dry-runs", body | {"version": 1})
    assert refused(both) == (422, "points.dry_run_unclear", ["version"])
    turned = api.post("/award-rules/dry-runs", body | {"period": {"from": "2026-06-02", "to": "2026-06-01"}})
    assert refused(turned) == (422, "points.period_reversed", ["to"])
    unknown = api.post("/award-rules/dry-runs", body | {"definition": None, "version": 9})
    assert refused(unknown) == (404, "points.rule_version_missing", ["version"])
    for change, field in (
        ({"facts_of": []}, "facts_of"),
        ({"facts_of": ["No"]}, "facts_of.0"),
        ({"period": {"from": "2026-06-01"}}, "period.to"),
        ({"period": None}, "period"),
        ({"rule": "No"}, "rule"),
    ):
        assert refused(api.post("/award-rules/dry-runs", body | change)) == (422, "web.invalid", [field])
