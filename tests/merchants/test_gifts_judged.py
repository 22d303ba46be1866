"""Gifts are no way round what holds payments: rules, proof, the cap of a till, the own shop, and what is kept back."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import text

from app.identity.models import Person
from app.infra.vault import vault
from app.kernel.actor import Actor, Role
from app.kernel.signed import Algorithm
from app.merchants import errors, service
from app.merchants.models import Merchant, Reservation
from app.merchants.service import gifts, merchants, reserving
from app.merchants.service.taking import Consent
from app.merchants.terms import PersonKind
from app.points.queries import news
from app.risk import service as risk
from app.risk.terms import EventKind, Label
from tests.merchants.counter import Counter, offer
from tests.merchants.settled import Desk
from tests.points import invariants
from tests.points.api import refused
from tests.points.ledger import ANNA, named
from tests.risk.facts import Desk as RiskDesk
from tests.risk.facts import rule

TODAY = date(2026, 6, 15)
NEEDED = (403, "merchants.step_up_needed", ["signature"])
GIFT_MAX = 1_000_000


@pytest.fixture
def counter(api, acts, shop):
    """A till at the shop, whose offer takes ten points for a yuan; Anna has 20,100 points at ten fen."""
    acts.award(ANNA, 20_000)
    offer(acts.uow, acts.book.code, shop.id)
    return Counter.at(api, acts.uow, shop.id)


@pytest.fixture
def rules(acts):
    return RiskDesk(acts.uow, acts.book)


def put(acts, counter, points, *, stock=9, **terms):
    made = gifts.offer_gift(
        acts.uow,
        book=acts.book.code,
        shop_id=counter.shop_id,
        title="毛巾",
        description="",
        points=points,
        stock=stock,
        **terms,
    )
    acts.uow.session.flush()
    return made


def ask(counter, gift, who=ANNA):
    return counter.api.post(f"/gifts/{gift.id}/reserve", {}, Role.RESIDENT, person_id=who)


def reserve(counter, gift):
    answer = ask(counter, gift)
    assert (answer.status_code, answer.json["state"]) == (201, "reserved"), answer.text
    return answer.json["id"]


def own(counter, asked, act="", body=None):
    path = f"/passbook/gift-reservations/{asked}{act}"
    if body is None:
        return counter.api.get(path, Role.RESIDENT, person_id=ANNA)
    return counter.api.post(path, body, Role.RESIDENT, person_id=ANNA)


def collect(counter, asked):
    return counter.send("POST", "/gift-collections", {"code": own(counter, asked, "/codes", {}).json["code"]})


def give_back(counter, asked):
    return counter.send("POST", f"/gift-collections/{asked}/return", {})


def prove(acts, asked, **at):
    """Confirm by fingerprint: what WeChat says of one is tried in test_scanning."""
    uow = replace(acts.later(**at).uow, actor=Actor(ANNA, frozenset({Role.RESIDENT})))
    made = reserving.confirm_reservation(
        uow, book=acts.book.code, reservation_id=UUID(asked), consent=Consent(proven=True)
    )
    acts.uow.session.flush()
    return made.reservation


def complain(counter, asked, **changes):
    return own(counter, asked, "/complaint", {"kind": "not_as_agreed", "text": "毛巾是旧的"} | changes)


def decisions(acts):
    """(kind, mode, outcome, points that windows count) of all, the oldest first."""
    rows = acts.uow.session.execute(
        text("""
            SELECT d.kind, d.features->>'mode', d.outcome, f.points
              FROM risk_decisions d JOIN risk_facts f USING (book_id, kind, subject_id) ORDER BY d.id
        """)
    )
    return [tuple(row) for row in rows]


def stock(acts, gift):
    return acts.uow.session.scalar(text("SELECT stock FROM merchants_gifts WHERE id = :id"), {"id": gift.id})


# --- rules and proof


def test_attack_8_a_rule_that_declines_payments_declines_gifts(acts, counter, rules):
    rules.publish(rule("all", "points >= 1", 100))
    gift = put(acts, counter, 90)
    assert refused(counter.ask(points=90))[:2] == (403, errors.RedemptionRefused.code)
    assert refused(ask(counter, gift))[:2] == (403, errors.GiftRefused.code)
    assert decisions(acts)[-1] == ("redeem", "gift", "decline", 0)
    assert (stock(acts, gift), acts.available(ANNA)) == (9, 20_100)


def test_anti_fraud_is_told_what_it_is_told_of_a_payment(acts, counter):
    asked = reserve(counter, put(acts, counter, 90))
    assert decisions(acts) == [("redeem", "gift", "approve", 90)]
    row = acts.uow.session.execute(
        text("SELECT id, shop_id, resident_id, order_fen, features FROM risk_decisions")
    ).one()
    assert (row.shop_id, row.resident_id, row.order_fen) == (counter.shop_id, ANNA, 0)
    assert (row.features["is_related_to_staff"], row.features["points_share_percent"]) == (False, None)
    found = acts.uow.session.query(Reservation).one()
    assert (str(found.id), found.decision_id, found.outcome) == (asked, row.id, "approve")


def test_attack_8_what_is_blocked_is_proven_before_anything_is_held(acts, counter, rules):
    rules.publish(rule("ask", "points >= 10", 60))
    gift = put(acts, counter, 90)
    asked = ask(counter, gift)
    assert (asked.status_code, asked.json["state"], len(asked.json["challenge"])) == (201, "pending_confirm", 64)
    mine = asked.json["id"]
    assert refused(own(counter, mine, "/codes", {}))[:2] == (409, errors.ReservationClosed.code)
    for _ in range(2):
        assert refused(own(counter, mine, "/confirm", {})) == NEEDED
    assert (stock(acts, gift), acts.available(ANNA)) == (9, 20_100)
    assert prove(acts, mine).state == prove(acts, mine).state == "reserved"
    assert (stock(acts, gift), acts.available(ANNA)) == (8, 20_010)
    assert collect(counter, mine).json["state"] == "collected"
    assert acts.uow.session.scalar(text("SELECT count(*) FROM risk_cases")) == 1


def test_attack_8_what_is_worth_nine_hundred_yuan_is_proven_whatever_the_rules_say(acts, counter):
    asked = ask(counter, put(acts, counter, 9000))
    assert (asked.json["state"], len(asked.json["challenge"])) == ("pending_confirm", 64)
    assert reserve(counter, put(acts, counter, 5000))  # five hundred: the resident himself asked for it


def test_what_is_not_proven_in_two_minutes_is_over_and_counts_for_nothing(acts, counter):
    gift = put(acts, counter, 9000, per_person_max=1)
    mine = ask(counter, gift).json["id"]
    assert refused(ask(counter, gift))[:2] == (409, errors.GiftPersonOver.code)  # as long as it waits
    with pytest.raises(errors.ConfirmLapsed):
        prove(acts, mine, minutes=2)
    late = acts.later(minutes=2)
    assert service.expire_reservations(late.uow) == 1
    late.uow.session.flush()
    assert (own(counter, mine).json["state"], stock(acts, gift)) == ("expired", 9)
    assert refused(own(counter, mine, "/confirm", {}))[:2] == (409, errors.ReservationClosed.code)
    faked = {"result": "{}", "signature": "x"}  # nobody asks WeChat about what waits for no proof, or is not there
    assert refused(own(counter, mine, "/confirm", faked))[:2] == (409, errors.ReservationClosed.code)
    assert refused(own(counter, named("none"), "/confirm", faked))[:2] == (404, errors.ReservationMissing.code)
    assert decisions(acts) == [("redeem", "gift", "approve", 0)]
    assert ask(counter, gift).json["state"] == "pending_confirm"


def test_what_waits_for_proof_is_given_up_without_a_piece_coming_back(acts, counter):
    gift = put(acts, counter, 9000)
    mine = ask(counter, gift).json["id"]
    assert own(counter, mine, "/cancel", {}).json["state"] == "cancelled"
    assert (stock(acts, gift), decisions(acts)[0][-1]) == (9, 0)


def test_the_ledgers_decline_leaves_a_decision_and_counts_for_no_window(acts, counter):
    gift = put(acts, counter, 40)
    poor = named("somebody without points")
    assert refused(ask(counter, gift, poor))[:2] == (409, "points.insufficient")
    assert decisions(acts) == []
    assert acts.uow.session.scalars(text("SELECT outcome FROM risk_decisions")).all() == ["approve"]


def test_what_is_given_up_or_never_collected_counts_for_no_window(acts, counter):
    gift = put(acts, counter, 90)
    cancelled, expired, kept = (reserve(counter, gift) for _ in range(3))
    own(counter, cancelled, "/cancel", {})
    assert collect(counter, kept).status_code == 201
    late = acts.later(days=3)
    assert service.expire_reservations(late.uow) == 1
    late.uow.session.flush()
    assert [moved for *_, moved in decisions(acts)] == [0, 0, 90]
    assert stock(acts, gift) == 8
    assert own(counter, expired).json["state"] == "expired"


# --- limits


def test_attack_7_one_person_gets_so_many_of_a_gift_in_thirty_days(acts, counter):
    gift = put(acts, counter, 10, per_person_max=2)
    first = reserve(counter, gift)
    assert collect(counter, first).status_code == 201
    own(counter, reserve(counter, gift), "/cancel", {})  # at once: it counts for nothing
    second = reserve(counter, gift)
    over = ask(counter, gift)
    assert refused(over)[:2] == (409, errors.GiftPersonOver.code)
    assert "2" in over.json["detail"]
    assert own(counter.later(hours=2), second, "/cancel", {}).json["state"] == "cancelled"  # others did without it
    assert refused(ask(counter.later(hours=2), gift))[:2] == (409, errors.GiftPersonOver.code)
    assert ask(counter.later(days=30, hours=3), gift).status_code == 201


def test_the_terms_of_a_gift_say_how_many(counter):
    gift = {"shop_id": str(counter.shop_id), "title": "毛巾", "points": 5, "stock": 9}
    assert counter.api.post("/gifts", gift).json["per_person_max"] == 5
    assert counter.api.post("/gifts", gift | {"per_person_max": 1}).json["per_person_max"] == 1
    for wrong in (0, 101):
        answer = counter.api.post("/gifts", gift | {"per_person_max": wrong})
        assert refused(answer)[::2] == (422, ["per_person_max"])


def test_attack_8_a_till_with_a_shared_secret_hands_out_as_little_as_it_takes(acts, counter):
    low = Counter.at(counter.api, acts.uow, counter.shop_id, algorithm=Algorithm.HMAC_SHA256, name="3号机")
    over = (403, errors.LowTierOver.code)
    much = reserve(counter, put(acts, counter, 501))
    assert refused(collect(low, much))[:2] == over
    assert collect(counter, much).status_code == 201  # by a till with a key of its own
    gift = put(acts, counter, 500, per_person_max=20)
    for _ in range(9):
        assert collect(low, reserve(low, gift)).status_code == 201
    low.take(500, fen=100_000)
    last = reserve(low, put(acts, counter, 1))
    assert refused(collect(low, last))[:2] == over  # its payments count
    assert refused(low.ask(points=1))[:2] == over  # and its gifts for these
    assert collect(low.later(hours=20), last).status_code == 201


def test_attack_8_who_came_to_the_house_since_collects_nothing(acts, counter):
    gift = put(acts, counter, 10)
    mine = reserve(counter, gift)
    house(acts, counter, person_id=ANNA)
    assert refused(collect(counter, mine))[:2] == (403, errors.OwnShop.code)
    assert own(counter, mine, "/cancel", {}).json["state"] == "cancelled"


@pytest.mark.parametrize("known_by", ["account", "telephone"])
def test_attack_8_a_helper_of_the_house_sets_nothing_aside_for_others(acts, counter, known_by):
    gift, helper = put(acts, counter, 10), named("a helper")
    acts.uow.session.add(account(acts, helper))
    acts.uow.session.flush()
    acting = replace(acts.uow, actor=Actor(ANNA, frozenset({Role.RESIDENT}), acted_by=helper))
    reserving.reserve_gift(acting, book=acts.book.code, gift_id=gift.id)
    acts.uow.session.flush()
    if known_by == "account":
        house(acts, counter, person_id=helper)
    else:
        house(acts, counter, phone="13700009999")
    with pytest.raises(errors.OwnShop):
        reserving.reserve_gift(acting, book=acts.book.code, gift_id=gift.id)
    mine = acts.uow.session.query(Reservation).one()
    assert refused(collect(counter, mine.id))[:2] == (403, errors.OwnShop.code)  # nor is it collected


def house(acts, counter, *, person_id=None, phone=None):
    merchant = acts.uow.session.get_one(Merchant, counter.shop_id)
    merchants.register_person(
        acts.uow,
        merchant,
        kind=PersonKind.STAFF,
        name="x",
        phone=phone,
        person_id=person_id,
        shop_id=counter.shop_id,
    )
    acts.uow.session.flush()


def account(acts, person_id):
    index, sealed = vault().index("13700009999", kind="phone"), b"sealed"
    return Person(id=person_id, name="帮手", phone_index=index, phone_sealed=sealed, registered_at=acts.uow.now)


# --- what a statement keeps back


def test_attack_8_a_gift_that_is_looked_at_is_not_paid_before(acts, counter, rules):
    rules.publish(rule("much", "points >= 40", 30))
    mine = reserve(counter, put(acts, counter, 40))
    assert collect(counter, mine).status_code == 201
    assert collect(counter, reserve(counter, put(acts, counter, 10))).status_code == 201
    acts.uow.session.flush()
    desk = Desk(acts)
    stated = desk.stated(counter.shop_id, TODAY)
    assert (stated.fen, stated.disputed_fen, stated.payable_fen) == (500, 400, 100)
    case_id = acts.uow.session.scalar(text("SELECT id FROM risk_cases"))
    looker = replace(acts.uow, actor=Actor(named("looker"), frozenset({Role.TREASURER})))
    risk.take_case(looker, book=acts.book.code, case_id=case_id)
    closing = {"revision": 1, "label": Label.FALSE_POSITIVE, "text": "seen"}
    risk.close_case(looker, book=acts.book.code, case_id=case_id, **closing)
    acts.uow.session.flush()
    desk.on(2).night()
    assert desk.uow.session.scalar(text("SELECT sum(payable_fen) FROM merchants_settlements")) == 500


def test_of_a_gift_that_came_back_nothing_is_kept(acts, counter, rules):
    rules.publish(rule("much", "points >= 40", 30))
    mine = reserve(counter, put(acts, counter, 40))
    assert collect(counter, mine).status_code == 201
    assert collect(counter, reserve(counter, put(acts, counter, 10))).status_code == 201
    assert give_back(counter, mine).status_code == 200
    stated = Desk(acts).stated(counter.shop_id, TODAY)
    assert (stated.fen, stated.disputed_fen, stated.payable_fen) == (100, 0, 100)


# --- giving back


def test_a_gift_is_given_back_to_the_shop_once_and_the_points_come_back(acts, counter):
    gift = put(acts, counter, 90, per_person_max=1)
    mine = reserve(counter, gift)
    assert refused(give_back(counter, mine))[:2] == (409, errors.ReservationClosed.code)  # not handed out yet
    assert collect(counter, mine).status_code == 201
    for _ in range(2):  # again changes nothing
        answer = give_back(counter, mine)
        assert (answer.status_code, answer.json["state"]) == (200, "returned"), answer.text
        assert (acts.available(ANNA), stock(acts, gift)) == (20_100, 8)
    assert decisions(acts) == [("redeem", "gift", "approve", 0), ("refund", "gift", "approve", 90)]
    assert Desk(acts).stated(counter.shop_id, TODAY).fen == 0
    assert ask(counter, gift).json["state"] == "reserved"  # he may have another one
    assert invariants.list_wrongs(invariants.fetch_in(acts.uow.session), acts.ledger.id) == []


def test_a_gift_is_given_back_for_thirty_days_and_where_it_came_from(acts, counter):
    mine = reserve(counter, put(acts, counter, 90))
    assert collect(counter, mine).status_code == 201
    other = service.open_shop(acts.uow, book=acts.book.code, name="豆腐坊", street="忠义街")
    elsewhere = Counter.at(counter.api, acts.uow, other.id)
    assert refused(give_back(elsewhere, mine))[:2] == (404, errors.ReservationMissing.code)
    assert refused(give_back(counter.later(days=30, seconds=1), mine))[:2] == (409, errors.RefundTooLate.code)
    assert give_back(counter.later(days=30), mine).status_code == 200


def test_attack_8_what_anti_fraud_stops_does_not_come_back_at_the_till(acts, counter, rules):
    rules.publish(rule("back", "points >= 90", 60, kinds=frozenset({EventKind.REFUND})))
    mine = reserve(counter, put(acts, counter, 90))
    assert collect(counter, mine).status_code == 201
    for _ in range(2):
        assert refused(give_back(counter, mine))[:2] == (403, errors.GiftReturnStopped.code)
    assert decisions(acts)[1:] == [("refund", "gift", "block_and_review", 0)]
    assert acts.available(ANNA) == 20_010


def test_what_a_treasurer_has_undone_is_not_given_back_again(acts, counter):
    mine = reserve(counter, put(acts, counter, 90))
    assert collect(counter, mine).status_code == 201
    found = acts.uow.session.query(Reservation).one()
    acts.reverse(found.transaction_id)
    assert refused(give_back(counter, mine))[:2] == (409, "points.already_reversed")
    assert (acts.available(ANNA), decisions(acts)[-1]) == (20_100, ("refund", "gift", "approve", 0))


def test_refunds_are_judged_by_what_came_back_of_gifts_too(acts, counter):
    gift = put(acts, counter, 100)
    first, second = reserve(counter, gift), reserve(counter, gift)
    for each in (first, second):
        assert collect(counter, each).status_code == 201
    assert give_back(counter, first).status_code == 200
    assert give_back(counter, second).status_code == 200
    told = acts.uow.session.scalars(
        text("SELECT features->>'returned_at_shops_30d' FROM risk_decisions WHERE kind = 'refund' ORDER BY id")
    )
    assert list(told) == ["0", "100"]


# --- the rest


def test_a_full_stock_takes_no_piece_back_and_stops_nobody(acts, counter):
    full, other = put(acts, counter, 9, stock=GIFT_MAX), put(acts, counter, 9, stock=1)
    mine = reserve(counter, full)
    for gift in (full, other):
        reserve(counter, gift)
    assert counter.api.post(f"/gifts/{full.id}/stock", {"pieces": 2}).status_code == 200
    assert own(counter, mine, "/cancel", {}).json["state"] == "cancelled"
    late = acts.later(days=3)
    assert service.expire_reservations(late.uow) == 2
    late.uow.session.flush()
    assert (stock(acts, full), stock(acts, other)) == (GIFT_MAX, 1)


def test_a_collected_gift_is_told_as_points_that_a_shop_took(acts, counter):
    mine = reserve(counter, put(acts, counter, 90))
    assert collect(counter, mine).status_code == 201
    taken = acts.uow.session.query(Reservation).one().transaction_id
    before = UUID(int=taken.int - 1)
    told = news.list_news(acts.uow.session, acts.ledger.id, after=before, last=taken)
    assert [(each.owner_id, each.code, each.points) for each in told] == [(ANNA, "redemption", -90)]
