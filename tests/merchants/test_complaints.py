"""Complaints of residents: what keeps money back, who decides, and what silence does. 27 is the catalogue's number."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.identity.service import staff
from app.identity.service.closing import close_account
from app.kernel.actor import Actor, Role
from app.merchants import errors, service
from app.merchants.models import Complaint, Dispute, MerchantPerson, Redemption, Settlement
from app.merchants.service import complaints, refunds
from app.merchants.terms import ComplaintKind, ComplaintOutcome, ComplaintState
from app.notices.models import Notice
from tests.merchants.counter import Counter, offer
from tests.merchants.settled import FIRST, SECOND, Desk, by
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS, named

OWNER = named("owner of the shop")
TODAY = date(2026, 6, 15)
DRAGON_BOAT = "2026-06-24T00:00:00+08:00"
"""The end of five working days after Monday the 15th: the 19th is a holiday, and a weekend follows."""


@pytest.fixture
def counter(api, acts, shop):
    """A till at the shop, whose owner has an account; Anna has 1,100 points, ten of which are one yuan."""
    acts.award(ANNA, 1000)
    offer(acts.uow, acts.book.code, shop.id)
    acts.uow.session.add(
        MerchantPerson(
            id=named("row of the owner"),
            merchant_id=shop.id,
            kind="owner",
            name="店主",
            person_id=OWNER,
            registered_by=OWNER,
            registered_at=acts.uow.now,
        )
    )
    acts.uow.session.flush()
    return Counter.at(api, acts.uow, shop.id)


def complain(counter, taken, *, who=ANNA, **changes):
    body = {"kind": "wrong_amount", "text": "说好二十元,扣了一百元"} | changes
    return counter.own(f"/{taken['id']}/complaint", body, who=who)


def answer(counter, complaint, agrees, *, who=OWNER):
    """What the shop's owner says."""
    return counter.api.client.post(
        f"/v1/me/merchants/{counter.shop_id}/complaints/{complaint['id']}/answer",
        json={"book": counter.api.book, "agrees": agrees, "text": "顾客确认过金额"},
        headers=counter.api.bearer(Role.PERSON, person_id=who) | {"Linli-Demo-Clock": counter.api.at},
    )


def decide(counter, complaint, outcome, *, name="treasurer", **more):
    body = {"outcome": outcome, "reason": "已核对小票"} | more
    return counter.api.post(f"/complaints/{complaint['id']}/decide", body, name=name)


def state(counter, day="2026-06-15"):
    return counter.api.post("/settlements", {"shop_id": str(counter.shop_id), "through": day}).json


def shown(counter, stated):
    return counter.api.get(f"/settlements/{stated['id']}").json["settlement"]


def test_attack_27_a_resident_complains_and_gets_back_what_was_taken_too_much(acts, counter):
    taken = counter.take(100)
    counter.take(10)
    stated = state(counter)
    assert (stated["fen"], stated["payable_fen"]) == (1100, 1100)
    complaint = complain(counter, taken)
    assert complaint.status_code == 201, complaint.text
    assert (complaint.json["state"], complaint.json["due_at"]) == ("open", DRAGON_BOAT)
    stated = shown(counter, stated)
    assert (stated["disputed_fen"], stated["payable_fen"]) == (1000, 100)  # kept back, before it is in a file
    early = decide(counter, complaint.json, "refund")
    assert refused(early) == (409, "merchants.complaint_waits", [])
    contested = answer(counter, complaint.json, agrees=False)
    assert (contested.status_code, contested.json["state"]) == (200, "contested"), contested.text
    before = acts.available(ANNA)
    first = decide(counter, complaint.json, "refund", points=80)
    assert (first.json["state"], first.json["points"], acts.available(ANNA)) == ("contested", 80, before)
    assert refused(decide(counter, complaint.json, "refund", points=80)) == (403, "merchants.complaint_by_same", [])
    second = decide(counter, complaint.json, "refund", points=80, name="deputy")
    assert (second.json["state"], acts.available(ANNA)) == ("refunded", before + 80)
    assert counter.own(f"/{taken['id']}").json["refunded_points"] == 80
    tomorrow = counter.later(days=1)
    next_one = state(tomorrow, "2026-06-16")
    assert (next_one["fen"], next_one["released_fen"], next_one["payable_fen"]) == (-800, 1000, 200)
    assert Desk(acts).on(1).findings() == []


def test_attack_27_the_resident_is_shown_how_many_points_went(counter):
    """And is told, out of the journal: tests/points/test_service_news.py."""
    taken = counter.take(100)
    own = counter.own(f"/{taken['id']}").json
    assert (own["captured_points"], own["captured_discount_fen"], own["order_fen"]) == (100, 1000, 10_000)


def test_a_rejected_complaint_pays_the_shop_by_one_person(acts, counter):
    taken = counter.take(100)
    complaint = complain(counter, taken).json
    stated = state(counter)  # the complaint was there before the line
    assert (stated["disputed_fen"], stated["payable_fen"], stated["state"]) == (1000, 0, "closed")
    answer(counter, complaint, agrees=False)
    assert refused(decide(counter, complaint, "reject", points=3))[1:] == (
        "merchants.complaint_points_needless",
        ["points"],
    )
    decide(counter, complaint, "refund")  # one proposes, another rejects
    rejected = decide(counter, complaint, "reject", name="deputy").json
    assert (rejected["state"], rejected["points"], rejected["proposed_by"]) == ("rejected", None, None)
    again = decide(counter, complaint, "refund", name="third")
    assert refused(again) == (409, "merchants.complaint_closed", [])
    next_one = state(counter.later(days=1), "2026-06-16")
    assert (next_one["fen"], next_one["released_fen"], next_one["payable_fen"]) == (0, 1000, 1000)
    assert Desk(acts).on(1).findings() == []


def test_a_shop_that_agrees_gives_everything_back_at_once(acts, counter):
    taken = counter.take(100)
    before = acts.available(ANNA)
    complaint = complain(counter, taken).json
    assert refused(answer(counter, complaint, agrees=True, who=BORIS))[:2] == (404, "merchants.merchant_missing")
    agreed = answer(counter, complaint, agrees=True)
    assert (agreed.json["state"], agreed.json["points"], acts.available(ANNA)) == ("refunded", 100, before + 100)
    assert refused(answer(counter, complaint, agrees=True)) == (409, "merchants.complaint_closed", [])
    elsewhere = service.open_shop(acts.uow, book=acts.book.code, name="豆腐坊", street="忠义街")
    acts.uow.session.flush()
    other = counter.api.client.get(
        f"/v1/me/merchants/{elsewhere.id}/complaints", headers=counter.api.bearer(Role.PERSON, person_id=OWNER)
    )
    assert other.status_code == 404


def test_what_is_complained_of_and_when(acts, counter):
    taken, held = counter.take(100), counter.hold(10)
    assert refused(complain(counter, taken, who=BORIS))[:2] == (404, "merchants.redemption_missing")
    assert refused(complain(counter, held)) == (409, "merchants.complaint_of_nothing", [])
    assert refused(complain(counter, taken, kind="angry")) == (422, "web.invalid", ["kind"])
    assert refused(complain(counter, taken, text="x" * 501)) == (422, "web.invalid", ["text"])
    assert refused(complain(counter.later(days=30, seconds=1), taken)) == (409, "merchants.complaint_late", [])
    counter.refund(taken["out_trade_no"], 100)
    assert refused(complain(counter, taken)) == (409, "merchants.complaint_needless", [])
    some = [counter.take(1) for _ in range(4)]
    made = [complain(counter, each).json for each in some[:3]]
    assert refused(complain(counter, some[0])) == (409, "merchants.complaint_twice", [])
    assert refused(complain(counter, some[3])) == (429, "merchants.complaints_too_many", [])
    gone = counter.api.post(f"/passbook/complaints/{made[0]['id']}/withdraw", {}, Role.RESIDENT, person_id=ANNA)
    assert gone.json["state"] == "withdrawn"
    foreign = counter.api.post(f"/passbook/complaints/{made[1]['id']}/withdraw", {}, Role.RESIDENT, person_id=BORIS)
    assert refused(foreign)[:2] == (404, "merchants.complaint_missing")
    assert complain(counter, some[3]).status_code == 201
    assert refused(complain(counter, some[0])) == (409, "merchants.complaint_twice", [])  # once, for ever
    mine = counter.api.walk("/passbook/complaints", Role.RESIDENT, limit=2, person_id=ANNA)
    assert [each["redemption_id"] for each in reversed(mine)] == [each["id"] for each in some]
    assert len(counter.api.walk("/complaints?state=open", Role.AUDITOR, limit=2)) == 3


def test_the_shop_sees_its_own_number_and_no_name(counter):
    taken = counter.take(100)
    complaint = complain(counter, taken).json
    page = counter.api.client.get(
        f"/v1/me/merchants/{counter.shop_id}/complaints", headers=counter.api.bearer(Role.PERSON, person_id=OWNER)
    ).json
    (item,) = page["items"]
    assert (item["out_trade_no"], item["book"]) == (taken["out_trade_no"], counter.api.book)
    assert item["complaint"] == complaint
    assert str(ANNA) not in str(page)


def test_both_sides_are_told(acts, counter, monkeypatch):
    monkeypatch.setattr(
        "app.identity.queries.list_told", lambda _session, _book, owners, _now: {o: [o] for o in owners}
    )
    complaint = complain(counter, counter.take(100)).json
    answer(counter, complaint, agrees=True)
    told = {(row.person_id, row.template) for row in acts.uow.session.query(Notice)}
    assert told == {(OWNER, "complaint_opened"), (OWNER, "complaint_decided"), (ANNA, "complaint_decided")}


def test_nobody_decides_his_own(counter):
    complaint = complain(counter, counter.take(100)).json
    answer(counter, complaint, agrees=False)
    for who in (ANNA, OWNER):  # whose points they were, and whose shop it is
        own = counter.api.post(
            f"/complaints/{complaint['id']}/decide", {"outcome": "refund", "reason": "x"}, person_id=who
        )
        assert refused(own) == (403, "merchants.complaint_own", [])
    over = decide(counter, complaint, "refund", points=101)
    assert refused(over) == (409, "merchants.complaint_points_over", ["points"])


# --- silence


def lapse(acts, at):
    """What the night does at an instant."""
    system = replace(acts.uow, now=datetime.fromisoformat(at), actor=Actor(named("system"), frozenset({Role.SYSTEM})))
    count = 0
    while service.lapse_complaints(system):
        count += 1
    acts.uow.session.flush()
    return count


def row(acts):
    return acts.uow.session.query(Complaint).one()


def test_a_shop_that_says_nothing_is_decided_on_and_in_the_end_by_default(acts, counter):
    before = acts.available(ANNA)
    taken = counter.take(100)
    complaint = complain(counter, taken).json
    assert lapse(acts, "2026-06-23T23:59:00+08:00") == 0
    assert lapse(acts, "2026-06-24T00:10:00+08:00") == 1
    assert (row(acts).state, row(acts).due_at.isoformat()) == ("unanswered", "2026-07-08T16:00:00+00:00")
    assert answer(counter.later(days=9), complaint, agrees=False).json["state"] == "contested"  # late, but heard
    unheard = row(acts)
    unheard.state, unheard.answer, unheard.answered_by, unheard.answered_at = "unanswered", None, None, None
    acts.uow.session.flush()
    assert lapse(acts, "2026-08-10T00:10:00+08:00") == 1  # more than thirty days after the redemption
    assert (row(acts).state, row(acts).points, acts.available(ANNA)) == ("refunded", 100, before)


def test_a_shop_that_said_no_is_paid_when_the_desk_says_nothing(acts, counter):
    complaint = complain(counter, counter.take(100)).json
    stated = state(counter)
    answer(counter, complaint, agrees=False)
    decide(counter, complaint, "refund")
    assert lapse(acts, "2026-07-01T00:10:00+08:00") == 1
    assert (row(acts).state, row(acts).proposed_by) == ("rejected", None)
    desk = Desk(acts)
    later = desk.on(20).stated(counter.shop_id, date(2026, 7, 4))
    assert (stated["payable_fen"], later.released_fen, later.payable_fen) == (0, 1000, 1000)


def test_what_cannot_be_given_back_now_is_tried_again(acts, counter, monkeypatch):
    complain(counter, counter.take(100))
    row(acts).state = "unanswered"
    acts.uow.session.flush()

    def refuse(*_args, **_details):
        raise errors.NotCaptured(state="held")

    monkeypatch.setattr(refunds, "refund_complained", refuse)
    assert lapse(acts, "2026-06-24T00:10:00+08:00") == 1
    assert (row(acts).state, row(acts).due_at.isoformat()) == ("unanswered", "2026-06-25T16:00:00+00:00")


def test_what_was_given_back_meanwhile_needs_no_second_person(acts, counter):
    taken = counter.take(100)
    complaint = complain(counter, taken).json
    answer(counter, complaint, agrees=False)
    counter.refund(taken["out_trade_no"], 100)
    ended = decide(counter, complaint, "refund").json
    assert (ended["state"], ended["points"], ended["refund_id"]) == ("refunded", 0, None)
    other = counter.take(50)
    second = complain(counter, other).json
    answer(counter, second, agrees=False)
    acts.reverse(acts.uow.session.get_one(Redemption, other["id"]).transaction_id)  # the auditor undid it as a whole
    assert decide(counter, second, "refund").json["points"] == 0


def test_who_closed_the_account_is_given_back_for_somebody_to_care_for(acts, counter, desk_person):
    taken = counter.take(100)
    complaint = complain(counter, taken).json
    redemption = acts.uow.session.get_one(Redemption, taken["id"])
    redemption.person_id = desk_person
    acts.uow.session.flush()
    close_account(acts.uow, person_id=desk_person)
    acts.uow.session.flush()
    answer(counter, complaint, agrees=True)
    assert row(acts).state == "refunded"
    cared = service.list_refunds_to_care_for(acts.uow, book=acts.book.code, limit=5, cursor=None).items
    assert [each.id for each in cared] == [row(acts).refund_id]


@pytest.fixture
def desk_person(acts):
    """Somebody with an account."""
    return staff.invite_staff(acts.uow, name="居民", username="complainer", person_id=None).person_id


# --- paid out already, and the database's own word


def test_what_was_paid_out_already_is_taken_off_the_next_statement(acts, counter, till):
    taken = counter.take(100)
    desk = Desk(acts)
    stated = desk.stated(counter.shop_id, TODAY)
    till.pay_out(stated)
    complaint = complain(counter, taken).json
    acts.uow.session.expire_all()
    assert (stated.disputed_fen, acts.uow.session.query(Dispute).count()) == (0, 0)
    answer(counter, complaint, agrees=True)
    counter.later(days=1).take(150)
    later = desk.on(1).stated(counter.shop_id, date(2026, 6, 16))
    assert (later.fen, later.payable_fen) == (500, 500)
    assert desk.on(1).findings() == []


def test_the_database_refuses_one_person_for_two(acts, counter):
    complaint = complain(counter, counter.take(100)).json
    answer(counter, complaint, agrees=False)
    decide(counter, complaint, "refund")
    alone = (
        "UPDATE merchants_complaints SET (state, decided_by, decided_at, decided_why) ="
        " ('refunded', proposed_by, now(), 'x')"
    )
    with pytest.raises(IntegrityError, match="ck_merchants_complaints_others"), acts.uow.session.begin_nested():
        acts.uow.session.execute(text(alone))


def test_another_book_has_complaints_of_its_own(acts, counter):
    complaint = complain(counter, counter.take(100)).json
    answer(counter, complaint, agrees=False)
    with pytest.raises(errors.ComplaintMissing):
        complaints.decide_complaint(
            by(acts.uow, FIRST),
            book=acts.book.code,
            complaint_id=named("none"),
            outcome=ComplaintOutcome.REJECT,
            points=None,
            reason="x",
        )
    assert complaints.list_complaints(
        by(acts.uow, SECOND), book=acts.book.code, state=ComplaintState.CONTESTED, limit=5, cursor=None
    ).items
    assert set(ComplaintKind) > {ComplaintKind.OTHER}
    assert acts.uow.session.query(Settlement).count() == 0
