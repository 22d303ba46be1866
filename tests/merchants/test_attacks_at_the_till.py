"""The attacks of the catalogue that meet a till, by number. 23: test_random_orders, 25 and 26: test_scanning."""

from datetime import date

import pytest
from sqlalchemy import text

from app.kernel.signed import Algorithm
from app.merchants import service
from app.merchants.errors import RedemptionRefused
from app.merchants.rules.codes import make_code
from tests.merchants.counter import Counter, offer
from tests.merchants.till import NO_CODE
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS, named
from tests.risk.facts import Desk as RiskDesk
from tests.risk.facts import rule

BAD_CODE = (409, "merchants.code_not_good", ["code"])


@pytest.fixture
def counter(api, acts, shop):
    """A till at the shop, whose offer takes ten points for a yuan and half the bill; Anna has 1,100 points."""
    acts.award(ANNA, 1000)
    offer(acts.uow, acts.book.code, shop.id)
    return Counter.at(api, acts.uow, shop.id)


def test_attack_1_a_screenshot_of_a_code_is_worth_little(acts, counter):
    elsewhere = service.open_shop(acts.uow, book=acts.book.code, name="豆腐坊", street="忠义街")
    offer(acts.uow, acts.book.code, elsewhere.id)
    other = Counter.at(counter.api, acts.uow, elsewhere.id)
    late, code = counter.code(), counter.code()
    assert refused(counter.later(seconds=75).ask(code=late, points=10)) == BAD_CODE
    assert counter.ask(code=code, points=10).status_code == 201
    assert refused(other.ask(code=code, points=10)) == BAD_CODE
    assert acts.figures(ANNA).held == 10


def test_attack_2_codes_are_not_guessed(acts, counter):
    used, lapsed = counter.code(), counter.code(BORIS)
    counter.take(10, code=used)
    later = counter.later(seconds=75)
    answers = [
        later.ask(code=code, points=1) for code in (NO_CODE, used, lapsed, *map(make_code, ("1" * 15, "2" * 15)))
    ]
    told = [{name: part for name, part in answer.json.items() if name != "trace_id"} for answer in answers]
    assert [answer.status_code for answer in answers] == [409] * 5
    assert all(one == told[0] for one in told)  # whatever is wrong with a code
    sixth = later.ask(code=later.code(), points=1)
    assert refused(sixth) == (429, "web.too_often", [])
    assert sixth.json["detail"].startswith("一分钟内已有多个付款码不正确")
    second = Counter.at(counter.api, acts.uow, counter.shop_id, name="2号机")
    assert second.ask(points=1).status_code == 201  # another till goes on


def test_attack_2_what_is_no_code_of_ours_is_no_try_and_costs_no_number(acts, counter):
    """A cashier who scans the payment codes of WeChat does not shut his own till."""
    right = counter.code()
    misread = right[:-1] + str((int(right[-1]) + 1) % 10)
    for code in [f"1345678901234567{number:02}" for number in range(6)] + [misread]:
        answer = counter.ask(code=code, number="T-1", points=10)
        assert refused(answer) == (422, "merchants.code_not_ours", ["code"])
    assert "微信" in answer.json["detail"]
    assert counter.look("T-1").status_code == 404
    assert counter.ask(code=right, number="T-1", points=10).status_code == 201


def test_attack_6_a_retry_after_a_timeout_takes_nothing_twice(acts, counter):
    code = counter.code()
    first = counter.ask(code=code, number="T-1", points=100, capture="auto").json
    assert counter.look("T-1").json == first
    for _ in range(3):
        assert counter.ask(code=code, number="T-1", points=100, capture="auto").json == first
    for _ in range(2):
        assert counter.reverse("T-1").json["state"] == "reversed"
    assert refused(counter.ask(code=code, number="T-1", points=100, capture="auto"))[:2] == (
        409,
        "merchants.order_reversed",
    )
    assert acts.available(ANNA) == 1100


def test_attack_7_parts_under_a_limit_do_not_pass_it_in_sum(acts, counter):
    offer(acts.uow, acts.book.code, counter.shop_id, person_day_points_max=100, person_day_count_max=4)
    counter.take(40)
    held = counter.hold(40)
    over = counter.ask(points=21)
    assert refused(over) == (409, "merchants.person_day_over", ["points"])
    assert "20" in over.json["detail"]
    counter.reverse(held["out_trade_no"])
    counter.take(20)
    counter.take(20)
    counter.take(10)
    assert refused(counter.ask(points=1))[1] == "merchants.person_day_over"  # the fifth purchase
    midnight = counter.later(hours=14)
    assert midnight.take(100)["state"] == "captured"
    assert refused(midnight.ask(points=1))[1] == "merchants.person_day_over"


def test_attack_7_a_shop_has_a_day_too(acts, counter):
    acts.award(BORIS, 1000)
    offer(acts.uow, acts.book.code, counter.shop_id, shop_day_points_max=100)
    counter.take(60)
    over = counter.ask(code=counter.code(BORIS), points=41)
    assert refused(over) == (409, "merchants.shop_day_over", ["points"])
    counter.take(40, code=counter.code(BORIS))


def test_attack_8_the_house_does_not_redeem_at_its_own_counter(acts, counter):
    uow = acts.uow
    uow.session.execute(
        text(
            "INSERT INTO merchants_people (id, merchant_id, kind, name, person_id, registered_by, registered_at)"
            " VALUES (:id, :merchant_id, 'owner', '店主', :person_id, :id, now())"
        ),
        {"id": named("row"), "merchant_id": counter.shop_id, "person_id": ANNA},
    )
    own = counter.ask(number="T-1", points=10)
    assert refused(own) == (403, "merchants.own_shop", [])
    again = counter.ask(code=NO_CODE, number="T-1", points=10)
    assert again.status_code == 422  # the number is used up, for ever
    assert counter.look("T-1").json["decline"] == "merchants.own_shop"
    acts.award(BORIS, 100)
    assert counter.take(10, code=counter.code(BORIS))["state"] == "captured"


def test_attack_8_points_are_a_part_of_a_bill(counter):
    over = counter.ask(fen=1000, points=51)
    assert refused(over) == (409, "merchants.share_over", ["points"])
    all_that_may_be = counter.ask(fen=1000).json
    assert (all_that_may_be["points"], all_that_may_be["discount_fen"]) == (50, 500)


def test_attack_8_a_resident_and_a_shop_that_deal_again_and_again_are_looked_at(acts, counter):
    answers = [counter.take(1) for _ in range(9)]
    rows = acts.uow.session.execute(
        text(
            "SELECT d.outcome, d.reasons, d.case_id IS NOT NULL FROM merchants_redemptions r"
            " JOIN risk_decisions d ON d.book_id = r.book_id AND d.id = r.decision_id AND d.subject_id = r.id"
            " ORDER BY r.id"
        )
    ).all()
    assert len(rows) == 9
    assert tuple(rows[0]) == ("approve", [], False)
    outcome, reasons, has_case = rows[-1]
    assert (outcome, has_case) == ("review", True)
    assert "VEL_PAIR_1D" in reasons
    assert set(answers[0]) == set(answers[-1])  # the shop is told nothing of it
    assert {answer["state"] for answer in answers} == {"captured"}


def test_attack_23_what_was_given_back_is_told_to_anti_fraud(acts, counter):
    taken = counter.take(100)
    counter.refund(taken["out_trade_no"], 60)
    counter.reverse(counter.hold(30)["out_trade_no"])
    facts = text("SELECT asked, points FROM risk_facts WHERE kind = 'redeem' ORDER BY asked")
    moved = acts.uow.session.execute(facts).all()
    assert [tuple(row) for row in moved] == [(30, 0), (100, 40)]


def test_attack_24_expiring_points_are_not_renewed_by_a_hold(acts, counter):
    acts.opening(ANNA, 40, date(2026, 6, 15))
    evening = counter.later(hours=13, minutes=50)
    held = evening.hold(40)
    night = evening.later(minutes=12)
    assert night.reverse(held["out_trade_no"]).json["state"] == "reversed"
    assert acts.later(hours=14, minutes=2).available(ANNA) == 1100  # the forty were good until midnight


def test_attack_27_a_shop_takes_no_more_than_was_agreed(counter):
    held = counter.hold(100)
    assert refused(counter.capture(held["out_trade_no"], 101)) == (422, "merchants.capture_over", ["points"])
    assert counter.look(held["out_trade_no"]).json["state"] == "held"
    taken = counter.capture(held["out_trade_no"], 60).json
    assert counter.own(f"/{taken['id']}").json["captured_points"] == 60  # what the resident is shown
    over = counter.refund(held["out_trade_no"], 61)
    assert refused(over) == (409, "points.amount_over", ["points"])


@pytest.mark.parametrize("field", ["points", "max_points", "order_fen"])
@pytest.mark.parametrize("value", [10**30, -1, 0, 1.5, True, "1"])
def test_attack_28_absurd_numbers_are_refused_by_name(counter, field, value):
    asked = {"code": NO_CODE, "out_trade_no": "T-1", "order_fen": 100, field: value}
    assert refused(counter.send("POST", "/redemptions", asked)) == (422, "web.invalid", [field])


def test_a_low_tier_till_takes_little(acts, counter):
    low = Counter.at(counter.api, acts.uow, counter.shop_id, algorithm=Algorithm.HMAC_SHA256, name="3号机")
    acts.award(ANNA, 10_000)
    assert low.take(500, fen=30_000)["state"] == "captured"
    assert refused(low.ask(points=501, fen=30_000)) == (403, "merchants.low_tier_over", ["points"])
    for _ in range(9):
        low.take(500, fen=30_000)
    assert refused(low.ask(points=1)) == (403, "merchants.low_tier_over", ["points"])
    assert counter.take(501, fen=30_000)["state"] == "captured"


@pytest.mark.parametrize("number", ["a b", "订单", "x" * 65, "%00"])
def test_what_is_no_number_is_not_buried(counter, number):
    answer = counter.reverse(number)
    assert answer.status_code in {401, 422}, answer.text  # 401: what was signed is not what the server reads
    assert counter.look("T-none").status_code == 404


def test_another_shops_numbers_are_nobodys(acts, counter):
    elsewhere = service.open_shop(acts.uow, book=acts.book.code, name="豆腐坊", street="忠义街")
    other = Counter.at(counter.api, acts.uow, elsewhere.id)
    held = counter.hold(10)
    assert refused(other.look(held["out_trade_no"]))[:2] == (404, "merchants.redemption_missing")
    assert refused(other.capture(held["out_trade_no"]))[:2] == (404, "merchants.redemption_missing")
    assert refused(other.refund(held["out_trade_no"], 1))[:2] == (404, "merchants.redemption_missing")
    assert other.reverse(held["out_trade_no"]).json["state"] == "tombstone"  # a number of its own
    assert counter.look(held["out_trade_no"]).json["state"] == "held"
    assert other.send("GET", "/redemptions").json["items"][0]["state"] == "tombstone"


def test_a_tills_redemptions_come_page_by_page(counter):
    made = [counter.take(1)["id"] for _ in range(5)]
    items, cursor = [], ""
    while True:
        page = counter.send("GET", f"/redemptions?limit=2{cursor}").json
        items += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(item["id"] for item in items) == sorted(made)
    wrong = counter.send("GET", "/redemptions?cursor=WyIxIiwgIjIiXQ")
    assert refused(wrong)[:2] == (422, "kernel.cursor_invalid")


def test_what_a_till_is_answered_is_told_whole(counter):
    taken = counter.take(100)
    assert {name for name, value in taken.items() if value is None} == {
        "decline",
        "expires_at",
        "poll_after",
        "resident_name_masked",
    }
    assert (taken["mode"], taken["points"], taken["discount_fen"]) == ("code", 100, 1000)


def test_a_rule_declines_and_the_number_stays_declined(acts, counter):
    rules = RiskDesk(acts.uow, acts.book)
    rules.publish(rule("never", "points >= 10", 100))
    code = counter.code()
    answer = counter.ask(code=code, number="T-1", points=10)
    assert refused(answer) == (403, RedemptionRefused.code, [])
    assert "never" not in answer.text  # a shop is not told why
    rules.publish(rule("never", "points >= 10000", 100))
    assert refused(counter.ask(code=code, number="T-1", points=10)) == (403, RedemptionRefused.code, [])
    assert counter.ask(number="T-2", points=10).status_code == 201
    assert acts.figures(ANNA).held == 10
