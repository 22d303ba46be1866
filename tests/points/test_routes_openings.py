from dataclasses import replace

import pytest

from app.kernel.actor import Role
from app.points import service as points
from tests.points.api import Api, refused
from tests.points.ledger import ANNA, BORIS, named, open_ledger

RESIDENTS = [named(f"resident {n}") for n in range(20)]


@pytest.fixture
def api(client, bearer, ledger):
    return Api(client, bearer, ledger.book.code)


def row(resident, points_, number, expires_on="2027-01-31"):
    return {"resident_id": str(resident), "points": points_, "expires_on": expires_on, "passbook_no": number}


def take_over(api, ledger, *rows, **more):
    return api.post("/opening-balances", {"budget_id": str(ledger.budget_id), "rows": rows}, **more)


# --- paper passbooks


def test_paper_passbooks_are_taken_over_once_each(api, ledger):
    rows = [row(ANNA, 30, "0001"), row(BORIS, 40, "0002", "2026-06-15")]
    first = take_over(api, ledger, *rows).json
    assert (first["taken_over"], first["refused"]) == (2, 0)
    assert first["rows"][0] | {"transaction_id": ""} == {
        "passbook_no": "0001",
        "resident_id": str(ANNA),
        "transaction_id": "",
        "points": 30,
        "cost_fen": 300,
        "balance_after": 30,
        "replayed": False,
        "refusal": None,
    }
    second = take_over(api, ledger, *rows, row(ANNA, 5, "0003")).json
    assert [line["replayed"] for line in second["rows"]] == [True, True, False]
    assert [line["transaction_id"] for line in second["rows"][:2]] == [line["transaction_id"] for line in first["rows"]]
    assert api.get("/passbook", Role.RESIDENT, person_id=ANNA).json["available"] == 35


def test_a_passbook_number_with_other_content_is_refused_in_its_row_alone(api, ledger):
    take_over(api, ledger, row(ANNA, 30, "0001"))
    answer = take_over(api, ledger, row(ANNA, 31, "0001"), row(BORIS, 1, "0002"), lang="en")
    assert answer.status_code == 200
    wrong, right = answer.json["rows"]
    assert wrong["refusal"]["code"] == "points.cause_reused"
    assert "0001" in wrong["refusal"]["detail"]
    assert wrong["transaction_id"] is None
    assert right["refusal"] is None


def test_rows_a_budget_could_not_pay_are_taken_over_after_it_was_filled(api, client, bearer, uow):
    small = open_ledger(uow, minted=50, value_fen=0)
    uow.session.flush()
    api = Api(client, bearer, small.book.code)
    rows = [row(ANNA, 40, "0001"), row(BORIS, 40, "0002")]
    first = take_over(api, small, *rows).json
    assert (first["taken_over"], first["refused"]) == (1, 1)
    assert first["rows"][1]["refusal"] == {
        "code": "points.insufficient",
        "detail": "积分不足:可用 10,需要 40。",
    }
    take_over(api, small, *rows)
    assert api.mint(small.budget_id, 100).status_code == 200
    again = take_over(api, small, *rows).json
    assert (again["taken_over"], again["refused"]) == (2, 0)
    assert [line["replayed"] for line in again["rows"]] == [True, False]
    assert [line["replayed"] for line in take_over(api, small, *rows).json["rows"]] == [True, True]


def test_a_number_twice_in_one_list_is_refused_by_its_rows(api, ledger):
    answer = take_over(api, ledger, row(ANNA, 1, "1"), row(BORIS, 2, "2"), row(BORIS, 3, "1"))
    assert refused(answer) == (422, "web.invalid", ["rows.0.passbook_no", "rows.2.passbook_no"])


def test_a_row_of_more_money_than_one_posting_carries_stops_the_list(api, client, bearer, uow):
    costly = open_ledger(uow, minted=1, value_fen=100_000)
    uow.session.flush()
    answer = take_over(Api(client, bearer, costly.book.code), costly, row(ANNA, 1, "1"), row(BORIS, 10**7 + 1, "2"))
    assert refused(answer) == (422, "points.too_costly", ["points"])
    assert "10000001" in answer.json["detail"]


def test_a_passbook_that_lapsed_before_today_stops_the_list(api, ledger):
    answer = take_over(api, ledger, row(ANNA, 1, "1"), row(BORIS, 2, "2", "2026-06-14"))
    assert refused(answer) == (422, "points.expiry_date_past", ["expires_on"])
    assert "2026-06-14" in answer.json["detail"]
    assert api.get("/passbook", Role.RESIDENT, person_id=ANNA).json["available"] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("points", value) for value in (1.0, True, "5", 0, -1, 10**9 + 1, 10**30, None)),
        ("resident_id", "anna"),
        ("expires_on", "31.1.2027"),
        ("expires_on", "2027-02-30"),
        ("passbook_no", ""),
        ("passbook_no", "x" * 41),
        ("more", 1),
    ],
)
def test_a_wrong_value_is_named_with_its_row(api, ledger, name, value):
    answer = take_over(api, ledger, row(ANNA, 1, "1"), row(BORIS, 1, "2") | {name: value})
    assert refused(answer) == (422, "web.invalid", [f"rows.1.{name}"])


@pytest.mark.parametrize("rows", [[], "x", None, [row(ANNA, 1, str(n)) for n in range(1001)], [5]])
def test_a_list_has_one_to_a_thousand_rows(api, ledger, rows):
    answer = api.post("/opening-balances", {"budget_id": str(ledger.budget_id), "rows": rows})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"].startswith("rows")


def test_a_thousand_rows_pass(api, ledger):
    rows = [row(named(f"r{n}"), 1, f"{n:04}") for n in range(1000)]
    answer = take_over(api, ledger, *rows)
    assert answer.status_code == 200
    assert answer.json["taken_over"] == 1000


# --- expiry


def test_an_expiry_run_answers_what_it_moved(api, ledger):
    take_over(api, ledger, row(ANNA, 30, "1", "2026-06-30"), row(BORIS, 7, "2", "2026-07-31"))
    assert api.post("/expiry-runs", {}).json == {"accounts": 0, "points": 0, "fen": 0, "more": False}
    later = replace(api, at="2026-07-01T00:00:00+08:00")
    assert later.post("/expiry-runs", {}).json == {"accounts": 1, "points": 30, "fen": 300, "more": False}
    assert later.post("/expiry-runs", {}).json == {"accounts": 0, "points": 0, "fen": 0, "more": False}
    assert later.get("/passbook", Role.RESIDENT, person_id=BORIS).json["available"] == 7


def test_a_long_expiry_run_takes_several_calls(api, ledger, monkeypatch):
    monkeypatch.setattr(points.budgets, "EXPIRY_LOTS", 6)
    take_over(api, ledger, *(row(resident, 10, str(n), "2026-06-30") for n, resident in enumerate(RESIDENTS)))
    later = replace(api, at="2026-07-01T00:00:00+08:00")
    runs = [later.post("/expiry-runs", {}).json for _ in range(4)]
    assert [(run["points"], run["more"]) for run in runs] == [(60, True), (60, True), (60, True), (20, False)]


def test_an_expiry_run_takes_no_fields(api):
    assert refused(api.post("/expiry-runs", {"before": "2026-01-01"})) == (422, "web.invalid", ["before"])
