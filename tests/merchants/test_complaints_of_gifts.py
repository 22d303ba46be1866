"""Complaints about gifts: the line is kept back, a gift comes back whole; and points that come back to who has gone."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from app.kernel.actor import Actor, Role
from app.merchants.service import reserving
from app.risk.terms import EventKind, Outcome
from tests.merchants.settled import Desk
from tests.merchants.test_complaints import OWNER, answer, counter, decide, shown, state
from tests.merchants.test_gifts_judged import collect, complain, give_back, own, put, reserve, rules
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS, named
from tests.risk.facts import rule

__all__ = ["counter", "rules"]


@pytest.fixture
def had(acts, counter):
    """A gift for 100 points that Anna was handed out."""
    asked = reserve(counter, put(acts, counter, 100))
    assert collect(counter, asked).status_code == 201
    return asked


def test_attack_27_a_gift_is_complained_of_kept_back_and_comes_back_whole_by_two(acts, counter, had):
    stated = state(counter)
    assert (stated["fen"], stated["payable_fen"]) == (1000, 1000)
    complaint = complain(counter, had)
    assert (complaint.status_code, complaint.json["state"]) == (201, "open"), complaint.text
    assert (complaint.json["redemption_id"], complaint.json["reservation_id"]) == (None, had)
    assert refused(complain(counter, had)) == (409, "merchants.complaint_twice", [])
    stated = shown(counter, stated)
    assert (stated["disputed_fen"], stated["payable_fen"]) == (1000, 0)
    asked = counter.api.client.get(
        f"/v1/me/merchants/{counter.shop_id}/complaints",
        headers=counter.api.bearer(Role.PERSON, person_id=OWNER) | {"Linli-Demo-Clock": counter.api.at},
    ).json["items"]
    assert [(each["out_trade_no"], each["complaint"]["reservation_id"]) for each in asked] == [(None, had)]
    answer(counter, complaint.json, agrees=False)
    part = decide(counter, complaint.json, "refund", points=40)
    assert refused(part) == (422, "merchants.complaint_gift_whole", ["points"])
    before = acts.available(ANNA)
    assert decide(counter, complaint.json, "refund").json["state"] == "contested"
    assert acts.available(ANNA) == before
    done = decide(counter, complaint.json, "refund", name="deputy").json
    assert (done["state"], done["points"], done["refund_id"]) == ("refunded", 100, None)
    assert acts.available(ANNA) == before + 100
    assert own(counter, had).json["state"] == "returned"
    assert give_back(counter, had).json["state"] == "returned"  # again at the till: once is enough
    assert acts.available(ANNA) == before + 100
    next_one = state(counter.later(days=1), "2026-06-16")
    assert (next_one["fen"], next_one["released_fen"], next_one["payable_fen"]) == (-1000, 1000, 0)
    assert Desk(acts).on(1).findings() == []


def test_a_shop_that_agrees_takes_a_gift_back_at_once(acts, counter, had):
    before = acts.available(ANNA)
    agreed = answer(counter, complain(counter, had).json, agrees=True)
    assert (agreed.json["state"], agreed.json["points"], acts.available(ANNA)) == ("refunded", 100, before + 100)


def test_attack_23_what_anti_fraud_stops_an_owner_does_not_give_back_by_agreeing(acts, counter, had, rules):
    rules.publish(rule("none", "points > 0", 0, kinds=frozenset({EventKind.REFUND}), at_least=Outcome.BLOCK_AND_REVIEW))
    before = acts.available(ANNA)
    agreed = answer(counter, complain(counter, had).json, agrees=True).json
    assert (agreed["state"], acts.available(ANNA)) == ("contested", before)
    for name in ("treasurer", "deputy"):
        done = decide(counter, agreed, "refund", name=name).json
    assert (done["state"], acts.available(ANNA)) == ("refunded", before + 100)


def test_of_what_one_did_not_get_one_does_not_complain(acts, counter):
    gift = put(acts, counter, 100)
    asked = reserve(counter, gift)
    assert refused(complain(counter, asked))[:2] == (409, "merchants.complaint_of_nothing")
    assert collect(counter, asked).status_code == 201
    other = counter.api.post(
        f"/passbook/gift-reservations/{asked}/complaint", {"kind": "other", "text": "x"}, Role.RESIDENT, person_id=BORIS
    )
    assert refused(other)[:2] == (404, "merchants.reservation_missing")
    assert refused(complain(counter.later(days=31), asked))[:2] == (409, "merchants.complaint_late")
    assert give_back(counter, asked).json["state"] == "returned"
    assert refused(complain(counter, asked))[:2] == (409, "merchants.complaint_needless")


def test_a_gift_that_comes_back_to_a_closed_account_is_seen_to_among_refunds(acts, counter, api):
    taken = [counter.take(10) for _ in range(2)]
    acts.uow.session.execute(
        text("INSERT INTO identity_people (id, name, registered_at, closed_at) VALUES (:id, '', now(), now())"),
        {"id": named("gone")},
    )
    acts.uow.session.execute(text("UPDATE merchants_redemptions SET person_id = :id"), {"id": named("gone")})
    acts.uow.session.expire_all()
    gift = put(acts, counter, 100)
    gone = replace(acts.uow, actor=Actor(ANNA, frozenset({Role.RESIDENT}), person_id=named("gone")))
    had = str(reserving.reserve_gift(gone, book=acts.book.code, gift_id=gift.id).reservation.id)
    assert collect(counter, had).status_code == 201
    first = counter.refund(taken[0]["out_trade_no"], 5).json["id"]
    assert give_back(counter, had).json["state"] == "returned"
    last = counter.refund(taken[1]["out_trade_no"], 5).json["id"]
    for limit in (1, 2, 5):
        found = api.walk("/refunds-to-care-for", limit=limit)
        assert [(each["reservation_id"], each["points"]) for each in found] == [(None, 5), (had, 100), (None, 5)]
        assert [found[0]["id"], found[2]["id"]] == [first, last]
