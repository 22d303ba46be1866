"""What a shop hears of a resident's passbook: that points do not suffice, or that it cannot be paid; never how many."""

import re

import pytest

from app.kernel.actor import Role
from app.merchants.service import gifts
from tests.merchants.counter import Counter, offer
from tests.points.api import refused
from tests.points.ledger import ANNA

TOO_FEW, NOT_PAID = (409, "merchants.points_too_few", []), (403, "merchants.redemption_refused", [])


@pytest.fixture
def counter(api, acts, shop):
    """A till at a shop with an offer; Anna has 100 points."""
    offer(acts.uow, acts.book.code, shop.id)
    return Counter.at(api, acts.uow, shop.id)


def test_a_till_that_asks_for_too_many_points_learns_no_balance(counter):
    code = counter.code()
    for _ in range(2):  # and again under its number
        answer = counter.ask(code=code, number="T-1", points=400)
        assert refused(answer) == TOO_FEW
        assert not re.search(r"100|400", answer.json["detail"])
    assert counter.look("T-1").json["decline"] == "merchants.points_too_few"


def test_the_resident_is_told_how_many_he_has(counter):
    counter.ask(number="T-1", points=400)
    [mine] = counter.own().json["items"]
    assert (mine["decline"], mine["decline_detail"]) == ("points.insufficient", "积分不足:可用 100,需要 400。")
    assert counter.own(f"/{counter.take(10)['id']}").json["decline_detail"] is None


def test_a_frozen_passbook_reads_at_the_till_as_any_payment_that_was_not_approved(acts, counter):
    acts.freeze(ANNA)
    asked = counter.ask(number="T-1", points=10)
    assert refused(asked) == NOT_PAID
    assert "冻结" not in asked.text
    assert counter.look("T-1").json["decline"] == "merchants.redemption_refused"
    assert counter.own().json["items"][0]["decline"] == "points.account_frozen"


def test_so_does_an_order_whose_resident_was_frozen_meanwhile(acts, counter):
    placed = counter.order(number="T-1", points=50)
    quote = counter.quote(placed.json["scene"]).json
    acts.freeze(ANNA)
    mine = counter.own("", {"quote_id": quote["quote_id"]})
    assert refused(mine) == (403, "points.account_frozen", [])  # he himself hears it
    assert refused(counter.order(number="T-1", points=50)) == NOT_PAID
    assert counter.look("T-1").json["decline"] == "merchants.redemption_refused"


def test_and_a_gift_that_is_to_be_handed_out(acts, counter):
    gift = gifts.offer_gift(
        acts.uow, book=acts.book.code, shop_id=counter.shop_id, title="雨伞", description="", points=50, stock=1
    )
    acts.uow.session.flush()
    mine = counter.api.post(f"/gifts/{gift.id}/reserve", {}, Role.RESIDENT, person_id=ANNA).json["id"]
    shown = counter.api.post(f"/passbook/gift-reservations/{mine}/codes", {}, Role.RESIDENT, person_id=ANNA).json
    acts.freeze(ANNA)
    collected = counter.send("POST", "/gift-collections", {"code": shown["code"]})
    assert refused(collected) == NOT_PAID
