"""Attacks on what comes late (a capture after its hold) and on limits that were asked of one way in only."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from app.kernel.actor import Actor, Role
from app.kernel.signed import Algorithm
from app.merchants import service
from tests.merchants.counter import Counter, offer
from tests.points.api import refused
from tests.points.ledger import ANNA, named

LAPSED = (409, "merchants.hold_lapsed", [])
CLOSED = (409, "merchants.redemption_closed", [])
OWN = (403, "merchants.own_shop", [])


@pytest.fixture
def counter(api, acts, shop):
    """A till at the shop, whose offer takes ten points for a yuan and half the bill; Anna has 1,100 points."""
    acts.award(ANNA, 1000)
    offer(acts.uow, acts.book.code, shop.id)
    return Counter.at(api, acts.uow, shop.id)


def hmac_till(counter, acts):
    return Counter.at(counter.api, acts.uow, counter.shop_id, algorithm=Algorithm.HMAC_SHA256, name="3号机")


def spent(acts):
    """What anti-fraud counts of each payment asked for: points that moved, or still may."""
    return list(acts.uow.session.scalars(text("SELECT points FROM risk_facts WHERE kind = 'redeem' ORDER BY ctid")))


def sweep(acts, counter):
    ended = service.expire_redemptions(replace(acts.uow, now=counter.pen.at))
    acts.uow.session.flush()
    return ended


# --- what was reversed is not taken afterwards


@pytest.mark.parametrize("swept", [False, True])
def test_attack_6_what_was_reversed_after_its_hold_is_not_taken_any_more(acts, counter, swept):
    offer(acts.uow, acts.book.code, counter.shop_id, stock_points=100)
    number = counter.hold(100)["out_trade_no"]
    later = counter.later(minutes=16)
    if swept:
        assert sweep(acts, later) == 1
    for _ in range(2):
        answer = later.reverse(number)
        assert (answer.status_code, answer.json["state"]) == (200, "reversed")
    assert refused(later.capture(number)) == CLOSED  # sent earlier, and late
    assert acts.later(minutes=17).available(ANNA) == 1100
    assert later.take(100)["state"] == "captured"  # the offer has its hundred again, and once
    assert spent(acts) == [0, 100]


# --- a late capture is held to what a new payment is held to


# --- a till with a shared secret takes little by every way in


# --- a shop without an offer is no way round what is confirmed


@pytest.fixture
def bare(api, acts, shop):
    """A cashier at a shop without an offer; a point of the book is paid with 10 fen; Anna has 20,100 points."""
    acts.award(ANNA, 20_000)
    return Counter(api, None, shop.id)


def ask_bare(bare, points, number):
    body = {"code": bare.code(), "points": points, "out_trade_no": number}
    return bare.api.post("/payments", body, Role.CASHIER, shop_id=str(bare.shop_id))


# --- who acts for somebody is somebody, too


def of_the_house(acts, counter, who):
    acts.uow.session.execute(
        text(
            "INSERT INTO merchants_people (id, merchant_id, kind, name, person_id, registered_by, registered_at)"
            " VALUES (:id, :merchant_id, 'owner', '店主', :person_id, :id, now())"
        ),
        {"id": named("row"), "merchant_id": counter.shop_id, "person_id": who},
    )


def code_by(acts, helper):
    """Anna's code, asked for by her helper."""
    actor = Actor(ANNA, frozenset({Role.RESIDENT}), book=acts.book.code, acted_by=helper)
    return service.issue_code(replace(acts.uow, actor=actor), book=acts.book.code).code


# --- what came to nothing was not spent
