"""Attacks on what comes late (a capture after its hold) and on limits that were asked of one way in only."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from app.kernel.actor import Actor, Role
from app.kernel.signed import Algorithm
from app.merchants import service
from tests.merchants.counter import Counter, offer
from tests.points.api import refused, statements
from tests.points.ledger import ANNA, BORIS, named
from tests.risk.facts import Desk as RiskDesk
from tests.risk.facts import rule

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


def test_attack_7_a_late_capture_does_not_pass_the_shops_day(acts, counter):
    offer(acts.uow, acts.book.code, counter.shop_id, shop_day_points_max=100)
    held = counter.hold(100)
    later = counter.later(minutes=16)
    later.take(100)
    assert refused(later.capture(held["out_trade_no"])) == LAPSED
    assert acts.later(minutes=17).available(ANNA) == 1000


def test_attack_7_a_posted_code_is_not_accepted_late(acts, counter):
    scene = counter.api.post(f"/shops/{counter.shop_id}/sign", {}).json["scene"]
    for minutes in (0, 3, 6):
        now = counter.later(minutes=minutes)
        quote = now.quote(scene, order_fen=9000, points=200).json
        assert now.own("", {"quote_id": quote["quote_id"]}).json["state"] == "held"
    now = counter.later(minutes=9)
    mine = [each["out_trade_no"] for each in now.send("GET", "/redemptions").json["items"]]
    assert len(mine) == 3
    assert [refused(now.capture(number)) for number in mine] == [CLOSED] * 3
    assert acts.later(minutes=9).available(ANNA) == 1100


def test_attack_7_a_late_capture_does_not_pass_the_day_of_a_till_with_a_shared_secret(acts, counter):
    acts.award(ANNA, 20_000)
    low = hmac_till(counter, acts)
    held = low.hold(500, fen=30_000)
    later = low.later(minutes=16)
    for _ in range(9):
        later.take(500, fen=30_000)
    later.take(1)
    assert refused(later.capture(held["out_trade_no"])) == LAPSED
    assert later.look(held["out_trade_no"]).json["state"] == "expired"


def test_attack_16_late_captures_do_not_add_up_what_was_only_tapped(acts, counter):
    RiskDesk(acts.uow, acts.book).publish(rule("ask", "points >= 10", 60))
    asked = counter.ask(points=300)
    assert counter.own(f"/{asked.json['id']}/confirm", {}).json["state"] == "held"
    later = counter.later(minutes=16)
    again = later.ask(points=300)
    assert later.own(f"/{again.json['id']}/confirm", {}).json["state"] == "held"
    assert refused(later.capture(asked.json["out_trade_no"])) == LAPSED
    assert later.capture(again.json["out_trade_no"]).json["state"] == "captured"


# --- a till with a shared secret takes little by every way in


def test_attack_20_an_order_of_a_till_with_a_shared_secret_is_capped_as_well(acts, counter):
    low = hmac_till(counter, acts)
    acts.award(ANNA, 10_000)
    order = low.order(fen=100_000, points=2000, capture="auto").json
    assert refused(low.quote(order["scene"])) == (403, "merchants.low_tier_over", ["points"])
    quotes = [low.quote(low.order(fen=100_000, points=500, capture="auto").json["scene"]).json for _ in range(11)]
    for quote in quotes[:10]:
        assert low.own("", {"quote_id": quote["quote_id"]}).json["captured_points"] == 500
    over = low.own("", {"quote_id": quotes[10]["quote_id"]})
    assert refused(over) == (403, "merchants.low_tier_over", ["points"])
    unquoted = low.quote(low.order(fen=100_000, points=500, capture="auto").json["scene"])
    assert refused(unquoted) == (403, "merchants.low_tier_over", ["points"])
    assert acts.available(ANNA) == 6100


# --- a shop without an offer is no way round what is confirmed


@pytest.fixture
def bare(api, acts, shop):
    """A cashier at a shop without an offer; a point of the book is paid with 10 fen; Anna has 20,100 points."""
    acts.award(ANNA, 20_000)
    return Counter(api, None, shop.id)


def ask_bare(bare, points, number):
    body = {"code": bare.code(), "points": points, "out_trade_no": number}
    return bare.api.post("/payments", body, Role.CASHIER, shop_id=str(bare.shop_id))


def test_attack_27_a_cashier_without_an_offer_takes_much_only_when_it_is_confirmed(acts, bare):
    RiskDesk(acts.uow, acts.book).publish(rule("hardly", "points >= 900000", 60))
    assert ask_bare(bare, 2000, "N-1").json["state"] == "held"
    asked = ask_bare(bare, 2001, "N-2")
    assert (asked.status_code, asked.json["state"], asked.json["discount_fen"]) == (201, "pending_confirm", None)
    assert bare.own(f"/{asked.json['id']}").json["challenge"] is None
    assert bare.own(f"/{asked.json['id']}/confirm", {}).json["state"] == "held"
    much = ask_bare(bare, 5001, "N-3").json
    assert len(bare.own(f"/{much['id']}").json["challenge"]) == 64
    tapped = bare.own(f"/{much['id']}/confirm", {})
    assert refused(tapped) == (403, "merchants.step_up_needed", ["signature"])


def test_attack_27_anti_fraud_is_told_that_it_is_all_points(acts, bare):
    ask_bare(bare, 100, "N-1")
    row = acts.uow.session.execute(text("SELECT features, order_fen FROM risk_decisions")).one()
    assert (row.features["points_share_percent"], row.order_fen) == (100, 1000)


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


def test_attack_8_a_shopkeeper_who_helps_somebody_does_not_spend_for_her_at_his_own_counter(acts, counter):
    of_the_house(acts, counter, BORIS)
    assert refused(counter.ask(code=code_by(acts, BORIS), points=10)) == OWN
    assert counter.take(10, code=code_by(acts, named("her daughter")))["state"] == "captured"
    assert counter.take(10)["state"] == "captured"  # she herself does
    kept = acts.uow.session.scalars(text("SELECT acted_by FROM merchants_redemptions ORDER BY id"))
    assert list(kept) == [BORIS, named("her daughter"), None]


# --- what came to nothing was not spent


def test_what_lapses_or_is_refused_counts_as_nothing_for_anti_fraud(acts, counter):
    RiskDesk(acts.uow, acts.book).publish(rule("ask", "points >= 50", 60))
    counter.hold(10)
    refused_ = counter.ask(points=60).json
    counter.ask(points=70)
    taken = counter.take(20)
    assert counter.own(f"/{refused_['id']}/refuse", {}).json["state"] == "declined"
    assert sorted(spent(acts)) == [10, 20, 70], "what he said no to counts as if it never was"
    later = counter.later(minutes=16)
    with statements(every=True) as ran:
        assert sweep(acts, later) == 2
    assert sum("risk_facts" in each for each in ran) == 1
    assert sorted(spent(acts)) == [0, 0, 20]
    assert later.look(taken["out_trade_no"]).json["state"] == "captured"


def test_what_is_taken_late_counts_again(acts, counter):
    held = counter.hold(10)
    later = counter.later(minutes=16)
    sweep(acts, later)
    assert later.capture(held["out_trade_no"]).json["state"] == "captured"
    assert spent(acts) == [10]
