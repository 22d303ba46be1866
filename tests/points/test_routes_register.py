"""The register over HTTP: both ways, undoing, and the trace of a line."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from app.kernel.actor import Role
from app.points import errors
from app.points import service as points
from app.points.terms import OwnerKind
from tests.points.api import Api, refused, statements
from tests.points.ledger import ANNA, SPONSOR
from tests.points.programme import TODAY, Door, fact, publish
from tests.points.test_service_awarding import allotted

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


@pytest.fixture
def award(api, acts, person):
    """Facts told by the coordinator of the requests; answers the record of the first."""
    uow = replace(acts.uow, actor=person(COORDINATOR, book=acts.ledger.book.code))
    return lambda *facts, **changes: Door(uow, acts.ledger).award(*(facts or (fact(**changes),)))[0].record


def test_a_coordinator_sees_own_awards_by_rule_and_day(api, acts, award):
    publish(acts.uow, acts.ledger, "other", "3")
    for n in range(4):
        award(subject=f"s{n}", performed_on=TODAY - timedelta(n))
    award(rule="other")
    Door(acts.uow, acts.ledger).one(subject="of somebody else")
    mine = api.walk("/awards/own", COORDINATOR, limit=2)
    assert [line["award"]["subject"] for line in mine] == ["activity-1", "s3", "s2", "s1", "s0"]
    some = api.walk("/awards/own?rule=hours&performed_from=2026-06-13&performed_to=2026-06-14", COORDINATOR, limit=9)
    assert [line["award"]["subject"] for line in some] == ["s2", "s1"]
    assert api.walk("/awards/own", COORDINATOR, limit=5, name="newcomer") == []


def test_from_each_origin_to_the_awards_it_paid_in_one_query(api, acts, person, me):
    door = Door(replace(acts.uow, actor=person(COORDINATOR, book=acts.ledger.book.code)), acts.ledger)
    other = points.create_budget(acts.uow, acts.ledger.id, sponsor_id=SPONSOR, name="Other", point_value_fen=0)
    points.mint_points(acts.uow, acts.ledger.id, cause="mint other", budget_id=other.id, points=100)
    publish(acts.uow, acts.ledger, "other", "3", budget_id=other.id)
    allotment = allotted(door, spender=me)
    ids = [
        str(door.award(one)[0].record.id)
        for one in (
            fact(evidence="签到表 6月15日 第1页"),
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
        "subject=activity-1": [ids[1], ids[0]],
        "evidence=签到表 6月15日 第1页": [ids[0]],
        "evidence=签到表": [],
        f"budget_id={uuid4()}": [],
        f"sponsor_id={uuid4()}": [],
    }
    for origin, expected in origins.items():
        assert [line["award"]["id"] for line in api.walk(f"/awards?{origin}", AUDITOR, limit=1)] == expected, origin
        with statements() as seen:
            api.get(f"/awards?{origin}", AUDITOR)
        assert sum("points_awards" in statement for statement in seen) == 1, origin


def test_exactly_one_origin_is_said(api):
    for query in ("", f"?rule=hours&budget_id={uuid4()}"):
        assert refused(api.get(f"/awards{query}", AUDITOR)) == (
            422,
            errors.AwardsOriginUnclear.code,
            ["budget_id"],
        )
    assert refused(api.get("/awards?rule=hours&cursor=x", AUDITOR))[1] == "kernel.cursor_invalid"
    assert refused(api.get("/awards?budget_id=7", AUDITOR)) == (422, "web.invalid", ["budget_id"])


def test_an_undo_is_asked_for_and_approved_by_another(api, acts, award):
    award(subject="another")
    made = {"id": str(award().id)}
    asked = api.post(f"/awards/{made['id']}/undo", {"reason": "记错人"}, COORDINATOR)
    assert (asked.status_code, asked.json["kind"], asked.json["state"]) == (201, "undo", "open")
    assert (asked.json["title"], asked.json["payload"]["points"]) == ("撤销一笔奖励", 15)
    approved = api.post(f"/proposals/{asked.json['id']}/approve", {})
    assert approved.status_code == 200, approved.text
    assert acts.available(ANNA) == 15
    line = api.get("/awards/own", COORDINATOR).json["items"][0]
    assert line["undone_by_id"] == approved.json["result_id"]
    again = api.post(f"/awards/{made['id']}/undo", {"reason": "?"}, COORDINATOR)
    assert refused(again) == (409, "points.already_reversed", [])
    missing = api.post(f"/awards/{uuid4()}/undo", {"reason": "?"}, COORDINATOR)
    assert refused(missing) == (404, "points.award_missing", ["award_id"])
    assert refused(api.post(f"/awards/{made['id']}/undo", {}, COORDINATOR)) == (422, "web.invalid", ["reason"])


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


@pytest.mark.parametrize("claw_back", [True, False])
def test_one_treasurer_alone_takes_no_award_back(api, acts, award, claw_back):
    record = award()
    body = {"reason": "alone", "claw_back": claw_back}
    answer = api.post(f"/transactions/{record.transaction_id}/reverse", body)
    assert refused(answer) == (409, errors.AwardTakesTwo.code, ["transaction_id"])
    assert str(record.id) in answer.json["detail"]
    assert acts.available(ANNA) == 15
