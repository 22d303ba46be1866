import json
from uuid import UUID

import pytest

from app.kernel.actor import Role
from app.web.endpoint import ANYONE
from tests.merchants.till import NO_CODE
from tests.points.api import NOT_WHOLE, Api, refused
from tests.points.ledger import ANNA, named

CASHIER, RESIDENT, TREASURER, AUDITOR = Role.CASHIER, Role.RESIDENT, Role.TREASURER, Role.AUDITOR


@pytest.fixture
def at_till(shop):
    """Who the cashier of the shop is."""
    return {"shop_id": shop.id}


@pytest.fixture
def code(api, shop):
    answer = api.post("/passbook/codes", {}, RESIDENT, person_id=ANNA)
    assert answer.status_code == 201, answer.text
    return answer.json["code"]


@pytest.fixture
def payment(api, code, at_till):
    answer = api.post("/payments", {"code": code, "points": 60, "out_trade_no": "T-1"}, CASHIER, **at_till)
    assert answer.status_code == 201, answer.text
    return answer.json


@pytest.fixture
def captured(api, payment, at_till):
    answer = api.post(f"/payments/{payment['id']}/capture", {}, CASHIER, **at_till)
    assert answer.status_code == 200, answer.text
    return answer.json


# --- shops


def test_a_shop_is_opened_and_seen_by_everybody_of_the_book(api):
    made = api.post("/shops", {"name": "忠义面馆", "street": "忠义街"})
    assert made.status_code == 201
    assert made.json == {
        "id": made.json["id"],
        "name": "忠义面馆",
        "street": "忠义街",
        "opened_at": "2026-06-15T10:00:00+08:00",
    }
    second = api.post("/shops", {"name": "豆腐坊", "street": "忠义街"}).json
    for role in ANYONE:
        assert api.walk("/shops", role, limit=1) == [made.json, second]


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("name", "x" * 101), ("street", "a\x00"), ("till", 1)])
def test_what_does_not_fit_a_shop_is_named(api, field, value):
    body = {"name": "忠义面馆", "street": "忠义街"} | {field: value}
    assert refused(api.post("/shops", body)) == (422, "web.invalid", [field])


# --- codes


def test_a_code_is_eighteen_digits_with_its_end(api, shop):
    answer = api.post("/passbook/codes", {}, RESIDENT, person_id=ANNA)
    assert answer.json == {
        "code": answer.json["code"],
        "expires_at": "2026-06-15T10:01:00+08:00",
        "refresh_after": "2026-06-15T10:00:50+08:00",
        "server_time": "2026-06-15T10:00:00+08:00",
    }
    assert len(answer.json["code"]) == 18


def test_a_code_is_not_kept_for_a_repeated_key(api, shop):
    one, two = (api.post("/passbook/codes", {}, RESIDENT, person_id=ANNA, key="k") for _ in range(2))
    assert one.json["code"] != two.json["code"]


# --- payments


def test_an_authorised_payment_is_answered_whole(payment, shop):
    assert payment == {
        "id": payment["id"],
        "shop_id": str(shop.id),
        "out_trade_no": "T-1",
        "mode": "cashier",
        "state": "held",
        "order_fen": None,
        "points": 60,
        "discount_fen": None,
        "captured_points": None,
        "captured_discount_fen": None,
        "refunded_points": 0,
        "match_code": payment["match_code"],
        "requested_at": "2026-06-15T10:00:00+08:00",
        "expires_at": "2026-06-15T10:15:00+08:00",
        "closed_at": None,
        "transaction_id": None,
        "decline": None,
    }


def test_a_payment_is_found_by_its_id_and_by_the_shops_number(api, payment, at_till):
    assert api.get(f"/payments/{payment['id']}", CASHIER, **at_till).json == payment
    found = api.get("/payments?out_trade_no=T-1", CASHIER, **at_till).json
    assert found == {"items": [payment], "next_cursor": None}
    assert api.get("/payments?out_trade_no=T-2", CASHIER, **at_till).json == {"items": [], "next_cursor": None}


def test_a_lapsed_payment_reads_as_expired(client, bearer, api, payment, at_till):
    later = Api(client, bearer, api.book, at="2026-06-15T10:15:00+08:00")
    assert later.get(f"/payments/{payment['id']}", CASHIER, **at_till).json["state"] == "expired"
    much_later = Api(client, bearer, api.book, at="2026-06-15T10:25:00+08:00")
    answer = much_later.post(f"/payments/{payment['id']}/capture", {}, CASHIER, **at_till)
    assert refused(answer) == (409, "merchants.redemption_closed", [])


def test_a_decline_is_found_under_its_number(acts, api, code, at_till):
    order = {"code": code, "points": 101, "out_trade_no": "T-9"}
    first = api.post("/payments", order, CASHIER, **at_till)
    assert refused(first) == (409, "merchants.points_too_few", [])
    assert not set("0123456789") & set(first.json["detail"])  # how many he has is not for a shop
    acts.award(ANNA, 1)
    again = api.post("/payments", order, CASHIER, **at_till)
    assert (again.status_code, again.json["detail"]) == (409, first.json["detail"])
    found = api.get("/payments?out_trade_no=T-9", CASHIER, **at_till).json["items"][0]
    assert (found["state"], found["decline"]) == ("declined", "merchants.points_too_few")


def test_codes_and_numbers_that_are_not_good(api, payment, code, at_till):
    wrong = api.post("/payments", {"code": NO_CODE, "points": 1, "out_trade_no": "T-2"}, CASHIER, **at_till)
    assert refused(wrong) == (409, "merchants.code_not_good", ["code"])
    used = api.post("/payments", {"code": code, "points": 60, "out_trade_no": "T-3"}, CASHIER, **at_till)
    assert refused(used) == (409, "merchants.code_not_good", ["code"])
    reused = api.post("/payments", {"code": code, "points": 61, "out_trade_no": "T-1"}, CASHIER, **at_till)
    assert refused(reused) == (422, "merchants.out_trade_no_reused", ["out_trade_no"])


def test_a_frozen_passbook_is_denied(acts, api, code, at_till):
    acts.freeze(ANNA)
    answer = api.post("/payments", {"code": code, "points": 1, "out_trade_no": "T-1"}, CASHIER, **at_till)
    assert refused(answer) == (403, "merchants.redemption_refused", [])


def test_a_part_is_captured_and_the_rest_is_free(acts, api, payment, at_till):
    answer = api.post(f"/payments/{payment['id']}/capture", {"points": 45}, CASHIER, **at_till)
    assert answer.json == payment | {
        "state": "captured",
        "captured_points": 45,
        "expires_at": None,
        "closed_at": "2026-06-15T10:00:00+08:00",
        "transaction_id": answer.json["transaction_id"],
    }
    assert api.post(f"/payments/{payment['id']}/capture", {"points": 45}, CASHIER, **at_till).json == answer.json
    assert acts.available(ANNA) == 55


def test_what_cannot_be_captured(api, payment, at_till):
    over = api.post(f"/payments/{payment['id']}/capture", {"points": 61}, CASHIER, **at_till)
    assert refused(over) == (422, "merchants.capture_over", ["points"])
    api.post(f"/payments/{payment['id']}/reverse", {}, CASHIER, **at_till)
    closed = api.post(f"/payments/{payment['id']}/capture", {}, CASHIER, **at_till)
    assert refused(closed) == (409, "merchants.redemption_closed", [])
    missing = api.post(f"/payments/{named('nothing')}/capture", {}, CASHIER, **at_till)
    assert refused(missing) == (404, "merchants.redemption_missing", ["payment_id"])


def test_a_cashier_sees_only_the_shop_of_the_token(api, payment):
    elsewhere = {"shop_id": UUID(api.post("/shops", {"name": "豆腐坊", "street": "忠义街"}).json["id"])}
    for answer in (
        api.get(f"/payments/{payment['id']}", CASHIER, **elsewhere),
        api.post(f"/payments/{payment['id']}/capture", {}, CASHIER, **elsewhere),
        api.post(f"/payments/{payment['id']}/reverse", {}, CASHIER, **elsewhere),
        api.post(f"/payments/{payment['id']}/refunds", {"points": 1, "out_refund_no": "R"}, CASHIER, **elsewhere),
    ):
        assert refused(answer) == (404, "merchants.redemption_missing", ["payment_id"])
    assert api.walk("/payments", CASHIER, limit=5, **elsewhere) == []
    order = {"code": "911234567890123457", "points": 1, "out_trade_no": "T"}
    assert refused(api.post("/payments", order, CASHIER)) == (403, "merchants.shop_not_on_token", [])
    foreign = api.post("/payments", order, CASHIER, shop_id=named("no shop"))
    assert refused(foreign) == (404, "merchants.shop_missing", ["shop_id"])


@pytest.mark.parametrize("points", NOT_WHOLE)
def test_points_of_a_payment_are_whole_numbers(api, shop, at_till, points):
    order = json.dumps({"code": "911234567890123457", "points": "POINTS", "out_trade_no": "T"}).replace(
        '"POINTS"', points
    )
    assert refused(api.post("/payments", order, CASHIER, **at_till)) == (422, "web.invalid", ["points"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "91123456789012345"),
        ("code", "9112345678901234567"),
        ("code", "91123456789012345a"),
        ("code", "９１１２３４５６７８９０１２３４５６"),
        ("code", "91123456789012345\n"),
        ("code", 911234567890123456),
        ("out_trade_no", ""),
        ("out_trade_no", "x" * 65),
        ("out_trade_no", "a b"),
        ("out_trade_no", "a\x00"),
        ("out_trade_no", "a\n"),
        ("out_trade_no", "订单一"),
        ("tip", 1),
    ],
)
def test_what_does_not_fit_a_payment_is_named(api, shop, at_till, field, value):
    order = {"code": "911234567890123457", "points": 1, "out_trade_no": "T"} | {field: value}
    assert refused(api.post("/payments", order, CASHIER, **at_till)) == (422, "web.invalid", [field])


# --- refunds


def test_a_refund_is_answered_and_repeated(acts, api, captured, at_till):
    body = {"points": 20, "out_refund_no": "R-1"}
    made = api.post(f"/payments/{captured['id']}/refunds", body, CASHIER, **at_till)
    assert made.status_code == 201
    assert made.json == {
        "id": made.json["id"],
        "redemption_id": captured["id"],
        "out_refund_no": "R-1",
        "state": "refunded",
        "points": 20,
        "requested_at": "2026-06-15T10:00:00+08:00",
        "transaction_id": made.json["transaction_id"],
    }
    assert api.post(f"/payments/{captured['id']}/refunds", body, CASHIER, **at_till).json == made.json
    assert api.get(f"/payments/{captured['id']}", CASHIER, **at_till).json["refunded_points"] == 20
    assert acts.available(ANNA) == 60


def test_what_cannot_be_refunded(api, captured, at_till):
    place = f"/payments/{captured['id']}/refunds"
    over = api.post(place, {"points": 61, "out_refund_no": "R-1"}, CASHIER, **at_till)
    assert refused(over) == (409, "points.amount_over", ["points"])
    other = api.post(place, {"points": 60, "out_refund_no": "R-1"}, CASHIER, **at_till)
    assert refused(other) == (422, "merchants.out_refund_no_reused", ["out_refund_no"])
    zero = api.post(place, {"points": 0, "out_refund_no": "R-2"}, CASHIER, **at_till)
    assert refused(zero) == (422, "web.invalid", ["points"])


def test_only_a_captured_payment_is_refunded(api, payment, at_till):
    answer = api.post(f"/payments/{payment['id']}/refunds", {"points": 1, "out_refund_no": "R"}, CASHIER, **at_till)
    assert refused(answer) == (409, "merchants.not_captured", [])


# --- who may


def test_an_auditor_reads_the_payments_of_every_shop_and_a_cashier_those_of_one(api, captured, at_till):
    other = api.post("/shops", {"name": "粮油店", "street": "忠义街"}).json["id"]
    code = api.post("/passbook/codes", {}, RESIDENT, person_id=ANNA).json["code"]
    order = {"code": code, "points": 5, "out_trade_no": "T-9"}
    elsewhere = api.post("/payments", order, CASHIER, shop_id=UUID(other)).json
    ours = api.walk("/payments", CASHIER, limit=5, **at_till)
    assert [item["id"] for item in ours] == [captured["id"]]
    assert api.walk("/payments", AUDITOR, limit=1) == [elsewhere, *ours]
    assert api.get("/payments?out_trade_no=T-9", AUDITOR).json["items"] == [elsewhere]
    assert api.get(f"/payments/{elsewhere['id']}", AUDITOR).json == elsewhere
    assert api.get(f"/payments/{elsewhere['id']}", CASHIER, **at_till).status_code == 404
    for what, body in (("capture", {}), ("reverse", {}), ("refunds", {"points": 1, "out_refund_no": "R"})):
        assert refused(api.post(f"/payments/{elsewhere['id']}/{what}", body, AUDITOR))[0] == 403


def test_roles_are_kept_apart(api, payment, at_till):
    order = {"code": "911234567890123457", "points": 1, "out_trade_no": "T"}
    for answer in (
        api.post("/shops", {"name": "a", "street": "b"}, CASHIER, **at_till),
        api.post("/passbook/codes", {}, CASHIER, **at_till),
        api.post("/payments", order, RESIDENT),
        api.get("/payments", TREASURER),
        api.post(f"/payments/{payment['id']}/capture", {}, TREASURER),
        api.post(f"/payments/{payment['id']}/reverse", {}, RESIDENT),
        api.post(f"/payments/{payment['id']}/refunds", {"points": 1, "out_refund_no": "R"}, TREASURER),
    ):
        assert refused(answer) == (403, "web.role_denied", [])
