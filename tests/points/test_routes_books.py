import pytest

from app.kernel.actor import Role
from tests.points.api import NOT_WHOLE, Api, refused, statements
from tests.points.ledger import ANNA, SPONSOR, named, open_ledger

RESIDENTS = [named(f"resident {n}") for n in range(20)]


@pytest.fixture
def api(client, bearer, ledger):
    return Api(client, bearer, ledger.book.code)


def row(resident, points_, number, expires_on="2027-01-31"):
    return {"resident_id": str(resident), "points": points_, "expires_on": expires_on, "passbook_no": number}


def take_over(api, ledger, *rows, **more):
    return api.post("/opening-balances", {"budget_id": str(ledger.budget_id), "rows": rows}, **more)


# --- the book


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM, Role.DISTRICT, Role.PERSON, Role.TERMINAL}))
def test_everybody_of_a_book_reads_what_it_is(api, role):
    answer = api.get("", role)
    assert answer.status_code == 200
    assert answer.json == {
        "code": api.book,
        "name": "Test",
        "currency_name": "points",
        "validity_months": 24,
        "grace_days": 30,
        "expired_cost_goes_to": "sponsor",
        "expiry_policy": "rolling",
        "expiry_month": None,
        "expiry_day": None,
        "created_at": "2026-06-15T10:00:00+08:00",
    }


def test_another_book_and_a_book_that_is_not_there_answer_the_same(api, client, bearer):
    foreign = client.get(f"/v1/books/{api.book}", headers=bearer(Role.AUDITOR, book="elsewhere"))
    assert refused(foreign) == (404, "web.book_missing", ["book"])
    nowhere = client.get("/v1/books/elsewhere", headers=bearer(Role.AUDITOR, book="elsewhere"))
    assert refused(nowhere) == (404, "points.book_missing", ["book"])


# --- a sponsor's money


def test_a_bank_reference_is_booked_once(api):
    body = {"amount_fen": 5_000, "bank_reference": "ICBC-1"}
    first, second = api.post(f"/sponsors/{SPONSOR}/funding", body), api.post(f"/sponsors/{SPONSOR}/funding", body)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == {
        "transaction_id": second.json["transaction_id"],
        "replayed": False,
        "balance_after_fen": 5_000,
    }
    assert second.json["replayed"] is True


def test_a_bank_reference_with_another_amount_or_sponsor_is_refused(api):
    api.post(f"/sponsors/{SPONSOR}/funding", {"amount_fen": 5_000, "bank_reference": "ICBC-1"})
    more = api.post(f"/sponsors/{SPONSOR}/funding", {"amount_fen": 5_001, "bank_reference": "ICBC-1"})
    other = api.post(f"/sponsors/{named('x')}/funding", {"amount_fen": 5_000, "bank_reference": "ICBC-1"})
    assert refused(more) == refused(other) == (409, "points.cause_reused", [])
    assert "ICBC-1" in more.json["detail"]


@pytest.mark.parametrize("value", [*NOT_WHOLE, "0", str(10**12 + 1)])
def test_an_amount_is_a_whole_number_of_fen_in_range(api, value):
    answer = api.post(f"/sponsors/{SPONSOR}/funding", f'{{"amount_fen": {value}, "bank_reference": "A"}}')
    assert refused(answer) == (422, "web.invalid", ["amount_fen"])


@pytest.mark.parametrize("reference", ["", " ", " A", "A ", "A" * 81, "A\nB", 5, None])
def test_a_bank_reference_has_one_spelling(api, reference):
    answer = api.post(f"/sponsors/{SPONSOR}/funding", {"amount_fen": 1, "bank_reference": reference})
    assert refused(answer) == (422, "web.invalid", ["bank_reference"])


def test_an_unknown_field_is_refused_by_name(api):
    body = {"amount_fen": 1, "bank_reference": "A", "currency": "CNY"}
    assert refused(api.post(f"/sponsors/{SPONSOR}/funding", body)) == (422, "web.invalid", ["currency"])


# --- budgets


def test_a_budget_is_opened_funded_and_filled(api):
    opened = api.post("/budgets", {"sponsor_id": str(SPONSOR), "name": "夏季", "point_value_fen": 5})
    assert opened.status_code == 201
    assert opened.json | {"id": ""} == {
        "id": "",
        "sponsor_id": str(SPONSOR),
        "name": "夏季",
        "point_value_fen": 5,
        "points_left": 0,
        "created_at": "2026-06-15T10:00:00+08:00",
    }
    api.post(f"/sponsors/{SPONSOR}/funding", {"amount_fen": 500, "bank_reference": "A"})
    made = api.mint(opened.json["id"], 100)
    assert made.status_code == 200
    assert made.json["payload"] == {"budget_id": opened.json["id"], "points": 100, "cost_fen": 500}
    listed = {budget["id"]: budget["points_left"] for budget in api.get("/budgets").json["items"]}
    assert listed[opened.json["id"]] == 100


def test_a_budget_is_filled_only_with_the_sponsors_money(api, ledger):
    answer = api.mint(ledger.budget_id, 7)
    assert refused(answer) == (409, "points.funding_insufficient", [])
    assert answer.json["detail"] == "资助资金不足:可用 0 分,需要 70 分。"


def test_money_beyond_what_one_posting_carries_is_refused(api):
    costly = api.post("/budgets", {"sponsor_id": str(SPONSOR), "name": "costly", "point_value_fen": 100_000}).json
    answer = api.post(f"/budgets/{costly['id']}/mint", {"points": 10**9}, lang="en")
    assert refused(answer) == (422, "points.too_costly", ["points"])
    assert answer.json["detail"] == (
        "1000000000 points of 100000 fen each are more money than one posting carries; post at most 10000000 at once."
    )
    funded = api.mint(costly["id"], 10**7)
    assert refused(funded)[1] == "points.funding_insufficient"


def test_a_key_makes_one_budget_of_two_requests(api):
    body = {"sponsor_id": str(SPONSOR), "name": "once", "point_value_fen": 0}
    assert api.post("/budgets", body, key="k").json == api.post("/budgets", body, key="k").json
    assert len(api.get("/budgets").json["items"]) == 2


def test_budgets_are_listed_by_pages_in_a_fixed_number_of_reads(api):
    for n in range(6):
        api.post("/budgets", {"sponsor_id": str(SPONSOR), "name": f"b{n}", "point_value_fen": 0})
    names = [budget["name"] for budget in api.walk("/budgets", limit=2)]
    assert names == ["Budget", "b0", "b1", "b2", "b3", "b4", "b5"]
    for limit in (1, 7):
        with statements() as run:
            api.get(f"/budgets?limit={limit}")
        assert len(run) == 3  # the book, the budgets, what is left of them


@pytest.mark.parametrize("value", [*NOT_WHOLE, "100001"])
def test_a_point_is_worth_nothing_up_to_a_thousand_yuan(api, value):
    raw = f'{{"sponsor_id": "{SPONSOR}", "name": "n", "point_value_fen": {value}}}'
    assert refused(api.post("/budgets", raw)) == (422, "web.invalid", ["point_value_fen"])


@pytest.mark.parametrize("value", [*NOT_WHOLE, "0", str(10**9 + 1)])
def test_minted_points_are_a_whole_number_in_range(api, ledger, value):
    answer = api.post(f"/budgets/{ledger.budget_id}/mint", f'{{"points": {value}}}')
    assert refused(answer) == (422, "web.invalid", ["points"])


def test_a_budget_of_another_book_is_missing(api, uow):
    other = open_ledger(uow)
    uow.session.flush()
    mint = api.post(f"/budgets/{other.budget_id}/mint", {"points": 1})
    opening = take_over(api, other, row(ANNA, 1, "1"))
    assert refused(mint) == refused(opening) == (404, "points.budget_missing", ["budget_id"])


@pytest.mark.parametrize("cursor", ["x", "WzFd", "WyJ4Il0", "WyJ4Il0=", "A" * 600])
def test_a_forged_cursor_is_refused(api, cursor):
    assert refused(api.get(f"/budgets?cursor={cursor}")) in (
        (422, "kernel.cursor_invalid", ["cursor"]),
        (422, "web.invalid", ["cursor"]),
    )


# --- who may


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM, Role.TREASURER}))
def test_only_the_treasurer_sits_at_the_treasurers_desk(api, ledger, role):
    desk = [
        (f"/sponsors/{SPONSOR}/funding", {"amount_fen": 1, "bank_reference": "A"}),
        ("/budgets", {"sponsor_id": str(SPONSOR), "name": "n", "point_value_fen": 0}),
        (f"/budgets/{ledger.budget_id}/mint", {"points": 1}),
        ("/opening-balances", {"budget_id": str(ledger.budget_id), "rows": [row(ANNA, 1, "1")]}),
        ("/expiry-runs", {}),
    ]
    for path, body in desk:
        assert refused(api.post(path, body, role))[:2] == (403, "web.role_denied")
