"""Allotments over HTTP."""

from dataclasses import replace

import pytest

from app.kernel.actor import Role
from app.points import service as points
from app.points.terms import POINTS_MAX, OwnerKind
from tests.points.api import NOT_WHOLE, Api, refused, statements
from tests.points.ledger import ANNA, BORIS, Acts, named, open_ledger

STATION = named("station")
ZHANG = named("zhang")  # a coordinator


@pytest.fixture
def api(client, bearer, uow, ledger):
    points.name_owner(uow, ledger.id, owner_id=STATION, kind=OwnerKind.STATION, name="一号站")
    uow.session.flush()
    return Api(client, bearer, ledger.book.code)


def body(ledger, **other):
    return {
        "budget_id": str(ledger.budget_id),
        "holder_kind": "station",
        "holder_id": str(STATION),
        "period_from": "2026-06-01",
        "period_to": "2026-06-30",
        "points": 500,
        "spender_ids": [str(ZHANG)],
    } | other


def allot(api, ledger, **other):
    answer = api.post("/allotments", body(ledger, **other))
    assert answer.status_code == 201, answer.text
    return answer.json["allotment"]["id"]


def test_a_treasurer_hands_points_on_and_everybody_concerned_sees_them(api, ledger, person):
    made = api.post("/allotments", body(ledger))
    assert made.status_code == 201
    treasurer = person(Role.TREASURER, book=api.book)
    assert made.json["spender_ids"] == [str(ZHANG)]
    assert made.json["allotment"] | {"id": ""} == {
        "id": "",
        "budget_id": str(ledger.budget_id),
        "budget_name": "Budget",
        "holder_kind": "station",
        "holder_id": str(STATION),
        "holder_name": "一号站",
        "period_from": "2026-06-01",
        "period_to": "2026-06-30",
        "points": 500,
        "points_left": 500,
        "state": "open",
        "allotted_by": str(treasurer.id),
        "allotted_at": "2026-06-15T10:00:00+08:00",
        "closed_by": None,
        "closed_at": None,
        "returned_points": None,
    }
    path = f"/allotments/{made.json['allotment']['id']}"
    for role, who in ((Role.TREASURER, None), (Role.AUDITOR, None), (Role.COORDINATOR, ZHANG)):
        assert api.get(path, role, person_id=who).json == made.json
    assert refused(api.get(path, Role.COORDINATOR, person_id=BORIS)) == (
        404,
        "points.allotment_missing",
        ["allotment_id"],
    )


def test_coordinators_see_their_own_with_what_is_left(api, ledger, acts):
    mine, other, old = (allot(api, ledger, **asked) for asked in ({}, {"spender_ids": []}, {"points": 9}))
    acts.award_allotted(other, ANNA, 1)
    acts.award_allotted(mine, ANNA, 120)
    api.post(f"/allotments/{old}/close", {})
    seen = api.get("/my-allotments", Role.COORDINATOR, person_id=ZHANG).json["items"]
    assert [(each["id"], each["points_left"], each["state"]) for each in seen] == [
        (old, 0, "closed"),
        (mine, 380, "open"),
    ]
    assert {each["period_to"] for each in seen} == {"2026-06-30"}
    assert api.get("/my-allotments", Role.COORDINATOR, person_id=BORIS).json["items"] == []


def test_lists_are_paged_and_filtered_in_a_fixed_number_of_reads(api, ledger, uow):
    points.name_owner(uow, ledger.id, owner_id=named("two"), kind=OwnerKind.STATION, name="二号站")
    uow.session.flush()
    ids = [allot(api, ledger, holder_id=str(STATION if n % 2 else named("two"))) for n in range(6)]
    api.post(f"/allotments/{ids[1]}/close", {})
    ids.reverse()
    assert [each["id"] for each in api.walk("/allotments", limit=2)] == ids
    assert [each["id"] for each in api.walk("/my-allotments", Role.COORDINATOR, limit=4, person_id=ZHANG)] == ids
    ones = [each["id"] for each in api.walk(f"/allotments?holder_id={STATION}", Role.AUDITOR, limit=2)]
    assert ones == [ids[0], ids[2], ids[4]]
    assert [each["id"] for each in api.get("/allotments?state=closed").json["items"]] == [ids[4]]
    both = api.get(f"/allotments?state=open&holder_id={STATION}").json["items"]
    assert [each["id"] for each in both] == [ids[0], ids[2]]
    counts = set()
    for limit in (1, 6):
        for path, role in (("/allotments", Role.TREASURER), ("/my-allotments", Role.COORDINATOR)):
            with statements() as run:
                api.get(f"{path}?limit={limit}", role, person_id=ZHANG)
            counts.add(len(run))
    assert counts == {5}  # the book, the allotments, what is left, the holders' names, the budgets'


def test_an_allotment_takes_more_points_and_people_and_closes_early(api, ledger, acts):
    path = f"/allotments/{allot(api, ledger)}"
    more = api.post(f"{path}/points", {"points": 100})
    assert (more.status_code, more.json["allotment"]["points"], more.json["allotment"]["points_left"]) == (
        200,
        600,
        600,
    )
    both = api.post(f"{path}/spenders", {"person_ids": [str(BORIS)]})
    assert set(both.json["spender_ids"]) == {str(ZHANG), str(BORIS)}
    assert api.get(path, Role.COORDINATOR, person_id=BORIS).status_code == 200
    one = api.post(f"{path}/spenders/remove", {"person_ids": [str(BORIS)]})
    assert one.json["spender_ids"] == [str(ZHANG)]
    assert refused(api.get(path, Role.COORDINATOR, person_id=BORIS))[0] == 404
    closed = api.post(f"{path}/close", {})
    assert (closed.json["allotment"]["state"], closed.json["allotment"]["returned_points"]) == ("closed", 600)
    assert acts.trial()["sponsor_budget"] == 100_000
    for what, asked in (("points", {"points": 1}), ("spenders", {"person_ids": [str(ANNA)]}), ("close", {})):
        assert refused(api.post(f"{path}/{what}", asked)) == (409, "points.allotment_closed", ["allotment_id"])


def test_a_key_hands_over_once(api, ledger, acts):
    first, second = (api.post("/allotments", body(ledger), key="k") for _ in range(2))
    assert first.json == second.json
    path = f"/allotments/{first.json['allotment']['id']}/points"
    assert api.post(path, {"points": 5}, key="m").json == api.post(path, {"points": 5}, key="m").json
    assert acts.trial()["allotment"] == 505


def test_a_budget_that_has_too_little_may_be_asked_again_under_the_same_key(api, ledger, acts):
    answer = api.post("/allotments", body(ledger, points=100_001), key="k", lang="en")
    assert refused(answer) == (409, "points.budget_insufficient", ["points"])
    assert answer.json["detail"] == "The budget has not enough points: 100000 available, 100001 needed."
    assert api.get("/allotments").json["items"] == []
    acts.fund(10)
    acts.mint(1)
    acts.uow.session.flush()
    assert api.post("/allotments", body(ledger, points=100_001), key="k").status_code == 201


def test_when_the_period_is_over_nothing_is_added(api, ledger):
    path = f"/allotments/{allot(api, ledger)}"
    later = replace(api, at="2026-07-01T00:00:00+08:00")
    answer = later.post(f"{path}/points", {"points": 1})
    assert refused(answer) == (409, "points.allotment_over", ["allotment_id"])
    assert "2026-06-30" in answer.json["detail"]
    assert later.post(f"{path}/close", {}).json["allotment"]["returned_points"] == 500


@pytest.mark.parametrize(
    ("other", "code", "field"),
    [
        ({"period_from": "2026-07-01"}, "points.period_reversed", "period_to"),
        ({"period_to": "2026-06-14"}, "points.period_past", "period_to"),
        ({"holder_id": str(named("nobody"))}, "points.holder_missing", "holder_id"),
        ({"holder_kind": "team"}, "points.holder_missing", "holder_id"),
        ({"budget_id": str(named("no budget"))}, "points.budget_missing", "budget_id"),
        ({"budget_id": "x"}, "web.invalid", "budget_id"),
        ({"holder_kind": "shop"}, "web.invalid", "holder_kind"),
        ({"holder_id": 5}, "web.invalid", "holder_id"),
        ({"period_from": "1.6.2026"}, "web.invalid", "period_from"),
        ({"period_to": "2026-02-30"}, "web.invalid", "period_to"),
        ({"period_to": None}, "web.invalid", "period_to"),
        ({"spender_ids": "x"}, "web.invalid", "spender_ids"),
        ({"spender_ids": ["x"]}, "web.invalid", "spender_ids.0"),
        ({"spender_ids": [str(named(f"p{n}")) for n in range(201)]}, "web.invalid", "spender_ids"),
        ({"more": 1}, "web.invalid", "more"),
    ],
)
def test_a_wrong_value_is_named(api, ledger, other, code, field):
    assert refused(api.post("/allotments", body(ledger, **other)))[1:] == (code, [field])


@pytest.mark.parametrize("value", [*NOT_WHOLE, "0", str(POINTS_MAX + 1)])
def test_points_are_a_whole_number_in_range(api, ledger, value):
    raw = str(body(ledger)).replace("'", '"').replace('"points": 500', f'"points": {value}')
    assert refused(api.post("/allotments", raw)) == (422, "web.invalid", ["points"])
    more = api.post(f"/allotments/{allot(api, ledger)}/points", f'{{"points": {value}}}')
    assert refused(more) == (422, "web.invalid", ["points"])


@pytest.mark.parametrize("query", ["state=over", "holder_id=x", "limit=0", "cursor=x", "more=1"])
def test_a_wrong_filter_is_named(api, query):
    answer = refused(api.get(f"/allotments?{query}"))
    assert answer[0] == 422
    assert answer[2] == [query.split("=")[0]]


@pytest.mark.parametrize("people", [[], None, "x", [5], [str(named(f"p{n}")) for n in range(201)]])
def test_people_are_one_to_two_hundred(api, ledger, people):
    path = f"/allotments/{allot(api, ledger)}/spenders"
    for each in (path, f"{path}/remove"):
        answer = api.post(each, {"person_ids": people})
        assert answer.status_code == 422
        assert answer.json["errors"][0]["field"].startswith("person_ids")


def test_an_allotment_of_another_book_is_missing(api, uow, ledger):
    there = Acts(uow, open_ledger(uow)).allot(STATION, 5)
    uow.session.flush()
    for answer in (
        api.get(f"/allotments/{there}"),
        api.post(f"/allotments/{there}/points", {"points": 1}),
        api.post(f"/allotments/{there}/spenders", {"person_ids": [str(ANNA)]}),
        api.post(f"/allotments/{there}/spenders/remove", {"person_ids": [str(ANNA)]}),
        api.post(f"/allotments/{there}/close", {}),
    ):
        assert refused(answer) == (404, "points.allotment_missing", ["allotment_id"])
