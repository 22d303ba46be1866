from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.kernel.actor import SYSTEM
from app.merchants import errors, rules
from app.merchants.terms import PaymentState
from tests.points.ledger import ANNA, BORIS, SHOP, named

NOW = datetime(2026, 6, 15, 2, tzinfo=UTC)
DAY = date(2026, 6, 15)
HOLD = named("hold")


def test_the_same_digits_are_another_code_in_another_book():
    assert rules.hash_code(1, "12345678") != rules.hash_code(2, "12345678")
    assert rules.hash_code(1, "12345678") != rules.hash_code(1, "12345679")


def test_a_cashier_belongs_to_the_shop_of_the_token():
    assert rules.shop_of(replace(SYSTEM, shop_id=SHOP)) == SHOP
    with pytest.raises(errors.ShopNotOnToken):
        rules.shop_of(SYSTEM)


@pytest.mark.parametrize(
    ("state", "ends", "shown"),
    [
        ("authorised", NOW + timedelta(microseconds=1), "authorised"),
        ("authorised", NOW, "expired"),
        ("captured", NOW, "captured"),
        ("declined", None, "declined"),
    ],
)
def test_held_points_whose_time_is_over_read_as_expired(state, ends, shown):
    assert rules.shown_state(state, ends, NOW) == shown


def test_only_an_authorised_payment_has_a_hold():
    assert rules.open_hold(PaymentState.AUTHORISED, HOLD, ANNA) == rules.Held(HOLD, ANNA)
    for state in set(PaymentState) - {PaymentState.AUTHORISED}:
        with pytest.raises(errors.PaymentClosed) as caught:
            rules.open_hold(state, HOLD, ANNA)
        assert state in caught.value.detail("zh")


def test_only_a_captured_payment_can_be_refunded():
    assert rules.redemption_of(PaymentState.CAPTURED, HOLD, ANNA) == rules.Taken(HOLD, ANNA)
    for state in set(PaymentState) - {PaymentState.CAPTURED}:
        with pytest.raises(errors.PaymentNotCaptured):
            rules.redemption_of(state, HOLD, ANNA)


def test_no_more_than_held_is_captured():
    rules.check_capture(50, 50)
    with pytest.raises(errors.CaptureOver):
        rules.check_capture(51, 50)


def test_a_number_is_good_for_one_content():
    rules.check_same_payment((b"a", 1), (b"a", 1), out_trade_no="n")
    for other in ((b"b", 1), (b"a", 2)):
        with pytest.raises(errors.OutTradeNoReused):
            rules.check_same_payment((b"a", 1), other, out_trade_no="n")
    rules.check_same_refund((ANNA, 1), (ANNA, 1), out_refund_no="n")
    for other_refund in ((BORIS, 1), (ANNA, 2)):
        with pytest.raises(errors.OutRefundNoReused):
            rules.check_same_refund((ANNA, 1), other_refund, out_refund_no="n")


def test_a_settlement_reaches_no_further_than_today():
    rules.check_through(DAY, DAY)
    with pytest.raises(errors.ThroughInFuture):
        rules.check_through(DAY + timedelta(days=1), DAY)
    with pytest.raises(errors.NothingToSettle):
        rules.check_through(date.min, DAY)


def test_a_settlement_states_what_a_shop_is_owed():
    rules.check_total(lines=1, fen=0, through=DAY)
    with pytest.raises(errors.NothingToSettle):
        rules.check_total(lines=0, fen=0, through=DAY)
    with pytest.raises(errors.SettlementNegative):
        rules.check_total(lines=1, fen=-1, through=DAY)


def test_a_settlement_is_paid_under_one_reference():
    assert rules.is_paid(None, "a", fen=1) is False
    assert rules.is_paid("a", "a", fen=1) is True
    with pytest.raises(errors.AlreadyPaid):
        rules.is_paid("a", "b", fen=1)
    with pytest.raises(errors.NothingToPay):
        rules.is_paid(None, "a", fen=0)
