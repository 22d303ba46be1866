"""Clearing over HTTP: two books agree, a resident moves points, the month is netted and paid."""

import pytest

from app.jobs.catalogue import JOBS
from app.kernel.actor import Role
from tests.points.api import Api, refused
from tests.points.ledger import ANNA, SPONSOR, Acts, open_ledger
from tests.points.neighbours import Pair

TERMS = {
    "rate_num": 1,
    "rate_den": 2,
    "points_min": 2,
    "points_max": 100,
    "month_points_max": 150,
    "valid_from": "2026-06-01",
    "valid_to": "2026-12-31",
}
ANNAS = {"role": Role.RESIDENT, "person_id": ANNA}


@pytest.fixture
def pair(uow):
    """Two books, Anna with 300 points in the first."""
    made = Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow)))
    made.here.award(ANNA, 300)
    return made


@pytest.fixture
def here(client, bearer, pair):
    return Api(client, bearer, pair.here.book.code)


@pytest.fixture
def there(client, bearer, pair):
    return Api(client, bearer, pair.there.book.code)


def agree(pair, here, there):
    terms = TERMS | {"partner": there.book}
    mirrored = TERMS | {"partner": here.book, "rate_num": 2, "rate_den": 1}
    for api, wanted in ((here, terms), (there, mirrored)):
        proposed = api.post("/clearing/agreements", {"terms": wanted, "sponsor_id": str(SPONSOR)})
        assert proposed.status_code == 201, proposed.text
        assert proposed.json["kind"] == "clearing"
        assert api.post(f"/proposals/{proposed.json['id']}/approve", {}, name="deputy").status_code == 200
    pair.work()


def move(api, to, points, reference="move-1", **more):
    return api.post("/clearing/transfers", {"to": to, "points": points, "reference": reference}, **ANNAS, **more)


def test_a_resident_moves_points_and_sees_them_arrive(pair, here, there):
    agree(pair, here, there)
    [agreement] = here.walk("/clearing/agreements", Role.RESIDENT, limit=5)
    assert (agreement["partner"], agreement["state"], agreement["rate_den"]) == (there.book, "in_force", 2)
    sent = move(here, there.book, 50, key="k-1")
    assert sent.status_code == 201, sent.text
    assert (sent.json["state"], sent.json["points"], sent.json["partner_points"], sent.json["fen"]) == (
        "sent",
        50,
        25,
        500,
    )
    assert move(here, there.book, 50, key="k-1").json == sent.json
    pair.work()
    shown = here.get(f"/clearing/transfers/{sent.json['id']}", **ANNAS)
    assert (shown.json["state"], shown.json["why"]) == ("arrived", None)
    [came] = there.walk("/clearing/transfers", limit=5, **ANNAS)
    assert (came["id"], came["direction"], came["points"]) == (sent.json["id"], "in", 25)
    assert there.get("/passbook", **ANNAS).json["available"] == 25
    [staff] = here.walk(f"/clearing/agreements/{agreement['id']}/transfers", Role.AUDITOR, limit=5)
    assert staff["resident_id"] == str(ANNA)


def test_what_the_other_book_refused_is_said_in_the_callers_language(pair, here, there):
    agree(pair, here, there)
    pair.there.freeze(ANNA)
    sent = move(here, there.book, 50)
    pair.work()
    shown = here.get(f"/clearing/transfers/{sent.json['id']}", lang="en", **ANNAS).json
    assert (shown["state"], shown["refusal"]) == ("returned", "points.clearing_passbook_frozen")
    assert "frozen" in shown["why"]
    assert "冻结" in here.get(f"/clearing/transfers/{sent.json['id']}", **ANNAS).json["why"]
    assert here.get("/passbook", **ANNAS).json["available"] == 300


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rate_num", 0),
        ("rate_den", 10_001),
        ("points_min", 0),
        ("points_max", "5"),
        ("month_points_max", None),
        ("valid_from", "2026-13-01"),
        ("valid_to", "1 Jan"),
        ("partner", "Zhongyi"),
        ("partner", ""),
        ("more", 1),
    ],
)
def test_each_wrong_term_is_named(here, there, field, value):
    body = {"terms": TERMS | {"partner": there.book, field: value}, "sponsor_id": str(SPONSOR)}
    assert refused(here.post("/clearing/agreements", body)) == (422, "web.invalid", [f"terms.{field}"])


def test_terms_that_do_not_fit_each_other_name_the_field(here, there):
    body = {"terms": TERMS | {"partner": there.book, "points_min": 101}, "sponsor_id": str(SPONSOR)}
    assert refused(here.post("/clearing/agreements", body)) == (422, "points.clearing_terms_wrong", ["points_max"])


@pytest.mark.parametrize(
    ("field", "value"),
    [("to", "No Book"), ("to", None), ("points", 0), ("points", 1.5), ("reference", ""), ("reference", " x"), ("x", 1)],
)
def test_each_wrong_field_of_a_transfer_is_named(here, field, value):
    body = {"to": "zhongyi", "points": 5, "reference": "r"} | {field: value}
    assert refused(here.post("/clearing/transfers", body, **ANNAS)) == (422, "web.invalid", [field])


def test_refusals_of_a_transfer_name_their_field(pair, here, there):
    assert refused(move(here, there.book, 50)) == (409, "points.clearing_not_in_force", ["to"])
    agree(pair, here, there)
    assert refused(move(here, there.book, 101)) == (422, "points.clearing_amount_wrong", ["points"])
    assert move(here, there.book, 100, "a").status_code == 201
    assert refused(move(here, there.book, 51, "b")) == (409, "points.clearing_month_over", ["points"])


def test_either_side_stops_it(pair, here, there):
    agree(pair, here, there)
    [agreement] = there.walk("/clearing/agreements", limit=5)
    stopped = there.post(f"/clearing/agreements/{agreement['id']}/stop", {"reason": "换届"})
    assert (stopped.json["state"], stopped.json["stop_reason"]) == ("stopped", "换届")
    pair.work()
    assert here.walk("/clearing/agreements", limit=5)[0]["state"] == "stopped"
    assert refused(there.post(f"/clearing/agreements/{agreement['id']}/stop", {"reason": "x"}))[:2] == (
        409,
        "points.clearing_stopped",
    )


def test_a_month_is_netted_compared_and_paid_by_two_people(pair, here, there):
    agree(pair, here, there)
    move(here, there.book, 50)
    pair.work()
    [agreement] = here.walk("/clearing/agreements", limit=5)
    for api in (here, there):
        api.at = "2026-07-02T10:00:00+08:00"
    body = {"agreement_id": agreement["id"], "month": "2026-06"}
    stated = here.post("/clearing/nettings", body)
    assert (stated.json["net_fen"], stated.json["difference_fen"], stated.json["month"]) == (500, None, "2026-06")
    pair.work()
    for api, net in ((here, 500), (there, -500)):
        [netting] = api.walk("/clearing/nettings", Role.AUDITOR, limit=5)
        assert (netting["net_fen"], netting["difference_fen"]) == (net, 0)
        path = f"/clearing/nettings/{netting['id']}"
        proposed = api.post(f"{path}/payment", {"bank_reference": "ICBC-1"})
        assert (proposed.status_code, proposed.json["payload"]["net_fen"]) == (201, net)
        assert refused(api.post(f"/proposals/{proposed.json['id']}/approve", {}))[1] == "points.proposal_own"
        assert api.post(f"/proposals/{proposed.json['id']}/approve", {}, name="deputy").status_code == 200
        paid = api.get(path, Role.AUDITOR).json
        assert (paid["bank_reference"], paid["transaction_id"] is None) == ("ICBC-1", False)
        assert api.get("/trial-balance", Role.AUDITOR).json["balanced"]


@pytest.mark.parametrize("month", ["2026-6", "2026-13", "2026", "2026-06-01", None, 202606, ""])
def test_a_month_has_one_spelling(here, month):
    body = {"agreement_id": str(ANNA), "month": month}
    assert refused(here.post("/clearing/nettings", body)) == (422, "web.invalid", ["month"])


@pytest.mark.parametrize("reference", ["", " x", "x" * 101, None])
def test_a_wrong_bank_reference_is_named(here, reference):
    answer = here.post(f"/clearing/nettings/{ANNA}/payment", {"bank_reference": reference})
    assert refused(answer) == (422, "web.invalid", ["bank_reference"])


def test_every_job_of_clearing_is_one_the_worker_knows():
    assert {name for name in JOBS if name.startswith("points.")} >= {
        "points.hear_approval",
        "points.hear_stop",
        "points.receive_transfer",
        "points.settle_transfer",
        "points.hear_netting",
    }
