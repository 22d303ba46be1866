"""A quote, and "as many as may be" at a till, know what the limits of the day leave."""

import pytest

from app.kernel.signed import Algorithm
from app.merchants.errors.counter import OrderSaysItself
from tests.merchants.counter import Counter, offer
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS


@pytest.fixture
def rich(acts, shop):
    acts.award(ANNA, 5000)
    acts.award(BORIS, 5000)


@pytest.fixture
def unattended(api, acts, shop, rich):
    """A shop with an offer and no till."""
    offer(acts.uow, acts.book.code, shop.id)
    return Counter(api, None, shop.id)


@pytest.fixture
def counter(unattended, acts):
    return Counter.at(unattended.api, acts.uow, unattended.shop_id)


@pytest.fixture
def scene(unattended):
    return unattended.api.post(f"/shops/{unattended.shop_id}/sign", {}).json["scene"]


def limited(acts, counter, **limits):
    """Other terms; what was taken before counts."""
    offer(acts.uow, acts.book.code, counter.shop_id, **limits)


def confirm(counter, quote, who=ANNA):
    return counter.own("", {"quote_id": quote.json["quote_id"]}, who=who)


def worth(answer):
    assert answer.status_code == 201, answer.text
    return answer.json["points"], answer.json["discount_fen"]


# --- as many as may be, at the till


def test_as_many_as_may_be_are_cut_to_what_the_person_has_left_today(acts, counter):
    limited(acts, counter, person_day_points_max=250, step_points=20)
    counter.take(40)
    assert counter.ask(max_points=240).json["points"] == 200  # 210 are left, in steps of 20
    over = counter.ask(max_points=240)
    assert refused(over) == (409, "merchants.person_day_over", ["points"])  # 10 are left, which is no step
    assert "还可用 10 分" in over.json["detail"]


def test_as_many_as_may_be_are_cut_to_what_the_shop_has_left_today(acts, counter):
    limited(acts, counter, shop_day_points_max=300)
    counter.take(120, code=counter.code(BORIS))
    assert counter.ask().json["points"] == 180
    assert refused(counter.ask()) == (409, "merchants.shop_day_over", ["points"])


def test_as_many_as_may_be_are_cut_to_what_a_shared_secret_is_good_for(acts, unattended):
    low = Counter.at(unattended.api, acts.uow, unattended.shop_id, algorithm=Algorithm.HMAC_SHA256)
    assert low.ask(fen=200_000).json["points"] == 500


def test_points_that_were_named_are_never_cut(acts, counter):
    limited(acts, counter, person_day_points_max=200)
    assert refused(counter.ask(points=240)) == (409, "merchants.person_day_over", ["points"])


def test_after_the_last_purchase_of_the_day_nothing_is_left(acts, counter):
    limited(acts, counter, person_day_count_max=1)
    counter.take(10)
    assert refused(counter.ask()) == (409, "merchants.person_day_over", ["points"])


# --- the posted code


def test_a_quote_promises_no_more_than_posted_codes_give_in_a_day(counter, scene):
    assert worth(counter.quote(scene, order_fen=78_000)) == (500, 5000)
    assert confirm(counter, counter.quote(scene, order_fen=9000, points=200)).status_code == 201
    assert worth(counter.quote(scene, order_fen=78_000)) == (300, 3000)
    over = counter.quote(scene, order_fen=78_000, points=301)
    assert refused(over) == (409, "merchants.shop_code_day_over", [])


def test_a_quote_promises_no_more_than_a_shop_without_a_till_gives(unattended, scene):
    quote = unattended.quote(scene, order_fen=9000)
    assert worth(quote) == (100, 1000)
    assert confirm(unattended, quote).json["state"] == "captured"
    assert refused(unattended.quote(scene, order_fen=9000, points=101)) == (409, "merchants.unattended_over", [])


def test_what_was_quoted_before_the_day_was_used_up_is_still_refused_when_confirmed(counter, scene):
    one, two = (counter.quote(scene, order_fen=9000, points=200) for _ in range(2))
    three = counter.quote(scene, order_fen=9000, points=101)
    assert [confirm(counter, each).status_code for each in (one, two)] == [201, 201]
    assert refused(confirm(counter, three)) == (409, "merchants.shop_code_day_over", [])


# --- a till's order


def test_a_quote_that_is_refused_costs_the_order_nothing(acts, counter):
    limited(acts, counter, person_day_points_max=280)
    counter.take(80)
    order = counter.order(number="T-1", fen=168_000, max_points=840, capture="auto").json
    quote = counter.quote(order["scene"])
    assert worth(quote) == (200, 2000)
    assert confirm(counter, quote).json["state"] == "captured"
    counter.order(number="T-2", fen=168_000, points=840)
    over = counter.quote(counter.order(number="T-2", fen=168_000, points=840).json["scene"])
    assert refused(over) == (409, "merchants.person_day_over", ["points"])
    assert counter.look("T-2").json["state"] == "ordered"  # somebody else may pay it


def test_a_frozen_passbook_hears_it_at_the_quote(acts, counter):
    order = counter.order(number="T-1", points=100).json
    acts.freeze(ANNA)
    assert refused(counter.quote(order["scene"])) == (403, "points.account_frozen", [])
    assert counter.look("T-1").json["state"] == "ordered"


# --- what contradicts itself


def test_points_and_a_most_of_points_are_not_both_named(counter, scene):
    wrong = (422, "web.invalid", ["max_points"])
    assert refused(counter.ask(points=10, max_points=20)) == wrong
    assert refused(counter.order(points=10, max_points=20)) == wrong
    assert refused(counter.quote(scene, order_fen=3000, points=10, max_points=20)) == wrong


@pytest.mark.parametrize("field", ["order_fen", "points", "max_points"])
def test_an_order_says_its_bill_and_points_itself(counter, field):
    order = counter.order(points=10).json
    assert refused(counter.quote(order["scene"], **{field: 100})) == (422, OrderSaysItself.code, [field])


def test_without_either_it_is_as_many_as_may_be(counter):
    assert counter.ask(fen=2_000_000).json["points"] == 5100  # all that Anna has
