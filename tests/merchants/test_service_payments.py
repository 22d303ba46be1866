import pytest
from sqlalchemy import text

from app.merchants import errors, queries, service
from app.merchants.errors.counter import PointsTooFew
from app.points.errors import AccountFrozen, BookMissing, PointsInsufficient
from tests.merchants.counter import offer
from tests.merchants.till import NO_CODE
from tests.points.ledger import ANNA, BORIS, named, open_ledger


def test_an_authorised_payment_holds_points_for_fifteen_minutes(acts, till):
    payment = till.authorise(60)
    assert payment.state == "held"
    assert (payment.redemption.expires_at - acts.uow.now).total_seconds() == 900
    assert acts.available(ANNA) == 40
    assert acts.later(minutes=15).available(ANNA) == 100


def test_the_same_request_again_is_the_same_payment(acts, till):
    code = till.code()
    first = till.authorise(60, code=code, number="T-1")
    again = till.later(minutes=10).authorise(60, code=code, number="T-1")
    assert again.redemption.id == first.redemption.id
    assert acts.available(ANNA) == 40
    assert till.capture(first).redemption.id == till.authorise(60, code=code, number="T-1").redemption.id


def test_another_request_under_the_same_number_is_refused(till):
    code = till.code()
    till.authorise(60, code=code, number="T-1")
    for changes in ({"points": 59, "code": code}, {"points": 60, "code": till.code()}):
        with pytest.raises(errors.OutTradeNoReused):
            till.authorise(number="T-1", **changes)


def test_a_number_is_each_shops_own(acts, till):
    other = service.open_shop(acts.uow, book=till.book, name="豆腐坊", street="忠义街")
    first = till.authorise(10, number="T-1")
    assert till.of(other.id).authorise(10, number="T-1").redemption.id != first.redemption.id


@pytest.mark.parametrize("cure", ["more points", "a thaw"])
def test_a_decline_stays_under_its_number(acts, till, cure):
    own, refusal = (
        (PointsInsufficient, PointsTooFew) if cure == "more points" else (AccountFrozen, errors.RedemptionRefused)
    )
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
    assert till.authorise(points, number="T-2").state == "held"
    kept = service.list_payments(till.cashier, book=till.book, out_trade_no="T-1", limit=5, cursor=None).items[0]
    assert (kept.state, kept.redemption.decline) == ("declined", own.code)


def test_a_wrong_code_stays_wrong_under_its_number(acts, till):
    with pytest.raises(errors.CodeNotGood):
        till.authorise(10, code=NO_CODE, number="T-1")
    with pytest.raises(errors.CodeNotGood):
        till.authorise(10, code=NO_CODE, number="T-1")
    with pytest.raises(errors.OutTradeNoReused):
        till.authorise(10, code=till.code(), number="T-1")
    assert acts.available(ANNA) == 100


def test_a_declined_payment_has_used_up_its_code(till):
    code = till.code()
    with pytest.raises(PointsTooFew):
        till.authorise(101, code=code)
    with pytest.raises(errors.CodeNotGood):
        till.authorise(10, code=code)


@pytest.mark.parametrize(("asked", "taken"), [(None, 60), (60, 60), (25, 25)])
def test_a_payment_is_captured_whole_or_in_part(acts, till, asked, taken):
    payment = till.authorise(60)
    captured = till.capture(payment, asked)
    assert (captured.state, captured.redemption.captured_points) == ("captured", taken)
    assert acts.available(ANNA) == 100 - taken
    assert till.later(hours=1).capture(payment, asked).redemption.transaction_id == captured.redemption.transaction_id
    assert acts.available(ANNA) == 100 - taken


def test_a_second_and_different_capture_is_refused(till):
    payment = till.authorise(60)
    till.capture(payment, 30)
    for points in (None, 31):
        with pytest.raises(errors.RedemptionClosed):
            till.capture(payment, points)


def test_more_than_held_is_refused_and_less_still_captured(till):
    payment = till.authorise(60)
    with pytest.raises(errors.CaptureOver) as caught:
        till.capture(payment, 61)
    assert caught.value.params == {"requested": 61, "held": 60}
    assert till.capture(payment, 60).state == "captured"


def test_a_lapsed_payment_is_not_in_the_way_and_captured_anew_while_the_points_are_there(acts, till):
    payment = till.authorise(60)
    later = till.later(minutes=15)
    assert later.show(payment).state == "expired"
    assert acts.later(minutes=15).available(ANNA) == 100
    assert later.capture(payment, 50).state == "captured"
    assert acts.later(minutes=15).available(ANNA) == 50


def test_a_lapsed_payment_that_was_reversed_is_not_captured_anew(acts, till):
    payment = till.authorise(60)
    later = till.later(minutes=15)
    assert later.reverse(payment).state == "reversed"
    with pytest.raises(errors.RedemptionClosed):
        later.capture(payment)
    assert acts.later(minutes=15).available(ANNA) == 100


def test_a_lapsed_payment_whose_points_are_gone_is_paid_in_cash(till):
    payment = till.authorise(60)
    later = till.later(minutes=15)
    later.pay(60)
    with pytest.raises(errors.HoldLapsed):
        later.capture(payment)
    with pytest.raises(errors.HoldLapsed):  # tried once: other points make no other try
        later.capture(payment, 5)
    assert later.show(payment).state == "expired"


def test_a_lapsed_payment_is_no_more_captured_after_ten_minutes(till):
    payment = till.authorise(60)
    with pytest.raises(errors.RedemptionClosed):
        till.later(minutes=25).capture(payment)


def test_a_passbook_frozen_after_the_hold_pays_what_was_approved(acts, till):
    payment = till.authorise(60)
    acts.freeze(ANNA)
    assert till.capture(payment).state == "captured"
    assert acts.figures(ANNA).posted == 40
    with pytest.raises(errors.RedemptionRefused):
        till.authorise(10)


def test_a_passbook_frozen_after_the_hold_pays_nothing_that_is_still_looked_at(acts, till):
    payment = till.authorise(60)
    looked_at = {"id": payment.redemption.id}
    acts.uow.session.execute(text("UPDATE merchants_redemptions SET outcome = 'review' WHERE id = :id"), looked_at)
    acts.freeze(ANNA)
    with acts.uow.session.begin_nested() as attempt:
        with pytest.raises(errors.CaptureRefused):
            till.capture(payment)
        attempt.rollback()  # as the unit of work does
    assert till.reverse(payment).state == "reversed"
    assert acts.available(ANNA) == 100


def test_a_reversed_payment_gives_everything_back(acts, till):
    payment = till.authorise(60)
    assert till.reverse(payment).state == "reversed"
    assert till.reverse(payment).state == "reversed"
    assert acts.available(ANNA) == 100
    with pytest.raises(errors.RedemptionClosed):
        till.capture(payment)


def test_a_captured_payment_is_reversed_on_its_day_and_given_back_whole(acts, till):
    payment = till.pay(60)
    till.refund(payment, 10)
    reversed_ = till.reverse(payment)
    assert (reversed_.state, reversed_.redemption.refunded_points) == ("reversed", 60)
    assert till.reverse(payment).state == "reversed"
    assert acts.available(ANNA) == 100
    with pytest.raises(errors.RedemptionClosed):
        till.capture(payment)


def test_a_captured_payment_of_another_day_is_refunded_and_not_reversed(till):
    payment = till.pay(60)
    with pytest.raises(errors.ReverseTooLate):
        till.later(hours=14).reverse(payment)  # midnight in the district
    assert till.later(hours=13, minutes=59, seconds=59).reverse(payment).state == "reversed"


def test_payments_of_another_shop_or_book_are_missing(acts, till):
    payment = till.authorise(10)
    other = service.open_shop(acts.uow, book=till.book, name="豆腐坊", street="忠义街")
    stranger = till.of(other.id)
    for act in (stranger.show, stranger.capture, stranger.reverse):
        with pytest.raises(errors.RedemptionMissing):
            act(payment)
    foreign = open_ledger(acts.uow)
    till.book = foreign.book.code
    with pytest.raises(errors.RedemptionMissing):
        till.show(payment)
    with pytest.raises(errors.ShopMissing):
        till.authorise(10)  # the code is of that book, which does not know the shop
    till.book = "nowhere"
    with pytest.raises(BookMissing):
        till.show(payment)


def test_a_cashier_without_a_shop_does_nothing(till):
    payment = till.authorise(10)
    for act in (lambda t: t.show(payment), lambda t: t.authorise(10, code=NO_CODE)):
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
    assert [receipt.redemption.id for receipt in seen] == [receipt.redemption.id for receipt in reversed(mine)]
    assert [receipt.redemption.refunded_points for receipt in seen] == [0, 0, 2]


def test_a_shop_that_is_not_there_is_missing(acts):
    with pytest.raises(errors.ShopMissing):
        queries.get_shop(acts.uow.session, acts.ledger.id, named("nowhere"))


def test_no_job_is_queued_on_the_way(acts, till):
    payment = till.pay(50)
    till.refund(payment, 10)
    till.reverse(till.authorise(5))
    assert acts.uow.session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_what_is_declined_takes_nothing_of_an_offers_stock(acts, till):
    offer(acts.uow, till.book, till.shop_id, stock_points=1000, share_percent_max=100)
    for _ in range(2):
        with pytest.raises(PointsTooFew):
            till.authorise(150, order_fen=10_000)
    assert acts.uow.session.scalar(text("SELECT max(stock_points) FROM merchants_offers")) == 1000
