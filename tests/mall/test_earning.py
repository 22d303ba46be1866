"""From a payment to points, and what comes back of it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.infra import wechatpay
from app.kernel.actor import Actor, Role
from app.mall import service
from app.mall.errors import EarnMissing, EarnNotInReview, MallShopMissing, ShopNumberTaken
from app.mall.terms import EarnState, Reason, RefundState, ReportState
from app.points import service as points
from app.points.errors import RuleMissing
from sandbox.wechatpay.world import MERCHANT_SERIAL
from tests.mall.conftest import NUMBER, OPENID
from tests.points.ledger import ANNA, BORIS
from tests.points.programme import publish


@pytest.fixture
def pending(story, live_in):
    """Anna paid 100 yuan, and everything is known."""
    live_in()
    story.consent()
    story.pay(100)
    story.work()
    return story


def test_points_follow_when_goods_can_no_longer_be_returned(pending, acts):
    story = pending
    earn = story.earn()
    assert (earn.state, earn.points, earn.resident_id) == (EarnState.PENDING, 100, ANNA)
    assert earn.due_at == story.uow.now + timedelta(days=7)
    story.at(days=7, seconds=-1).work()
    assert acts.available(ANNA) == 0
    story.at(days=7).work()
    earn = story.earn()
    assert (earn.state, earn.points, earn.report) == (EarnState.AWARDED, 100, ReportState.SENT)
    assert acts.available(ANNA) == 100
    story.at(days=8).work()
    assert acts.available(ANNA) == 100


def test_wechat_pay_is_told_at_once_what_to_expect(pending):
    [told] = pending.mall.told
    assert told["transaction_id"] == "4200001"
    assert (told["openid"], told["appid"]) == (OPENID, pending.mall.appid)
    assert (told["earn_points"], told["increased_points"]) == (True, 100)
    assert told["points_update_time"] == "2026-06-15T10:00:00+08:00"


def test_the_rules_caps_hold(story, live_in, acts):
    live_in()
    story.consent()
    story.pay(250, "4200001")
    story.pay(250, "4200002")
    story.work()
    story.at(days=7).work()
    assert (story.earn("4200001").points, story.earn("4200002").points) == (250, 50)  # 300 a day
    assert acts.available(ANNA) == 300


def test_a_payment_that_brings_nothing_is_told_as_such(story, live_in):
    live_in()
    story.consent()
    story.tell(story.mall.pay(OPENID, NUMBER, 99, "4200009"))
    story.work()
    [told] = story.mall.told
    assert (told["earn_points"], told["increased_points"]) == (False, 0)
    assert told["no_points_remarks"]


def test_what_comes_back_in_time_brings_fewer_points(pending, acts):
    pending.at(days=1).refund(40)
    pending.at(days=1).work()
    pending.at(days=7).work()
    assert (pending.earn().points, acts.available(ANNA)) == (60, 60)
    assert pending.kept().state == RefundState.TAKEN


def test_what_comes_back_whole_brings_none(pending, acts):
    pending.refund(60, "r1")
    pending.refund(60, "r2")  # more than was paid: no less than nothing is left
    pending.work()
    pending.at(days=7).work()
    assert (pending.earn().state, acts.available(ANNA)) == (EarnState.REFUNDED, 0)


def test_of_paid_points_their_part_is_taken_back_once(pending, acts):
    pending.at(days=7).work()
    late = pending.at(days=8)
    document = late.mall.refund(OPENID, "4200001", "5030001", 10_000, 4_000)
    late.tell(document)
    late.work()
    late.tell(document | {"id": "again"})
    late.work()
    assert (pending.earn().points, acts.available(ANNA)) == (60, 60)
    late.refund(60, "5030002")
    late.work()
    assert (pending.earn().state, pending.earn().points, acts.available(ANNA)) == (EarnState.REFUNDED, 0, 0)


def test_what_was_spent_of_it_is_owed(pending, acts):
    pending.at(days=7).work()
    late = pending.at(days=8)
    late.acts.redeem(ANNA, 100)
    late.refund(50)
    late.work()
    assert pending.earn().points == 50
    assert acts.trial()["clawback"] == 0  # what Anna owes (-100) and what the budget is owed (+100)
    assert late.acts.available(ANNA) == 0  # what he did not pay for is not his to spend again


def test_a_refund_that_comes_before_its_payment_waits(story, live_in, acts):
    live_in()
    story.consent()
    story.refund(30)
    story.work()
    assert story.kept().state == RefundState.OPEN
    story.pay(100)
    story.at(minutes=10).work()
    story.at(days=7, minutes=10).work()
    assert acts.available(ANNA) == 70


def test_an_award_that_was_taken_back_by_hand_is_looked_at(pending, acts):
    pending.at(days=7).work()
    points.undo_award(acts.uow, acts.book, award_id=pending.earn().award_id, reason="by hand")
    pending.at(days=8).refund(40)
    pending.at(days=8).work()
    assert (pending.earn().state, pending.kept().state) == (EarnState.REVIEW, RefundState.REVIEW)
    assert acts.available(ANNA) == 0


LACKS = {
    Reason.SHOP_UNKNOWN: {"shop_number": "S-8"},
    Reason.CONSENT_MISSING: {"consent": False},
    Reason.PERSON_UNKNOWN: {"person": False},
    Reason.NOT_RESIDENT: {"resident": None},
}


@pytest.mark.parametrize("lack", list(LACKS))
def test_what_lacks_something_is_parked_for_a_day_and_then_looked_at(story, live_in, acts, lack):
    case = LACKS[lack]
    if case.get("person", True):
        live_in(resident_id=case.get("resident", ANNA))
    if case.get("consent", True):
        story.consent()
    story.pay(100, shop_number=case.get("shop_number", NUMBER))
    story.work()
    assert (story.earn().state, story.earn().reason) == (EarnState.PARKED, lack)
    story.at(hours=23, minutes=59).work()
    assert story.earn().state == EarnState.PARKED
    story.at(hours=24).work()
    assert (story.earn().state, story.earn().reason) == (EarnState.REVIEW, lack)
    assert story.mall.told == []


def test_what_comes_in_time_is_seen(story, live_in):
    story.pay(100)
    story.work()
    live_in()
    story.consent()
    story.work()
    assert story.earn().state == EarnState.PARKED  # it is looked at every ten minutes
    story.at(minutes=10).work()
    assert story.earn().state == EarnState.PENDING


def test_a_shop_that_is_named_later_picks_up_what_waited_for_it(story, live_in, acts):
    live_in()
    story.consent()
    story.pay(100, shop_number="S-8")
    story.work()
    story.at(hours=24).work()
    assert story.earn().state == EarnState.REVIEW
    late = story.at(days=2)
    late_shop = {"shop_id": story.shop.id, "rule": "mall", "return_days": 0}
    service.open_shop(late.uow, book=acts.book.code, shop_number="S-8", **late_shop)
    late.work()
    assert story.earn().state == EarnState.AWARDED


def test_a_dry_budget_is_tried_again_for_a_week(story, live_in, acts):
    live_in()
    story.consent()
    story.pay(100)
    story.work()
    acts.award(BORIS, 100_000)
    story.at(days=7).work()
    assert (story.earn().state, story.earn().reason) == (EarnState.PENDING, "points.insufficient")
    story.at(days=13, hours=23).work()
    assert story.earn().state == EarnState.PENDING
    story.at(days=14).work()
    assert story.earn().state == EarnState.REVIEW


def test_what_wechat_pay_does_not_take_is_told_again(story, live_in):
    live_in()
    story.consent()
    story.mall.answers[:] = [500, 429]
    story.pay(100)
    story.work()
    assert (story.earn().report, story.earn().report_attempts) == (ReportState.QUEUED, 1)
    story.at(minutes=1).work()
    story.at(minutes=2).work()
    assert story.mall.told == []
    story.at(minutes=3).work()
    assert story.earn().report == ReportState.SENT


def test_it_is_given_up_after_twenty_times(story, live_in):
    live_in()
    story.consent()
    story.mall.answers[:] = [500] * 20
    story.pay(100)
    for hours in range(0, 48, 2):
        story.at(hours=hours).work()
    assert (story.earn().report, story.earn().report_attempts) == (ReportState.FAILED, 20)


def test_what_we_send_is_signed_by_the_merchant(story):
    body, path = b'{"a":1}', "/v3/businesscircle/points/notify"
    header = wechatpay.client().sign("POST", path, body)
    assert f'serial_no="{MERCHANT_SERIAL}"' in header
    story.mall.answers[:] = [204]
    assert story.mall.hear("POST", path, header, body) == 204
    assert story.mall.hear("POST", path, header, body + b" ") == 401
    assert story.mall.hear("GET", path, header, body) == 401


def test_somebody_decides_on_what_is_in_review(story, live_in, acts):
    story.pay(100)
    story.work()
    story.at(hours=24).work()
    earn, book, day = story.earn(), acts.book.code, story.at(hours=25)
    page = service.list_earns(day.uow, book=book, state=EarnState.REVIEW, limit=9, cursor=None)
    assert [each.id for each in page.items] == [earn.id]
    live_in()
    day.consent()
    service.retry_earn(day.uow, book=book, earn_id=earn.id)
    with pytest.raises(EarnNotInReview):
        service.refuse_earn(day.uow, book=book, earn_id=earn.id)
    day.work()
    assert story.earn().state == EarnState.PENDING
    own = replace(day.uow, actor=Actor(ANNA, frozenset({Role.RESIDENT})))
    assert [each.points for each in service.list_own_earns(own, book=book, limit=9, cursor=None).items] == [100]
    with pytest.raises(EarnMissing):
        service.retry_earn(day.uow, book=book, earn_id=UUID(int=1))


def test_what_is_refused_is_told_as_bringing_nothing(story, acts):
    story.pay(100)
    story.work()
    story.at(hours=24).work()
    service.refuse_earn(story.uow, book=acts.book.code, earn_id=story.earn().id)
    story.work()
    assert (story.earn().state, story.mall.told[0]["earn_points"]) == (EarnState.REFUSED, False)


def test_a_number_is_one_shops_by_a_rule_that_is_there(story, acts):
    act = {"book": acts.book.code, "shop_id": story.shop.id, "return_days": 7}
    with pytest.raises(ShopNumberTaken):
        service.open_shop(story.uow, **act, shop_number=NUMBER, rule="mall")
    with pytest.raises(RuleMissing):
        service.open_shop(story.uow, **act, shop_number="S-9", rule="none")
    with pytest.raises(MallShopMissing):
        service.open_shop(story.uow, **(act | {"shop_id": UUID(int=1)}), shop_number="S-9", rule="mall")
    with pytest.raises(MallShopMissing):
        service.close_shop(story.uow, book=acts.book.code, mall_shop_id=UUID(int=1))
    [first] = service.list_shops(story.uow, book=acts.book.code, limit=9, cursor=None).items
    assert service.close_shop(story.uow, book=acts.book.code, mall_shop_id=first.id).closed_at is not None
    service.open_shop(story.uow, **act, shop_number=NUMBER, rule="mall")


def test_a_rule_that_was_never_published_is_looked_at(story, live_in, acts):
    publish(story.uow, acts.ledger, "hours", "minutes")
    live_in()
    story.consent()
    more = {"shop_id": story.shop.id, "rule": "hours", "return_days": 7}
    service.open_shop(story.uow, book=acts.book.code, shop_number="S-9", **more)
    story.pay(100, shop_number="S-9")
    story.work()
    assert (story.earn().state, story.earn().reason) == (EarnState.REVIEW, "points.fact_incomplete")
