"""What really became of a payment that was decided on: told to who looks into its case, and to whose it is."""

import pytest

from app.kernel.actor import Role
from app.merchants.service.dealings import GIFTS, PAYMENTS, REFUNDS
from app.merchants.terms import RedemptionState, RefundState, ReservationState
from app.risk.schemas import words
from app.risk.terms import EventKind, Fate, Outcome
from tests.merchants.test_screens import NAME, counter, live_here
from tests.points.api import statements
from tests.points.ledger import ANNA
from tests.risk.facts import Desk as RiskDesk
from tests.risk.facts import rule

__all__ = ["counter", "live_here"]


@pytest.fixture
def doubted(acts, counter, live_here):
    """A counter at which every payment and refund is looked at; Anna's name was confirmed."""
    live_here(ANNA, NAME)
    kinds = frozenset({EventKind.REDEEM, EventKind.REFUND})
    RiskDesk(acts.uow, acts.book).publish(rule("any", "points > 10", 30, kinds=kinds))
    return counter


def own(counter):
    """What Anna reads, the oldest first."""
    items = counter.api.get("/risk/own-decisions", Role.RESIDENT, person_id=ANNA).json["items"]
    return [each["text"] for each in reversed(items)]


def said(fate, kind=EventKind.REDEEM):
    return words.humane(kind, Outcome.REVIEW, "zh", fate=fate)


def test_a_resident_reads_what_really_became_of_it(doubted):
    """Not "went through" of what he refused, of what the till took back, or of what it has not taken yet."""
    doubted.hold(20, number="T-1")
    doubted.hold(30, number="T-2")
    doubted.take(40, number="T-3")
    assert own(doubted) == [said(Fate.WAITING), said(Fate.WAITING), said(Fate.DONE)]
    doubted.reverse("T-1")
    doubted.capture("T-2")
    assert doubted.refund("T-3", 40).status_code == 201
    told = own(doubted)
    assert told == [said(Fate.UNDONE), said(Fate.DONE), said(Fate.RETURNED), said(Fate.DONE, EventKind.REFUND)]
    assert ["已经办成" in each for each in told] == [False, True, True, True]


def test_who_looks_into_a_case_sees_number_state_shop_and_a_part_of_the_name(doubted, shop):
    held, taken = doubted.hold(20, number="T-1"), doubted.take(40, number="T-2")
    assert doubted.refund("T-2", 40, refund_no="R-1").status_code == 201
    [case] = doubted.api.get("/risk/cases").json["items"]
    with statements() as one:
        doubted.api.get(f"/risk/cases/{case['id']}/payments?limit=1")
    with statements() as all_of_them:
        found = doubted.api.get(f"/risk/cases/{case['id']}/payments", Role.AUDITOR).json["items"]
    assert len(one) == len(all_of_them)
    told = [tuple(each[name] for name in ("kind", "number", "state", "points")) for each in found]
    assert told == [
        ("refund", "R-1", "refunded", 40),
        ("redeem", "T-2", "refunded", 40),
        ("redeem", "T-1", "held", 20),
    ]
    assert {(each["shop_name"], each["resident_name_masked"]) for each in found} == {(shop.name, "张*")}
    payment = doubted.api.get(f"/payments/{found[1]['subject_id']}")
    assert (payment.status_code, payment.json["out_trade_no"]) == (200, "T-2")
    assert {held["out_trade_no"], taken["out_trade_no"]} == {"T-1", "T-2"}


def test_what_is_no_payment_is_told_without(acts, doubted):
    desk = RiskDesk(acts.uow, acts.book)
    decision = desk.decide()
    acts.uow.session.flush()
    [found] = doubted.api.get(f"/risk/cases/{desk.case_of(decision)}/payments").json["items"]
    assert (found["decision_id"], found.get("number")) == (str(decision.id), None)


def test_every_end_of_a_payment_a_refund_and_a_gift_is_told():
    for states, told in ((RedemptionState, PAYMENTS), (RefundState, REFUNDS), (ReservationState, GIFTS)):
        assert set(states) == set(told)
    for fate in Fate:
        for lang in ("zh", "en"):
            assert ("申诉" if lang == "zh" else "appeal") in words.humane("redeem", "review", lang, fate=fate)


@pytest.mark.parametrize(
    ("kind", "outcome", "word"),
    [
        ("refund", "block_and_review", "看过后店家会再退一次"),
        ("award", "review", "看过才到账"),
        ("award", "block_and_review", "看过才到账"),
        ("login", "block_and_review", "暂停付出积分"),
        ("login", "decline", "暂停付出积分"),
    ],
)
def test_who_has_nothing_to_confirm_is_not_asked_to(kind, outcome, word):
    told = words.humane(kind, outcome, "zh")
    assert word in told
    assert "再确认" not in told
    undone = words.humane("refund", "block_and_review", "zh", fate=Fate.UNDONE)
    assert undone == words.humane("refund", "block_and_review", "zh")
