from datetime import date

import pytest

from app.merchants import errors, queries, service
from app.merchants.errors.counter import NothingToRefund
from app.points.errors import AlreadyReversed, AmountOver
from tests.points.ledger import ANNA


def test_points_come_back_in_parts(acts, till):
    payment = till.pay(60)
    assert till.refund(payment, 20).state == "refunded"
    assert till.refund(payment, 40).state == "refunded"
    assert acts.available(ANNA) == 100
    assert till.show(payment).redemption.refunded_points == 60


def test_the_same_refund_again_gives_nothing_more(acts, till):
    payment = till.pay(60)
    first = till.refund(payment, 20, number="R-1")
    again = till.refund(payment, 20, number="R-1")
    assert (again.id, again.transaction_id) == (first.id, first.transaction_id)
    assert acts.available(ANNA) == 60


def test_another_refund_under_the_same_number_is_refused(till):
    payment, other = till.pay(30), till.pay(30)
    till.refund(payment, 20, number="R-1")
    with pytest.raises(errors.OutRefundNoReused):
        till.refund(payment, 10, number="R-1")
    with pytest.raises(errors.OutRefundNoReused):
        till.refund(other, 20, number="R-1")


def test_no_more_comes_back_than_was_taken(acts, till):
    payment = till.capture(till.authorise(60), 50)
    till.refund(payment, 30)
    with pytest.raises(AmountOver) as first:
        till.refund(payment, 21, number="R-2")
    with pytest.raises(AmountOver) as again:
        till.refund(payment, 21, number="R-2")
    assert first.value.detail("en") == again.value.detail("en")
    kept = queries.get_refund_of(acts.uow.session, till.shop_id, "R-2")
    assert (kept.state, kept.decline, kept.transaction_id) == ("declined", "points.amount_over", None)
    assert till.refund(payment, 20, number="R-3").state == "refunded"
    assert acts.available(ANNA) == 100


def test_only_what_was_captured_is_refunded(till):
    payment = till.authorise(60)
    with pytest.raises(errors.NotCaptured):
        till.refund(payment, 10)
    till.reverse(payment)
    with pytest.raises(NothingToRefund):
        till.refund(payment, 10)
    taken = till.pay(20)
    till.reverse(taken)
    with pytest.raises(NothingToRefund) as refused:  # not "reverse it instead": it was
        till.refund(taken, 10)
    assert refused.value.detail("zh") == "这笔兑换已撤销,店里没有留下积分,不用退款。"


def test_a_reversed_redemption_is_not_refunded_too(acts, till):
    payment = till.pay(60)
    acts.reverse(payment.redemption.transaction_id)
    with pytest.raises(AlreadyReversed):
        till.refund(payment, 10)
    assert acts.available(ANNA) == 100


def test_another_shops_payment_is_missing(acts, till):
    payment = till.pay(60)
    other = service.open_shop(acts.uow, book=till.book, name="豆腐坊", street="忠义街")
    with pytest.raises(errors.RedemptionMissing):
        till.of(other.id).refund(payment, 10)


def test_points_that_lapsed_meanwhile_come_back_with_days_of_grace(acts, till):
    acts.opening(ANNA, 40, date(2026, 6, 30))
    payment = till.pay(40)
    later = till.later(days=30)
    later.refund(payment, 40)
    assert acts.later(days=30).available(ANNA) == 140
    assert acts.later(days=61).available(ANNA) == 100
