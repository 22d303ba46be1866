import pytest
from sqlalchemy import text

from app.merchants import errors, queries, service
from app.points.errors import AccountFrozen, BookMissing, PointsInsufficient
from tests.points.ledger import ANNA, BORIS, named, open_ledger


def test_an_authorised_payment_holds_points_for_fifteen_minutes(acts, till):
    payment = till.authorise(60)
    assert payment.state == "authorised"
    assert (payment.payment.hold_expires_at - acts.uow.now).total_seconds() == 900
    assert acts.available(ANNA) == 40
    assert acts.later(minutes=15).available(ANNA) == 100


def test_the_same_request_again_is_the_same_payment(acts, till):
    code = till.code()
    first = till.authorise(60, code=code, number="T-1")
    again = till.later(minutes=10).authorise(60, code=code, number="T-1")
    assert again.payment.id == first.payment.id
    assert acts.available(ANNA) == 40
    assert till.capture(first).payment.id == till.authorise(60, code=code, number="T-1").payment.id


def test_another_request_under_the_same_number_is_refused(till):
    code = till.code()
    till.authorise(60, code=code, number="T-1")
    for changes in ({"points": 59, "code": code}, {"points": 60, "code": till.code()}):
        with pytest.raises(errors.OutTradeNoReused):
            till.authorise(number="T-1", **changes)


def test_a_number_is_each_shops_own(acts, till):
    other = service.open_shop(acts.uow, book=till.book, name="豆腐坊", street="忠义街")
    first = till.authorise(10, number="T-1")
    assert till.of(other.id).authorise(10, number="T-1").payment.id != first.payment.id


@pytest.mark.parametrize("cure", ["more points", "a thaw"])
def test_a_decline_stays_under_its_number(acts, till, cure):
    refusal = PointsInsufficient if cure == "more points" else AccountFrozen
    code, points = till.code(), 101 if cure == "more points" else 100
    if cure == "a thaw":
        acts.freeze(ANNA)
    with pytest.raises(refusal) as first:
        till.authorise(points, code=code, number="T-1")
    acts.award(ANNA, 50)
    acts.thaw(ANNA)
    with pytest.raises(refusal) as again:
        till.authorise(points, code=code, number="T-1")
    assert again.value.detail("en") == first.value.detail("en")
    assert till.authorise(points, number="T-2").state == "authorised"
    kept = service.list_payments(till.cashier, book=till.book, out_trade_no="T-1", limit=5, cursor=None).items[0]
    assert (kept.state, kept.payment.decline) == ("declined", refusal.code)


def test_a_wrong_code_stays_wrong_under_its_number(acts, till):
    with pytest.raises(errors.CodeNotGood):
        till.authorise(10, code="00000000", number="T-1")
    with pytest.raises(errors.CodeNotGood):
        till.authorise(10, code="00000000", number="T-1")
    with pytest.raises(errors.OutTradeNoReused):
        till.authorise(10, code=till.code(), number="T-1")
    assert acts.available(ANNA) == 100


def test_a_declined_payment_has_used_up_its_code(till):
    code = till.code()
    with pytest.raises(PointsInsufficient):
        till.authorise(101, code=code)
    with pytest.raises(errors.CodeNotGood):
        till.authorise(10, code=code)


@pytest.mark.parametrize(("asked", "taken"), [(None, 60), (60, 60), (25, 25)])
def test_a_payment_is_captured_whole_or_in_part(acts, till, asked, taken):
    payment = till.authorise(60)
    captured = till.capture(payment, asked)
    assert (captured.state, captured.payment.captured_points) == ("captured", taken)
    assert acts.available(ANNA) == 100 - taken
    assert till.later(hours=1).capture(payment, asked).payment.transaction_id == captured.payment.transaction_id
    assert acts.available(ANNA) == 100 - taken


def test_a_second_and_different_capture_is_refused(till):
    payment = till.authorise(60)
    till.capture(payment, 30)
    for points in (None, 31):
        with pytest.raises(errors.PaymentClosed):
            till.capture(payment, points)


def test_more_than_held_is_refused_and_less_still_captured(till):
    payment = till.authorise(60)
    with pytest.raises(errors.CaptureOver) as caught:
        till.capture(payment, 61)
    assert caught.value.params == {"requested": 61, "held": 60}
    assert till.capture(payment, 60).state == "captured"


def test_a_lapsed_payment_is_neither_captured_nor_in_the_way(acts, till):
    payment = till.authorise(60)
    later = till.later(minutes=15)
    assert later.show(payment).state == "expired"
    with pytest.raises(errors.PaymentClosed):
        later.capture(payment)
    assert later.cancel(payment).state == "expired"
    assert later.authorise(100).state == "authorised"


def test_a_frozen_passbook_captures_nothing_but_can_be_cancelled(acts, till):
    payment = till.authorise(60)
    acts.freeze(ANNA)
    with pytest.raises(AccountFrozen):
        till.capture(payment)
    assert till.cancel(payment).state == "cancelled"
    assert acts.available(ANNA) == 100


def test_a_cancelled_payment_gives_everything_back(acts, till):
    payment = till.authorise(60)
    assert till.cancel(payment).state == "cancelled"
    assert till.cancel(payment).state == "cancelled"
    assert acts.available(ANNA) == 100
    with pytest.raises(errors.PaymentClosed):
        till.capture(payment)


def test_a_captured_payment_is_not_cancelled(till):
    payment = till.pay(60)
    with pytest.raises(errors.PaymentClosed):
        till.cancel(payment)


def test_payments_of_another_shop_or_book_are_missing(acts, till):
    payment = till.authorise(10)
    other = service.open_shop(acts.uow, book=till.book, name="豆腐坊", street="忠义街")
    stranger = till.of(other.id)
    for act in (stranger.show, stranger.capture, stranger.cancel):
        with pytest.raises(errors.PaymentMissing):
            act(payment)
    foreign = open_ledger(acts.uow)
    till.book = foreign.book.code
    with pytest.raises(errors.PaymentMissing):
        till.show(payment)
    with pytest.raises(errors.ShopMissing):
        till.authorise(10, code="00000000")
    till.book = "nowhere"
    with pytest.raises(BookMissing):
        till.show(payment)


def test_a_cashier_without_a_shop_does_nothing(till):
    payment = till.authorise(10)
    for act in (lambda t: t.show(payment), lambda t: t.authorise(10, code="00000000")):
        with pytest.raises(errors.ShopNotOnToken):
            act(till.of(None))


def test_a_shop_lists_its_own_payments_newest_first(acts, till):
    acts.award(BORIS, 100)
    mine = [till.pay(5, BORIS) for _ in range(3)]
    other = service.open_shop(acts.uow, book=till.book, name="豆腐坊", street="忠义街")
    till.of(other.id).pay(5)
    till.refund(mine[0], 2)
    page = service.list_payments(till.cashier, book=till.book, out_trade_no=None, limit=2, cursor=None)
    rest = service.list_payments(till.cashier, book=till.book, out_trade_no=None, limit=2, cursor=page.next_cursor)
    seen = [*page.items, *rest.items]
    assert [receipt.payment.id for receipt in seen] == [receipt.payment.id for receipt in reversed(mine)]
    assert [receipt.refunded_points for receipt in seen] == [0, 0, 2]


def test_a_shop_that_is_not_there_is_missing(acts):
    with pytest.raises(errors.ShopMissing):
        queries.get_shop(acts.uow.session, acts.ledger.id, named("nowhere"))


def test_no_job_is_queued_on_the_way(acts, till):
    payment = till.pay(50)
    till.refund(payment, 10)
    till.cancel(till.authorise(5))
    assert acts.uow.session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0
