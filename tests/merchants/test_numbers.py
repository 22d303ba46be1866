"""A shop's own numbers at every door: what is none is refused by the name of its field, and reaches no database."""

import json
from urllib.parse import quote

import pytest

from app.kernel.actor import Role
from tests.merchants.counter import Counter, offer
from tests.merchants.till import NO_CODE
from tests.points.api import refused
from tests.points.ledger import ANNA

NOT_TEXT = ["\0", "T\0", "T\n", "T\u202e"]
NOT_NUMBERS = [*NOT_TEXT, "a b", "订单", "x" * 65, "T-1'"]
ACTS = {
    "": None,
    "/capture": {},
    "/reverse": {},
    "/refunds": {"points": 1, "out_refund_no": "R-1"},
}


@pytest.fixture
def counter(api, acts, shop):
    """A till at the shop, and Anna with points."""
    acts.award(ANNA, 1000)
    offer(acts.uow, acts.book.code, shop.id)
    return Counter.at(api, acts.uow, shop.id)


@pytest.fixture
def cashier(api, shop):
    """Requests of a cashier's phone at the till's own addresses."""

    def ask(path, body=None):
        headers = api.bearer(Role.CASHIER, book=api.book, shop_id=shop.id) | {"Linli-Demo-Clock": api.at}
        if body is None:
            return api.client.get(f"/v1/merchant{path}", headers=headers)
        return api.client.post(f"/v1/merchant{path}", json=body, headers=headers)

    return ask


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("number", NOT_NUMBERS)
def test_what_is_no_number_is_refused_by_name_in_every_path(counter, cashier, act, number):
    path = f"/redemptions/{quote(number, safe='')}{act}"
    code = "web.path_malformed" if number in NOT_TEXT else "merchants.out_trade_no_malformed"
    assert refused(cashier(path, ACTS[act])) == (422, code, ["out_trade_no"])
    by_till = counter.send("GET" if ACTS[act] is None else "POST", path, ACTS[act])
    assert refused(by_till) == (422, code, ["out_trade_no"])


@pytest.mark.parametrize("number", NOT_NUMBERS)
def test_what_is_no_number_is_refused_by_name_in_every_body(api, counter, shop, number):
    taken = counter.take(10)
    asked = {"out_trade_no": number, "order_fen": 1000, "points": 1}
    doors = {
        "/redemptions": (asked | {"code": NO_CODE}, "out_trade_no"),
        "/orders": (asked, "out_trade_no"),
        f"/redemptions/{taken['out_trade_no']}/refunds": ({"points": 1, "out_refund_no": number}, "out_refund_no"),
    }
    for path, (body, field) in doors.items():
        answer = counter.send("POST", path, body)
        assert refused(answer)[:2] == (422, "web.invalid"), path
        assert set(refused(answer)[2]) == {field}, path
    mine = {"shop_id": shop.id}
    pay = {"code": NO_CODE, "points": 1, "out_trade_no": number}
    assert set(refused(api.post("/payments", pay, Role.CASHIER, **mine))[2]) == {"out_trade_no"}
    refund = {"points": 1, "out_refund_no": number}
    back = api.post(f"/payments/{taken['id']}/refunds", json.dumps(refund), Role.CASHIER, **mine)
    assert set(refused(back)[2]) == {"out_refund_no"}
    looked = api.get(f"/payments?out_trade_no={quote(number, safe='')}", Role.CASHIER, **mine)
    assert set(refused(looked)[2]) == {"out_trade_no"}
