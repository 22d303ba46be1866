"""Over HTTP: guessing codes at the till, and asking for codes, are limited."""

from dataclasses import replace

import pytest

from app.infra import redis
from app.kernel.actor import Role
from app.merchants.rules.codes import hash_code, make_code
from app.merchants.service.codes import KEY
from tests.merchants.till import NO_CODE
from tests.points.api import refused, statements
from tests.points.ledger import ANNA, BORIS

CASHIER, RESIDENT = Role.CASHIER, Role.RESIDENT
TOO_OFTEN, NOT_GOOD = (429, "web.too_often", []), (409, "merchants.code_not_good", ["code"])


@pytest.fixture
def pay(api, shop):
    """Try a code at the shop's till, under a number that was never used unless one is given."""
    numbers = iter(range(1000))

    def send(code, who="till-1", *, points=1, number="", key=""):
        order = {"code": code, "points": points, "out_trade_no": number or f"T-{next(numbers)}"}
        return api.post("/payments", order, CASHIER, shop_id=shop.id, name=who, key=key)

    return send


@pytest.fixture
def code(api, shop):
    return api.post("/passbook/codes", {}, RESIDENT, person_id=ANNA).json["code"]


def test_the_sixth_bad_code_in_a_minute_locks_the_till_and_no_other(pay, code, api, shop):
    answers = [pay(make_code(f"{number:015}")) for number in range(6)]
    assert [refused(answer) for answer in answers] == [NOT_GOOD] * 5 + [TOO_OFTEN]
    assert 1 <= int(answers[5].headers["Retry-After"]) <= 60
    right = pay(code)  # whoever guessed does not learn either that this one is good
    assert refused(right) == TOO_OFTEN
    assert "正确的付款码现在也要等" in right.json["detail"]
    assert pay(code, "till-2").status_code == 201
    shown = api.walk("/payments", CASHIER, limit=10, shop_id=shop.id, name="till-2")
    assert [payment["state"] for payment in shown] == ["held"] + ["declined"] * 5


def test_all_tills_of_a_shop_together_try_twenty(pay):
    for till in range(4):
        assert [refused(pay(NO_CODE, f"till-{till}")) for _ in range(5)] == [NOT_GOOD] * 5
    assert refused(pay(NO_CODE, "till-5")) == TOO_OFTEN


def test_honest_work_is_not_limited(pay, code):
    for number in range(10):  # a bad network: the same payment again and again
        assert pay(code, number="T-same").status_code == 201
        assert pay(code, points=2, number="T-same").json["code"] == "merchants.out_trade_no_reused"
        assert pay(NO_CODE, number="T-bad", key="one-key").json["code"] == "merchants.code_not_good", number


def test_a_resident_asks_for_twenty_codes_a_minute_at_most(api, shop):
    answers = [api.post("/passbook/codes", {}, RESIDENT, person_id=ANNA) for _ in range(21)]
    assert [answer.status_code for answer in answers[:20]] == [201] * 20
    assert refused(answers[20]) == TOO_OFTEN
    assert 1 <= int(answers[20].headers["Retry-After"]) <= 60
    assert api.post("/passbook/codes", {}, RESIDENT, person_id=BORIS).status_code == 201


def test_one_code_too_many_is_none_and_leaves_the_one_before_as_it_was(acts, api, pay, code):
    last = [api.post("/passbook/codes", {}, RESIDENT, person_id=ANNA).json["code"] for _ in range(19)][-1]
    kept = f"{KEY}{hash_code(last).hex()}"
    for _ in range(3):
        assert refused(api.post("/passbook/codes", {}, RESIDENT, person_id=ANNA)) == TOO_OFTEN
    assert redis.client().pttl(kept) > 60_000  # a code after it would have left it fifteen seconds
    [pointer] = redis.client().scan_iter(f"{KEY}last:{acts.book.id}:{ANNA}:*", count=1000)
    assert f"{KEY}{redis.client().get(pointer)}" == kept
    assert pay(last).status_code == 201


def test_giving_out_a_code_asks_the_database_nothing_once_the_book_is_known(api, code):
    with statements(every=True) as asked:
        assert api.post("/passbook/codes", {}, RESIDENT, person_id=ANNA).status_code == 201
    assert asked == []
    nowhere = replace(api, book="nowhere").post("/passbook/codes", {}, RESIDENT, person_id=ANNA)
    assert refused(nowhere) == (404, "points.book_missing", ["book"])
