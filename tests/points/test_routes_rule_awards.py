"""Awards by rule over HTTP: lists with preview, the register both ways, undoing, and the trace of a line."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from app.kernel.actor import Role
from app.points import errors
from app.points import service as points
from app.points.terms import OwnerKind
from tests.points.api import Api, refused, statements
from tests.points.ledger import ANNA, BORIS, SPONSOR
from tests.points.programme import TODAY, Door, fact, publish
from tests.points.test_service_awarding import allotted

LIST = {
    "rule": "hours",
    "subject": "activity-1",
    "title": "楼道保洁",
    "performed_on": "2026-06-15",
    "evidence": "photo:1",
    "rows": [{"beneficiary_id": str(ANNA), "minutes": 90}, {"beneficiary_id": str(BORIS), "minutes": 30}],
}
COORDINATOR, AUDITOR, RESIDENT = Role.COORDINATOR, Role.AUDITOR, Role.RESIDENT


@pytest.fixture
def api(client, bearer, acts):
    publish(acts.uow, acts.ledger)
    points.name_owner(acts.uow, acts.ledger.id, owner_id=SPONSOR, kind=OwnerKind.SPONSOR, name="社区基金会")
    acts.uow.session.flush()
    return Api(client, bearer, acts.ledger.book.code)


@pytest.fixture
def me(person, acts) -> UUID:
    """The coordinator of the requests."""
    return person(COORDINATOR, book=acts.ledger.book.code).id


def award(api, **changes):
    return api.post("/rule-awards", LIST | changes, COORDINATOR)


def test_a_list_is_previewed_and_then_awarded(api, acts, me):
    foreseen = api.post("/rule-awards/preview", LIST, COORDINATOR)
    assert foreseen.status_code == 200
    assert (foreseen.json["preview"], foreseen.json["points"], acts.available(ANNA)) == (True, 20, 0)
    done = award(api)
    assert (done.json["preview"], done.json["awarded"], done.json["refused"], done.json["points"]) == (False, 2, 0, 20)
    anna = done.json["items"][0]
    assert (anna["award"]["points"], anna["balance_after"], anna["replayed"], anna["refusal"]) == (15, 15, False, None)
    assert (anna["award"]["awarded_by"], anna["award"]["evidence"]) == (str(me), "photo:1")
    again = award(api).json
    assert (again["points"], again["awarded"], [item["replayed"] for item in again["items"]]) == (0, 2, [True, True])
    assert acts.available(ANNA) == 15


def test_a_row_that_is_refused_says_why_and_the_others_go_on(api):
    rows = [*LIST["rows"], {"beneficiary_id": str(uuid4())}]
    answer = award(api, rows=rows)
    assert (answer.json["awarded"], answer.json["refused"]) == (2, 1)
    assert answer.json["items"][2]["refusal"] == {
        "code": "points.fact_incomplete",
        "detail": "规则 hours 按 minutes 计分,请填写 minutes。",
    }


WRONG = [
    ({"rule": "No"}, "rule"),
    ({"rule": None}, "rule"),
    ({"subject": " x"}, "subject"),
    ({"subject": "x" * 81}, "subject"),
    ({"title": ""}, "title"),
    ({"performed_on": "2026-13-01"}, "performed_on"),
    ({"allotment_id": "1"}, "allotment_id"),
    ({"evidence": "x" * 201}, "evidence"),
    ({"rows": []}, "rows"),
    ({"rows": [LIST["rows"][0]] * 1001}, "rows"),
    ({"rows": [{"minutes": 5}]}, "rows.0.beneficiary_id"),
    ({"rows": [LIST["rows"][0] | {"minutes": 44_641}]}, "rows.0.minutes"),
    ({"rows": [LIST["rows"][0] | {"minutes": "5"}]}, "rows.0.minutes"),
    ({"rows": [LIST["rows"][0] | {"events": -1}]}, "rows.0.events"),
    ({"rows": [LIST["rows"][0] | {"grade": 5}]}, "rows.0.grade"),
    ({"rows": [LIST["rows"][0] | {"chosen_points": 10_001}]}, "rows.0.chosen_points"),
    ({"points": 5}, "points"),
]


@pytest.mark.parametrize(("change", "field"), WRONG, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("path", ["/rule-awards", "/rule-awards/preview"])
def test_bad_input_is_named(api, path, change, field):
    assert refused(api.post(path, LIST | change, COORDINATOR)) == (422, "web.invalid", [field])


def test_a_coordinator_sees_own_awards_by_rule_and_day(api, acts):
    publish(acts.uow, acts.ledger, "other", "3")
    for n in range(4):
        award(api, subject=f"s{n}", performed_on=(TODAY - timedelta(n)).isoformat(), rows=LIST["rows"][:1])
    award(api, rule="other")
    Door(acts.uow, acts.ledger).one(subject="of somebody else")
    mine = api.walk("/rule-awards/own", COORDINATOR, limit=2)
    assert [line["award"]["subject"] for line in mine] == ["activity-1", "activity-1", "s3", "s2", "s1", "s0"]
    some = api.walk(
        "/rule-awards/own?rule=hours&performed_from=2026-06-13&performed_to=2026-06-14", COORDINATOR, limit=9
    )
    assert [line["award"]["subject"] for line in some] == ["s2", "s1"]
    assert api.walk("/rule-awards/own", COORDINATOR, limit=5, name="newcomer") == []


def test_from_each_origin_to_the_awards_it_paid_in_one_query(api, acts, person, me):
    door = Door(replace(acts.uow, actor=person(COORDINATOR, book=acts.ledger.book.code)), acts.ledger)
    other = points.create_budget(acts.uow, acts.ledger.id, sponsor_id=SPONSOR, name="Other", point_value_fen=0)
    points.mint_points(acts.uow, acts.ledger.id, cause="mint other", budget_id=other.id, points=100)
    publish(acts.uow, acts.ledger, "other", "3", budget_id=other.id)
    allotment = allotted(door, spender=me)
    ids = [
        str(door.award(one)[0].record.id)
        for one in (
            fact(),
            fact(rule="other"),
            fact(subject="2", allotment_id=allotment, performed_on=date(2026, 6, 1)),
        )
    ]
    origins = {
        f"budget_id={acts.ledger.budget_id}": [ids[2], ids[0]],
        f"budget_id={other.id}": [ids[1]],
        f"sponsor_id={SPONSOR}": [ids[2], ids[1], ids[0]],
        f"allotment_id={allotment}": [ids[2]],
        f"coordinator_id={me}": [ids[2], ids[1], ids[0]],
        "rule=hours": [ids[0], ids[2]],  # by the day it was done
        f"budget_id={uuid4()}": [],
        f"sponsor_id={uuid4()}": [],
    }
    for origin, expected in origins.items():
        assert [line["award"]["id"] for line in api.walk(f"/rule-awards?{origin}", AUDITOR, limit=1)] == expected, (
            origin
        )
        with statements() as seen:
            api.get(f"/rule-awards?{origin}", AUDITOR)
        assert sum("points_awards" in statement for statement in seen) == 1, origin


def test_exactly_one_origin_is_said(api):
    for query in ("", f"?rule=hours&budget_id={uuid4()}"):
        assert refused(api.get(f"/rule-awards{query}", AUDITOR)) == (
            422,
            errors.AwardsOriginUnclear.code,
            ["budget_id"],
        )
    assert refused(api.get("/rule-awards?rule=hours&cursor=x", AUDITOR))[1] == "kernel.cursor_invalid"
    assert refused(api.get("/rule-awards?budget_id=7", AUDITOR)) == (422, "web.invalid", ["budget_id"])


def test_an_undo_is_asked_for_and_approved_by_another(api, acts):
    made = award(api).json["items"][0]["award"]
    asked = api.post(f"/rule-awards/{made['id']}/undo", {"reason": "记错人"}, COORDINATOR)
    assert (asked.status_code, asked.json["kind"], asked.json["state"]) == (201, "undo", "open")
    assert (asked.json["title"], asked.json["payload"]["points"]) == ("撤销一笔奖励", 15)
    approved = api.post(f"/proposals/{asked.json['id']}/approve", {})
    assert approved.status_code == 200, approved.text
    assert acts.available(ANNA) == 0
    line = api.get("/rule-awards/own", COORDINATOR).json["items"][1]
    assert line["undone_by_id"] == approved.json["result_id"]
    again = api.post(f"/rule-awards/{made['id']}/undo", {"reason": "?"}, COORDINATOR)
    assert refused(again) == (409, "points.already_reversed", [])
    missing = api.post(f"/rule-awards/{uuid4()}/undo", {"reason": "?"}, COORDINATOR)
    assert refused(missing) == (404, "points.award_missing", ["award_id"])
    assert refused(api.post(f"/rule-awards/{made['id']}/undo", {}, COORDINATOR)) == (422, "web.invalid", ["reason"])


def test_a_line_is_traced_to_rule_evidence_allotment_and_sponsor_in_one_query(api, acts, person, me):
    door = Door(replace(acts.uow, actor=person(COORDINATOR, book=acts.ledger.book.code)), acts.ledger)
    allotment = allotted(door, spender=me)
    points.name_owner(acts.uow, acts.ledger.id, owner_id=allotment, kind=OwnerKind.TEAM, name="三号楼志愿队")
    record = door.award(fact(allotment_id=allotment, evidence="photo:7"))[0].record
    with statements() as seen:
        trace = api.get(f"/transactions/{record.transaction_id}/trace", AUDITOR)
    assert sum("points_" in s and "points_books" not in s for s in seen) == 1
    found = trace.json
    rule = found["award"]
    assert (rule["rule"], rule["rule_version"], rule["rule_title"], rule["formula"]) == (
        "hours",
        1,
        "Rule hours",
        "minutes // 30 * 5",
    )
    assert (rule["evidence"], rule["minutes"], rule["points"], rule["sponsor_name"]) == (
        "photo:7",
        90,
        15,
        "社区基金会",
    )
    assert (rule["awarded_by"], rule["beneficiary_id"]) == (str(me), str(ANNA))
    assert (found["allotment"]["id"], found["allotment"]["holder_name"]) == (str(allotment), "三号楼志愿队")
    (source,) = found["sources"]
    assert (source["budget_id"], source["sponsor_name"]) == (str(acts.ledger.budget_id), "社区基金会")
    assert (source["points"], source["cost_fen"], source["expires_on"]) == (15, 150, "2028-06-30")


def test_a_purchase_and_an_undoing_are_traced_too(api, acts):
    record = Door(acts.uow, acts.ledger).one().record
    acts.opening(ANNA, 5, date(2026, 12, 31))
    bought = acts.redeem(ANNA, 8).subject_id
    found = api.get(f"/transactions/{bought}/trace", AUDITOR, lang="en").json
    assert (found["award"], found["allotment"], found["what"]) == (None, None, "Spent at a shop")
    assert [(s["expires_on"], s["points"], s["cost_fen"]) for s in found["sources"]] == [
        ("2026-12-31", -5, -50),
        ("2028-06-30", -3, -30),
    ]
    undone = points.undo_award(acts.uow, acts.book, award_id=record.id, reason="wrong").subject_id
    trace = api.get(f"/transactions/{undone}/trace", AUDITOR).json
    assert (trace["code"], trace["award"]["id"], trace["reverses_id"]) == (
        "clawback",
        str(record.id),
        str(record.transaction_id),
    )
    missing = api.get(f"/transactions/{uuid4()}/trace", AUDITOR)
    assert refused(missing) == (404, "points.transaction_missing", ["transaction_id"])


def test_a_resident_traces_own_lines_only(api, acts, person):
    own = person(RESIDENT, book=acts.ledger.book.code).id
    mine = Door(acts.uow, acts.ledger).one(beneficiary_id=own).record
    theirs = Door(acts.uow, acts.ledger).one().record
    found = api.get(f"/passbook/entries/{mine.transaction_id}/trace", RESIDENT).json
    assert (found["award"]["title"], found["sources"][0]["points"]) == ("楼道保洁", 15)
    assert {"actor_id", "cause"} & set(found) == set()
    assert "awarded_by" not in found["award"]
    answer = api.get(f"/passbook/entries/{theirs.transaction_id}/trace", RESIDENT)
    assert refused(answer) == (404, "points.transaction_missing", ["transaction_id"])
