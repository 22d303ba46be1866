"""What a complaint keeps back and for how long, who is asked before points go back, and what stays of its words."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.identity.models import Household, Person
from app.identity.service.closing import close_account
from app.kernel.actor import Actor, Role
from app.merchants import service
from app.merchants.models import Complaint, Dispute
from app.merchants.service import complaints
from app.merchants.terms import ComplaintKind
from app.risk.terms import EventKind
from tests.identity.conftest import areas, keyring
from tests.merchants.settled import Desk
from tests.merchants.test_complaints import OWNER, answer, complain, counter, decide, shown, state
from tests.merchants.test_judging import HOME, lives
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS, named
from tests.risk.facts import Desk as RiskDesk
from tests.risk.facts import rule

__all__ = ["areas", "counter", "keyring"]

REFUND = frozenset({EventKind.REFUND})


def row(acts):
    return acts.uow.session.query(Complaint).one()


# --- a shop that agrees is asked about as at its till


@pytest.mark.parametrize("score", [100, 200])
def test_attack_27_what_rules_stop_an_owner_does_not_give_back_alone(acts, counter, score):
    RiskDesk(acts.uow, acts.book).publish(rule("back", "points >= 50", score, kinds=REFUND))
    complaint = complain(counter, counter.take(100)).json
    before = acts.available(ANNA)
    agreed = answer(counter, complaint, agrees=True)
    assert (agreed.status_code, agreed.json["state"], agreed.json["points"]) == (200, "contested", None)
    assert acts.available(ANNA) == before
    asked = "SELECT cashier_id, points, case_id IS NOT NULL FROM risk_decisions WHERE kind = 'refund'"
    assert [tuple(each) for each in acts.uow.session.execute(text(asked))] == [(OWNER, 100, True)]
    assert refused(answer(counter, complaint, agrees=True)) == (409, "merchants.complaint_closed", [])
    decide(counter, complaint, "refund")
    assert decide(counter, complaint, "refund", name="deputy").json["state"] == "refunded"
    assert acts.available(ANNA) == before + 100


def test_an_owner_who_agrees_to_what_nobody_stops_is_decided_on_as_well(acts, counter):
    complaint = complain(counter, counter.take(100)).json
    assert answer(counter, complaint, agrees=True).json["state"] == "refunded"
    asked = "SELECT outcome, points FROM risk_decisions WHERE kind = 'refund'"
    assert [tuple(each) for each in acts.uow.session.execute(text(asked))] == [("approve", 100)]


# --- of a line that was partly given back, the rest


def test_of_a_line_that_was_partly_given_back_the_rest_is_kept(acts, counter):
    taken = counter.take(100)
    counter.take(10)
    counter.refund(taken["out_trade_no"], 40)
    complain(counter, taken)
    stated = state(counter)
    assert (stated["fen"], stated["disputed_fen"], stated["payable_fen"]) == (700, 600, 100)


def test_and_so_where_it_was_stated_before(acts, counter):
    taken = counter.take(100)
    counter.take(50)
    stated = state(counter)
    counter.refund(taken["out_trade_no"], 40)
    complaint = complain(counter, taken).json
    stated = shown(counter, stated)
    assert (stated["fen"], stated["disputed_fen"], stated["payable_fen"]) == (1500, 600, 900)
    answer(counter, complaint, agrees=True)
    counter.later(days=1).take(100)
    later = state(counter.later(days=1), "2026-06-16")  # both refunds are in it
    assert (later["fen"], later["released_fen"], later["payable_fen"]) == (0, 600, 600)
    assert Desk(acts).on(1).findings() == []


def test_of_a_line_that_was_given_back_whole_nothing_is_kept(acts, counter):
    taken = counter.take(100)
    complain(counter, taken)
    counter.refund(taken["out_trade_no"], 100)
    counter.take(10)
    stated = state(counter)
    assert (stated["fen"], stated["disputed_fen"], stated["payable_fen"]) == (100, 0, 100)
    assert acts.uow.session.query(Dispute).count() == 0


# --- words


@pytest.fixture
def both(acts, areas, counter):
    """Anna and Boris have accounts and live here; each has complained."""
    uow = acts.uow
    uow.session.add(Household(id=HOME, area_id=areas.id("building-1"), room="501", opened_at=uow.now))
    uow.session.flush()
    acts.award(BORIS, 100)
    accounts = {}
    for who in (ANNA, BORIS):
        accounts[who] = named(f"account of {who}")
        uow.session.add(Person(id=accounts[who], name="x", registered_at=uow.now))
        uow.session.flush()
        lives(uow, acts.book.code, accounts[who], who)
        assert complain(counter, counter.take(10, code=counter.code(who)), who=who).status_code == 201
    return accounts


def words(acts):
    return dict(acts.uow.session.execute(text("SELECT resident_id, text FROM merchants_complaints")).all())


def test_the_words_of_a_complaint_go_with_the_account(acts, both):
    said = words(acts)[BORIS]
    close_account(acts.uow, person_id=both[ANNA])
    acts.uow.session.flush()
    job = "SELECT args->>'person_id' FROM procrastinate_jobs WHERE task_name = 'merchants.forget_complaints'"
    assert acts.uow.session.scalars(text(job)).all() == [str(both[ANNA])]
    for _ in range(2):
        service.forget_complaints(acts.uow, person_id=str(both[ANNA]))
    assert words(acts) == {ANNA: "—", BORIS: said}


def test_what_somebody_else_said_with_the_same_passbook_stays(acts, both):
    gone = "UPDATE identity_residencies SET ended_at = :now - interval '1 day', decided_at = :now - interval '9 days'"
    acts.uow.session.execute(text(f"{gone}, state = 'ended', ended_by = id, ended_why = 'x'"), {"now": acts.uow.now})
    service.forget_complaints(acts.uow, person_id=str(both[ANNA]))
    assert "—" not in words(acts).values()


def test_the_database_lets_words_be_erased_and_never_changed(acts, counter):
    complain(counter, counter.take(10))
    with pytest.raises(DBAPIError, match="erased or stay"), acts.uow.session.begin_nested():
        acts.uow.session.execute(text("UPDATE merchants_complaints SET text = 'all was well'"))


# --- a helper


def test_a_helper_complains_for_whom_he_helps_and_is_on_record(acts, counter):
    taken, helper = counter.take(100), named("helper")
    actor = Actor(ANNA, frozenset({Role.RESIDENT}), book=acts.book.code, acted_by=helper)
    made = complaints.open_complaint(
        replace(acts.uow, actor=actor),
        book=acts.book.code,
        redemption_id=taken["id"],
        kind=ComplaintKind.NOT_ME,
        words="奶奶没有买过",
    )
    acts.uow.session.flush()
    assert (made.resident_id, made.opened_by) == (ANNA, helper)
    answer(counter, {"id": made.id}, agrees=False)
    own = counter.api.post(f"/complaints/{made.id}/decide", {"outcome": "refund", "reason": "x"}, person_id=helper)
    assert refused(own) == (403, "merchants.complaint_own", [])
