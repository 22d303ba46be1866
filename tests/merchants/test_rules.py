from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.kernel.actor import SYSTEM
from app.kernel.scenes import SCENE_LENGTH_MAX
from app.merchants import errors
from app.merchants import rules as settlements
from app.merchants.errors.counter import NothingToRefund
from app.merchants.rules import redemptions as rules
from app.merchants.rules import scenes
from app.merchants.rules.redemptions import Day
from app.merchants.terms import RedeemMode, RedemptionState
from tests.merchants.counter import OFFER
from tests.points.ledger import ANNA, BORIS, SHOP, named

NOW = datetime(2026, 6, 15, 2, tzinfo=UTC)
DAY = date(2026, 6, 15)
HOLD = named("hold")


def test_a_cashier_belongs_to_the_shop_of_the_token():
    assert rules.shop_of(replace(SYSTEM, shop_id=SHOP)) == SHOP
    with pytest.raises(errors.ShopNotOnToken):
        rules.shop_of(SYSTEM)


@pytest.mark.parametrize(
    ("state", "ends", "refunded", "shown"),
    [
        ("held", NOW + timedelta(microseconds=1), 0, "held"),
        ("held", NOW, 0, "expired"),
        ("ordered", NOW, 0, "expired"),
        ("pending_confirm", NOW, 0, "expired"),
        ("captured", NOW, 0, "captured"),
        ("captured", NOW, 4, "partly_refunded"),
        ("captured", NOW, 10, "refunded"),
        ("reversed", NOW, 10, "reversed"),
        ("declined", None, 0, "declined"),
    ],
)
def test_what_is_over_reads_as_expired_and_what_was_given_back_as_refunded(state, ends, refunded, shown):
    assert rules.shown_state(state, expires_at=ends, refunded=refunded, captured=10, now=NOW) == shown


def test_only_a_captured_one_can_be_refunded_and_only_for_thirty_days():
    for state in ("captured", "partly_refunded", "refunded"):
        rules.check_refund(RedemptionState(state), NOW - timedelta(days=30), NOW)
        with pytest.raises(errors.RefundTooLate):
            rules.check_refund(RedemptionState(state), NOW - timedelta(days=30, microseconds=1), NOW)
    for state in ("held", "ordered", "pending_confirm"):
        with pytest.raises(errors.NotCaptured):
            rules.check_refund(RedemptionState(state), NOW, NOW)
    for state in ("reversed", "expired", "declined", "tombstone"):
        with pytest.raises(NothingToRefund):
            rules.check_refund(RedemptionState(state), NOW, NOW)


def test_one_is_reversed_on_the_day_it_was_captured():
    evening = datetime(2026, 6, 15, 15, 59, 59, tzinfo=UTC)  # a second to midnight in the district
    rules.check_reverse(evening, evening)
    for at in (evening + timedelta(seconds=1), NOW + timedelta(days=1)):
        with pytest.raises(errors.ReverseTooLate):
            rules.check_reverse(evening, at)
    with pytest.raises(errors.ReverseTooLate):
        rules.check_reverse(None, NOW)


def test_no_more_than_held_is_captured():
    rules.check_capture(50, 50)
    with pytest.raises(errors.CaptureOver):
        rules.check_capture(51, 50)


def test_a_number_is_good_for_one_content():
    rules.check_same_request(b"a", b"a", out_trade_no="n")
    for before in (b"b", None):
        with pytest.raises(errors.OutTradeNoReused):
            rules.check_same_request(before, b"a", out_trade_no="n")
    rules.check_same_refund((ANNA, 1), (ANNA, 1), out_refund_no="n")
    for other_refund in ((BORIS, 1), (ANNA, 2)):
        with pytest.raises(errors.OutRefundNoReused):
            rules.check_same_refund((ANNA, 1), other_refund, out_refund_no="n")


@pytest.mark.parametrize("number", ["", "x" * 65, "a b", "a\x00", "a/b", "订单", "a\n"])
def test_what_is_no_shops_number(number):
    with pytest.raises(errors.OutTradeNoMalformed):
        rules.check_number(number)


def test_what_never_came_so_far_is_nobodys():
    with pytest.raises(errors.RedemptionClosed):
        rules.whose(RedemptionState.TOMBSTONE, None, None)
    assert rules.whose(RedemptionState.HELD, 1, ANNA).resident_id == ANNA


def test_the_limits_of_a_day():
    limited = replace(OFFER, person_day_points_max=100, person_day_count_max=3, shop_day_points_max=500)
    rules.check_day(limited, Day(60, 2, 0, 460), 40)
    rules.check_day(OFFER, Day(10**9, 10**9, 0, 10**9), 10**9)
    for day, points in ((Day(60, 2), 41), (Day(0, 3), 1)):
        with pytest.raises(errors.PersonDayOver):
            rules.check_day(limited, day, points)
    with pytest.raises(errors.ShopDayOver) as refused:
        rules.check_day(limited, Day(0, 0, 0, 480), 21)
    assert "20" in refused.value.detail("en")


def test_posted_codes_have_limits_of_their_own():
    code, posted = RedeemMode.CODE, RedeemMode.SHOP_CODE
    rules.check_mode(code, 10**9, Day(), attended=False)
    rules.check_mode(posted, 1_000, Day(shop_code_fen=4_000), attended=False)
    with pytest.raises(errors.ShopCodeDayOver):
        rules.check_mode(posted, 1_001, Day(shop_code_fen=4_000), attended=True)
    with pytest.raises(errors.UnattendedOver):
        rules.check_mode(posted, 1_001, Day(), attended=False)
    assert not rules.needs_soter(posted, 2_000)
    assert rules.needs_soter(posted, 2_001)
    assert not rules.needs_soter(code, 50_000)
    assert rules.needs_soter(code, 50_001)


def test_a_challenge_is_one_redemptions():
    assert rules.challenge_of(HOLD) == rules.challenge_of(HOLD) != rules.challenge_of(ANNA)


def test_what_a_shops_code_says():
    keys = {1: b"one", 2: b"two"}
    scene = scenes.SHOP.make("0123456789", keys)
    assert scene.startswith("s.0123456789.2.")
    assert len(scene) <= SCENE_LENGTH_MAX
    assert scenes.SHOP.read(scene, keys) == "0123456789"
    assert scenes.SHOP.read(scenes.SHOP.make("0123456789", {1: b"one"}), keys) == "0123456789"
    altered = [
        scene[:-1] + ("0" if scene[-1] != "0" else "1"),
        scene.replace("0123", "0124"),
        "p" + scene[1:],
        "",
        "o.x",
    ]
    for other in altered:
        assert scenes.SHOP.read(other, keys) is None
    assert scenes.SHOP.read(scene, {1: b"one"}) is None  # its key was retired
    order = scenes.order_scene("x", keys)
    assert scenes.is_order(order)
    assert len(order) <= SCENE_LENGTH_MAX
    assert not scenes.is_order(scene)


def test_a_settlement_reaches_no_further_than_today():
    settlements.check_through(DAY, DAY)
    with pytest.raises(errors.ThroughInFuture):
        settlements.check_through(DAY + timedelta(days=1), DAY)
    with pytest.raises(errors.NothingToSettle):
        settlements.check_through(date.min, DAY)


def test_a_settlement_states_what_a_shop_is_owed():
    settlements.check_total(lines=1, fen=0, through=DAY)
    with pytest.raises(errors.NothingToSettle):
        settlements.check_total(lines=0, fen=0, through=DAY)
    with pytest.raises(errors.SettlementNegative):
        settlements.check_total(lines=1, fen=-1, through=DAY)


def test_a_settlement_is_paid_under_one_reference():
    assert settlements.is_paid(None, "a", fen=1) is False
    assert settlements.is_paid("a", "a", fen=1) is True
    with pytest.raises(errors.AlreadyPaid):
        settlements.is_paid("a", "b", fen=1)
    with pytest.raises(errors.NothingToPay):
        settlements.is_paid(None, "a", fen=0)
