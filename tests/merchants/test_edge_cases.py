"""Every row of the protocol's table of edge cases, by its name, over the wire that tills use."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from app.infra import redis
from app.merchants import service
from app.merchants.models import Branch
from app.merchants.service import judging
from app.merchants.terms import Verdict
from app.points import service as points_service
from tests.merchants.counter import Counter, offer
from tests.points.api import refused
from tests.points.ledger import ANNA, named


@pytest.fixture
def counter(api, acts, shop):
    """A till at the shop, whose offer takes ten points for a yuan and half the bill; Anna has 1,100 points."""
    acts.award(ANNA, 1000)
    offer(acts.uow, acts.book.code, shop.id)
    return Counter.at(api, acts.uow, shop.id)


@pytest.fixture
def judged(monkeypatch):
    """What the check against fraud says. What the engine itself says is tried in its own tests."""

    def says(verdict):
        answer = judging.Judgement(verdict, named("decision"))
        monkeypatch.setattr(judging, "judge", lambda *_args, **_details: answer)

    return says


def test_terminal_offline(counter):
    """Codes are not queued: one that was read before the line went dead is nothing when it comes back."""
    code = counter.code()
    answer = counter.later(seconds=75).ask(code=code, points=10)
    assert refused(answer) == (409, "merchants.code_not_good", ["code"])


def test_resident_offline(counter):
    """There is no code but one of ours: what a phone could make up itself is none."""
    answer = counter.ask(code="911234567890123457", points=10)
    assert refused(answer) == (409, "merchants.code_not_good", ["code"])


def test_reply_lost(acts, counter):
    code = counter.code()
    first = counter.ask(code=code, number="T-1", points=40, capture="auto", key="k-1")
    assert first.status_code == 201
    for key in ("k-1", ""):  # by the key, and by the number alone
        again = counter.ask(code=code, number="T-1", points=40, capture="auto", key=key)
        assert (again.status_code, again.json) == (201, first.json)
    other = counter.ask(code=code, number="T-1", points=41, capture="auto")
    assert refused(other) == (422, "merchants.out_trade_no_reused", ["out_trade_no"])
    assert counter.look("T-1").json == first.json
    assert acts.available(ANNA) == 1060


def test_authorise_arrives_after_reverse(acts, counter):
    tomb = counter.reverse("T-1")
    assert (tomb.status_code, tomb.json["state"]) == (200, "tombstone")
    late = counter.ask(number="T-1", points=10, capture="auto")
    assert refused(late) == (409, "merchants.order_reversed", ["out_trade_no"])
    assert counter.reverse("T-1").json == tomb.json
    assert acts.available(ANNA) == 1100
    assert refused(counter.capture("T-1")) == (409, "merchants.redemption_closed", [])


def test_hold_expires_during_till_payment(acts, counter):
    held = counter.hold(1000, fen=30_000)
    later = counter.later(minutes=15)
    assert later.look(held["out_trade_no"]).json["state"] == "expired"
    taken = later.capture(held["out_trade_no"], 900)
    assert (taken.status_code, taken.json["state"], taken.json["captured_points"]) == (200, "captured", 900)
    other = later.hold(150)
    night = later.later(minutes=15)
    night.take(190)
    gone = night.capture(other["out_trade_no"])
    assert refused(gone) == (409, "merchants.hold_lapsed", [])
    assert "现金" in gone.json["detail"]
    assert acts.later(minutes=30).available(ANNA) == 10


def test_partial_capture(acts, counter):
    held = counter.hold(500)
    assert acts.available(ANNA) == 600
    taken = counter.capture(held["out_trade_no"], 300).json
    assert (taken["captured_points"], taken["discount_fen"], taken["captured_discount_fen"]) == (300, 5000, 3000)
    assert acts.available(ANNA) == 800
    again = counter.capture(held["out_trade_no"], 301)
    assert refused(again) == (409, "merchants.redemption_closed", [])


def test_points_expire_while_held(acts, counter):
    acts.opening(ANNA, 40, date(2026, 6, 15))
    held = counter.at(counter.api, acts.uow, counter.shop_id, name="2号机")
    evening = replace(held).later(hours=13, minutes=50)  # ten to midnight in the district
    order = evening.hold(100)  # the 40 first, which are good until midnight
    night = evening.later(minutes=12)
    assert night.capture(order["out_trade_no"], 30).json["captured_points"] == 30
    assert acts.later(hours=14, minutes=2).available(ANNA) == 1100  # ten of the 40 are free again, and over


def test_sweeper_and_capture_race(acts, counter):
    """One after the other, both ways; at once with real commits: tests/merchants/test_races.py."""
    first, second = counter.hold(100), counter.hold(100)
    later = counter.later(minutes=16)
    sweeping = replace(acts.uow, now=later.pen.at)
    assert later.capture(first["out_trade_no"]).json["state"] == "captured"
    assert service.expire_redemptions(sweeping) == 1
    assert service.expire_redemptions(sweeping) == 0
    assert later.look(first["out_trade_no"]).json["state"] == "captured"
    assert later.look(second["out_trade_no"]).json["state"] == "expired"


def test_a_sweeper_whose_clock_is_ahead_leaves_the_till_its_late_capture(acts, counter):
    held = counter.hold(100)
    ahead = replace(acts.uow, now=counter.later(minutes=16).pen.at)
    assert points_service.release_expired_holds(ahead, acts.ledger.id) == 1
    in_time = counter.later(minutes=14)
    taken = in_time.capture(held["out_trade_no"], 90)
    assert (taken.status_code, taken.json["state"], taken.json["captured_points"]) == (200, "captured", 90)
    assert in_time.capture(held["out_trade_no"], 90).json == taken.json
    assert acts.later(minutes=30).available(ANNA) == 1010


def test_redis_lost(app, acts, counter):
    code, held = counter.code(), counter.hold(50)
    real = app.extensions[redis.CLIENT]
    app.extensions[redis.CLIENT] = type(real).from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    try:
        asked = counter.ask(code=code, number="T-9", points=10)
        assert refused(asked) == (503, "merchants.codes_away", [])
        assert "Retry-After" in asked.headers
        assert counter.capture(held["out_trade_no"]).json["state"] == "captured"  # what is held needs no cache
    finally:
        app.extensions[redis.CLIENT] = real
    assert counter.ask(code=code, number="T-9", points=10).status_code == 201  # the same again, once it is back


def test_resident_frozen_after_hold(acts, counter, judged):
    approved = counter.hold(100)
    judged(Verdict.REVIEW)
    reviewed = counter.hold(100)
    acts.freeze(ANNA)
    acts.uow.session.flush()
    assert counter.capture(approved["out_trade_no"]).json["state"] == "captured"
    stopped = counter.capture(reviewed["out_trade_no"])
    assert refused(stopped) == (403, "merchants.capture_refused", [])
    assert counter.reverse(reviewed["out_trade_no"]).json["state"] == "reversed"
    assert acts.figures(ANNA).held == 0


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_shop_suspended(acts, counter, state):
    held, taken = counter.hold(100), counter.take(100)
    branch = acts.uow.session.get_one(Branch, counter.shop_id)
    branch.state, branch.changed_by, branch.changed_at, branch.changed_why = state, ANNA, acts.uow.now, "x"
    acts.uow.session.flush()
    assert refused(counter.ask(points=10)) == (409, "merchants.branch_closed", [])
    assert refused(counter.order()) == (409, "merchants.branch_closed", [])
    assert counter.capture(held["out_trade_no"]).json["state"] == "captured"
    assert counter.refund(taken["out_trade_no"], 40).status_code == 201


def test_rule_engine_fails(acts, counter, judged):
    """It then says: not before the resident has confirmed (its own tests see to that it says so)."""
    judged(Verdict.BLOCK_AND_REVIEW)
    asked = counter.ask(points=100, capture="auto").json
    assert asked["state"] == "pending_confirm"
    assert acts.available(ANNA) == 1100
    assert counter.capture(asked["out_trade_no"]).status_code == 409
    confirmed = counter.own(f"/{asked['id']}/confirm", {})
    assert (confirmed.status_code, confirmed.json["state"]) == (200, "captured")
    assert counter.look(asked["out_trade_no"]).json["state"] == "captured"


def test_refund_after_account_closed(acts, counter, api):
    """The points wait in a passbook that nobody can use any more, and a treasurer is told of it."""
    taken = counter.take(100)
    acts.uow.session.execute(
        text("INSERT INTO identity_people (id, name, registered_at, closed_at) VALUES (:id, '', now(), now())"),
        {"id": named("gone")},
    )
    acts.uow.session.execute(text("UPDATE merchants_redemptions SET person_id = :id"), {"id": named("gone")})
    acts.uow.session.expire_all()
    made = counter.refund(taken["out_trade_no"], 60)
    assert made.status_code == 201
    assert acts.available(ANNA) == 1060
    assert [refund["id"] for refund in api.walk("/refunds-to-care-for", limit=5)] == [made.json["id"]]
    assert counter.refund(counter.take(10)["out_trade_no"], 5).status_code == 201
    assert len(api.walk("/refunds-to-care-for", limit=1)) == 1


def test_price_changed_at_till(counter):
    held = counter.hold(100)
    over = counter.capture(held["out_trade_no"], 101)
    assert refused(over) == (422, "merchants.capture_over", ["points"])
    assert counter.capture(held["out_trade_no"], 80).json["captured_points"] == 80
    assert counter.take(21)["state"] == "captured"  # more is a new order
