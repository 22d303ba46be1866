"""What a shop's program is told of its redemptions: by webhooks, once, and nothing of residents."""

import json

import pytest
from sqlalchemy import select

from app.merchants import service
from app.merchants.errors import HoldLapsed, RedemptionRefused
from app.webhooks import service as webhooks
from app.webhooks.models import Delivery
from app.webhooks.rules.events import EVENTS
from tests.points.ledger import ANNA

OURS = [name for name in EVENTS if name.startswith(("redemption.", "refund."))]


@pytest.fixture
def told(acts, till):
    """What was written down for the shop, in its order: types, and the data of each."""
    webhooks.open_endpoint(
        acts.uow,
        owner_id=till.shop_id,
        hears={"book": till.book},
        url="https://shop.example.cn/linli",
        types=OURS,
    )
    acts.uow.session.flush()

    def look():
        acts.uow.session.flush()
        found = acts.uow.session.scalars(select(Delivery).order_by(Delivery.id)).all()
        return [(each.type, json.loads(each.body)["data"]) for each in found]

    return look


def test_a_hold_its_capture_and_its_refunds_are_told(acts, till, told):
    held = till.authorise(60, number="T-1")
    till.capture(held, 50)
    till.refund(held, 20, number="R-1")
    assert [name for name, _ in told()] == ["redemption.held", "redemption.captured", "refund.created"]
    for name, data in told():
        assert (data["book"], data["out_trade_no"]) == (till.book, "T-1"), name
        assert data["shop_id"] == str(till.shop_id)
    (_, captured), (_, refund) = told()[1:]
    assert captured["captured_points"] == 50
    assert (refund["out_refund_no"], refund["refunded_points"]) == ("R-1", 20)


def test_asked_again_nothing_is_told_twice(till, told):
    code = till.code()
    first = till.authorise(60, code=code, number="T-1")
    till.authorise(60, code=code, number="T-1")
    till.capture(first)
    till.capture(first)
    assert [name for name, _ in told()] == ["redemption.held", "redemption.captured"]


def test_what_is_given_back_or_ran_out_is_told(acts, till, told):
    till.reverse(till.authorise(30))
    till.authorise(30)
    later = acts.later(minutes=20)
    assert service.expire_redemptions(later.uow) == 1
    assert [name for name, _ in told()] == [
        "redemption.held",
        "redemption.reversed",
        "redemption.held",
        "redemption.expired",
    ]


def test_a_capture_that_comes_too_late_tells_that_it_ran_out_and_once(acts, till, told):
    held = till.authorise(60)
    later = till.later(minutes=15)
    later.pay(60)
    with pytest.raises(HoldLapsed):
        later.capture(held)
    acts.uow.session.flush()
    service.expire_redemptions(later.uow)
    names = [name for name, data in told() if data["redemption_id"] == str(held.redemption.id)]
    assert names == ["redemption.held", "redemption.expired"]


def test_what_is_declined_is_not_told(acts, till, told):
    acts.freeze(ANNA)
    with pytest.raises(RedemptionRefused):
        till.authorise(30)
    assert told() == []


def test_nothing_is_told_of_who_paid(till, told):
    till.capture(till.authorise(60))
    for _, data in told():
        assert str(ANNA) not in json.dumps(data)


def test_another_shop_is_told_nothing(acts, till, told):
    other = service.open_shop(acts.uow, book=till.book, name="豆腐坊", street="忠义街")
    till.of(other.id).authorise(10)
    assert told() == []
