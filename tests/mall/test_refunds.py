"""Refunds that come before their payment, those that wait in vain, and who looks at them."""

import pytest

from app.mall import service
from app.mall.errors import RefundMissing, RefundNotInReview
from app.mall.terms import EarnState, RefundState
from app.points import service as points
from tests.mall.conftest import NUMBER, OPENID
from tests.points.ledger import ANNA, named


@pytest.fixture
def anna(story, live_in):
    """Anna lives here, is on WeChat and wants points."""
    live_in()
    story.consent()


@pytest.fixture
def given_up(story):
    """A refund whose payment was not told for two days."""
    story.refund(100)
    story.work()
    story.at(hours=48).work()
    return story.at(hours=48)


def listed(story):
    page = service.list_refunds(story.uow, book=story.acts.book.code, limit=9, cursor=None)
    return [each.refund_id for each in page.items]


def test_a_refund_waits_for_longer_than_wechat_pay_tells_a_payment(story):
    story.refund(30)
    story.work()
    story.at(hours=24, minutes=5).work()
    assert story.kept().state == RefundState.OPEN
    story.at(hours=48).work()
    assert (story.kept().state, story.kept().reason) == (RefundState.REVIEW, "payment_unknown")


def test_attack_23_a_payment_told_after_its_refund_was_given_up_brings_nothing(story, acts, anna):
    story.mall.now = lambda: story.uow.now
    paid = story.mall.pay(OPENID, NUMBER, 10_000, "4200001")
    story.refund(100)
    story.work()
    story.at(hours=48).work()
    late = story.at(hours=49)
    late.tell(paid)
    assert (late.kept().state, late.kept().reason) == (RefundState.OPEN, None)
    late.work()
    late.work()
    story.at(days=9).work()
    assert (story.earn().state, story.earn().refunded_fen) == (EarnState.REFUNDED, 10_000)
    assert (story.kept().state, acts.available(ANNA)) == (RefundState.TAKEN, 0)


def test_so_does_one_that_somebody_closed(story, acts, anna, given_up):
    service.close_refund(given_up.uow, book=acts.book.code, mall_refund_id=given_up.kept().id)
    assert (given_up.kept().state, listed(story)) == (RefundState.CLOSED, [])
    with pytest.raises(RefundNotInReview):
        service.close_refund(given_up.uow, book=acts.book.code, mall_refund_id=given_up.kept().id)
    given_up.pay(100)
    given_up.work()
    given_up.at(days=8).work()
    assert (given_up.kept().closed_by, acts.available(ANNA)) == (None, 0)


def test_a_refund_counts_once_however_often_its_payment_is_told(story, acts, anna):
    story.pay(100)
    story.refund(40)
    story.work()
    story.pay(100)  # told by another number
    story.work()
    assert (story.earn().refunded_fen, story.kept().state) == (4_000, RefundState.TAKEN)


def test_what_cannot_be_taken_back_is_listed_where_it_was_paid(story, acts, anna):
    story.pay(100)
    story.work()
    story.at(days=7).work()
    points.undo_award(acts.uow, acts.book, award_id=story.earn().award_id, reason="by hand")
    story.at(days=8).refund(40)
    story.at(days=8).work()
    assert listed(story) == ["5030001"]


def test_a_refund_of_a_shop_nobody_named_is_listed_when_somebody_does(story, acts):
    story.refund(30, shop_number="S-8")
    story.at(hours=48).work()
    assert (story.kept().state, listed(story)) == (RefundState.REVIEW, [])
    shop = {"shop_id": story.shop.id, "rule": "mall", "return_days": 7}
    service.open_shop(story.uow, book=acts.book.code, shop_number="S-8", **shop)
    assert listed(story) == ["5030001"]
    with pytest.raises(RefundMissing):
        service.close_refund(story.uow, book=acts.book.code, mall_refund_id=named("none"))
