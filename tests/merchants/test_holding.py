"""What anti-fraud looks at, and what nobody of the shop accepted, is paid later: each redemption once, nothing lost."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.kernel.actor import Actor, Role
from app.merchants import errors
from app.merchants.models import Complaint, Dispute, Redemption, Settlement
from app.merchants.queries.holds import find_place
from app.merchants.rules.payouts import PayoutRules
from app.merchants.service import Receipt, complaints, disputes, payouts
from app.merchants.terms import ComplaintKind, ComplaintOutcome, DisputeState, RedemptionState
from app.places.service import set_day
from app.places.terms import DayKind
from app.points.service import adjusting, proposals
from app.risk import service as risk
from app.risk.terms import Label
from tests.merchants.counter import Counter, offer
from tests.merchants.settled import FIRST, SECOND, Desk, by
from tests.points.ledger import ANNA, named
from tests.risk.facts import Desk as RiskDesk
from tests.risk.facts import rule

TODAY = date(2026, 6, 15)
LOOKER = Actor(named("who looks into cases"), frozenset({Role.TREASURER}))
THIRD = named("desk third")


@pytest.fixture
def desk(acts):
    return Desk(acts)


@pytest.fixture
def reviewed(acts, till):
    """Forty points that go through and are looked at, and ten that nobody minds; then the day is stated."""
    RiskDesk(acts.uow, acts.book).publish(rule("much", "points >= 40", 30))
    payment = till.pay(40)
    till.pay(10)
    assert (payment.redemption.outcome, payment.state) == ("review", "captured")
    return payment


def kept(stated):
    return (stated.fen, stated.released_fen, stated.disputed_fen, stated.payable_fen)


def close_case(acts, payment, label):
    session = acts.uow.session
    case_id = session.execute(
        text("SELECT case_id FROM risk_decisions WHERE id = :id"), {"id": payment.redemption.decision_id}
    ).scalar_one()
    looker = replace(acts.uow, actor=LOOKER)
    read = risk.take_case(looker, book=acts.book.code, case_id=case_id).case.revision
    risk.close_case(looker, book=acts.book.code, case_id=case_id, revision=read, label=label, text="looked at")
    session.flush()


def only(desk):
    return desk.uow.session.query(Dispute).one()


@pytest.mark.parametrize("label", [Label.FALSE_POSITIVE, Label.VALUABLE_ALERT])
def test_what_is_looked_at_waits_and_is_paid_with_the_next_statement(acts, desk, till, reviewed, label):
    stated = desk.stated(till.shop_id, TODAY)
    assert kept(stated) == (500, 0, 400, 100)
    desk.on(2).night()
    assert desk.uow.session.query(Settlement).count() == 1  # the case is open: nothing is free
    assert desk.findings() == []
    close_case(desk.on(2).acts, reviewed, label)
    desk.on(3).night()
    desk.on(4).night()
    later = desk.uow.session.query(Settlement).filter(Settlement.through > TODAY).one()
    assert (later.line_count, kept(later)) == (0, (0, 400, 0, 400))
    dispute = only(desk)
    assert (dispute.cause, dispute.state, dispute.closed_by) == ("review", "for_shop", LOOKER.id)
    assert (dispute.closed_why, dispute.released_into) == (label, later.id)
    assert desk.on(3).findings() == []


def test_what_anti_fraud_has_cleared_the_desk_may_still_dispute(acts, desk, till, reviewed):
    """Where its money is now: in the statement that took it over, and once."""
    stated = desk.stated(till.shop_id, TODAY)
    transaction_id = reviewed.redemption.transaction_id
    with pytest.raises(errors.DisputeTwice):
        desk.dispute(stated, transaction_id)  # it is kept back now
    close_case(acts, reviewed, Label.FALSE_POSITIVE)
    desk.on(2).night()
    later = desk.uow.session.query(Settlement).filter(Settlement.through > TODAY).one()
    with pytest.raises(errors.LineMoved) as caught:
        desk.on(2).dispute(stated, transaction_id)
    assert str(later.id) in caught.value.detail("zh")
    dispute = desk.on(2).dispute(later, transaction_id)
    assert (dispute.cause, dispute.fen, dispute.settlement_id, later.payable_fen) == ("desk", 400, later.id, 0)
    assert desk.on(2).findings() == []
    desk.on(2).close(dispute, DisputeState.FOR_SHOP)
    desk.on(3).night()
    last = desk.uow.session.query(Settlement).filter(Settlement.through > later.through).one()
    assert kept(last) == (0, 400, 0, 400)
    with pytest.raises(errors.DisputeTwice):
        desk.on(3).dispute(last, transaction_id)
    assert desk.on(3).findings() == []


def test_who_closed_a_case_and_its_dispute_too_does_not_stop_the_night(acts, desk, till, reviewed):
    """What one person proposed is void once the case says there is no risk."""
    desk.stated(till.shop_id, TODAY)
    close_case(acts, reviewed, Label.FALSE_POSITIVE)
    assert desk.close(only(desk), DisputeState.FOR_SHOP, LOOKER.id).state == "open"  # as proposed
    desk.on(2).night()
    assert (only(desk).state, only(desk).closed_by, only(desk).proposed_by) == ("for_shop", LOOKER.id, None)


def test_a_case_closed_before_the_night_keeps_nothing_back(acts, desk, till, reviewed):
    close_case(acts, reviewed, Label.FALSE_POSITIVE)
    assert kept(desk.stated(till.shop_id, TODAY)) == (500, 0, 0, 500)


def test_what_is_confirmed_stays_until_two_people_agree(acts, desk, till, reviewed):
    desk.stated(till.shop_id, TODAY)
    dispute = only(desk)
    with pytest.raises(errors.DisputeWaits) as caught:
        desk.close(dispute, DisputeState.FOR_SHOP, FIRST)
    assert "风控" in caught.value.detail("zh")
    close_case(acts, reviewed, Label.CONFIRMED_RISK)
    desk.on(2).night()
    assert desk.uow.session.query(Settlement).count() == 1
    with pytest.raises(errors.DisputeNotRefunded):
        desk.close(dispute, DisputeState.FOR_RESIDENT, FIRST)
    desk.take_off(dispute, 400)
    assert desk.close(dispute, DisputeState.FOR_RESIDENT, FIRST).state == "open"  # proposed
    with pytest.raises(errors.DisputeBySame):
        desk.close(dispute, DisputeState.FOR_RESIDENT, FIRST)
    assert desk.close(dispute, DisputeState.FOR_SHOP, SECOND).proposed_by == SECOND  # somebody sees it otherwise
    assert desk.close(dispute, DisputeState.FOR_RESIDENT, FIRST).state == "open"
    assert desk.close(dispute, DisputeState.FOR_RESIDENT, THIRD).state == "for_resident"
    desk.on(2).night()
    later = desk.uow.session.query(Settlement).filter(Settlement.line_count == 1).one()
    assert (kept(later), later.state) == ((-400, 400, 0, 0), "closed")
    assert desk.on(2).findings() == []


def test_the_database_refuses_one_person_for_two(acts, desk, till, reviewed):
    desk.stated(till.shop_id, TODAY)
    close_case(acts, reviewed, Label.CONFIRMED_RISK)
    desk.close(only(desk), DisputeState.FOR_SHOP, FIRST)
    alone = (
        "UPDATE merchants_disputes SET (state, closed_by, closed_at, closed_why) ="
        " ('for_shop', proposed_by, now(), 'x')"
    )
    desk.uow.session.flush()
    with pytest.raises(IntegrityError, match="ck_merchants_disputes_proposed"), desk.uow.session.begin_nested():
        desk.uow.session.execute(text(alone))


def test_no_more_is_kept_back_than_is_to_be_paid(acts, desk, till, reviewed):
    proposal = adjusting.propose_adjustment(
        by(desk.uow, FIRST), book=desk.book, shop_id=till.shop_id, fen=-150, sponsor_id=None, reason="a mistake"
    )
    desk.uow.session.flush()
    proposals.approve_proposal(by(desk.uow, SECOND), book=desk.book, proposal_id=proposal.id)
    stated = desk.stated(till.shop_id, TODAY)
    assert kept(stated) == (350, 0, 350, 0)
    close_case(acts, reviewed, Label.FALSE_POSITIVE)
    assert kept(desk.on(1).stated(till.shop_id, TODAY + timedelta(days=1))) == (0, 350, 0, 350)
    assert desk.on(1).findings() == []


def test_what_was_given_back_already_is_not_kept_back_as_well(acts, desk, till, reviewed):
    till.refund(reviewed, 15)
    assert kept(desk.stated(till.shop_id, TODAY)) == (350, 0, 250, 100)
    close_case(acts, reviewed, Label.FALSE_POSITIVE)
    assert kept(desk.on(1).stated(till.shop_id, TODAY + timedelta(days=1))) == (0, 250, 0, 250)
    assert desk.on(1).findings() == []


# --- a complaint beside a case


def complain(desk, payment):
    resident = replace(desk.uow, actor=Actor(ANNA, frozenset({Role.RESIDENT})))
    return complaints.open_complaint(
        resident,
        book=desk.book,
        redemption_id=payment.redemption.id,
        kind=ComplaintKind.NOT_RECEIVED,
        words="没拿到货",
    )


def test_a_line_against_which_two_things_stand_is_kept_back_once_and_until_both_are_over(acts, desk, till, reviewed):
    desk.stated(till.shop_id, TODAY)
    complaint = complain(desk, reviewed)
    assert desk.uow.session.query(Dispute).count() == 1
    close_case(acts, reviewed, Label.FALSE_POSITIVE)
    desk.on(2).night()
    assert desk.uow.session.query(Settlement).count() == 1  # the complaint still waits
    complaint.state, complaint.answer, complaint.answered_by, complaint.answered_at = (
        "contested",
        "x",
        FIRST,
        acts.uow.now,
    )
    complaints.decide_complaint(
        by(desk.on(2).uow, FIRST),
        book=desk.book,
        complaint_id=complaint.id,
        outcome=ComplaintOutcome.REJECT,
        points=None,
        reason="seen",
    )
    desk.on(3).night()
    later = desk.uow.session.query(Settlement).filter(Settlement.through > TODAY).one()
    assert kept(later) == (0, 400, 0, 400)


def test_money_that_moved_on_is_kept_back_where_it_is(acts, desk, till, reviewed):
    stated = desk.stated(till.shop_id, TODAY)
    close_case(acts, reviewed, Label.FALSE_POSITIVE)
    later = desk.on(1).stated(till.shop_id, TODAY + timedelta(days=1))
    assert find_place(desk.uow.session, stated.book_id, reviewed.redemption.transaction_id) == (later.id, 400)
    complain(desk.on(1), reviewed)
    assert (kept(later), later.state) == ((0, 400, 400, 0), "closed")
    assert kept(stated) == (500, 0, 400, 100)
    assert desk.on(1).findings() == []
    closed = desk.uow.session.query(Dispute).filter_by(cause="resident").one()
    with pytest.raises(errors.DisputeWaits):
        disputes.close_dispute(
            by(desk.uow, FIRST), book=desk.book, dispute_id=closed.id, outcome=DisputeState.FOR_SHOP, reason="x"
        )
    assert desk.uow.session.query(Complaint).one().state == "open"


# --- a shop without a till


@pytest.fixture
def suspicious(acts):
    """Anti-fraud looks at eighty points and more."""
    RiskDesk(acts.uow, acts.book).publish(rule("much", "points >= 80", 30))


@pytest.fixture
def unseen(api, acts, till):
    """Over HTTP: Anna scans what hangs in a shop that has no till, 90 points off 20 yuan; and 5 points at a counter."""
    till.pay(5)
    offer(acts.uow, acts.book.code, till.shop_id)
    scene = api.post(f"/shops/{till.shop_id}/sign", {}).json["scene"]
    counter = Counter(api, None, till.shop_id)
    quote = counter.quote(scene, order_fen=2000, points=90).json
    taken = counter.own("", {"quote_id": quote["quote_id"]}).json
    assert taken["state"] == "captured"
    return UUID(taken["transaction_id"])


def test_what_nobody_of_the_shop_accepted_is_paid_a_week_later(desk, till, unseen):
    stated = desk.stated(till.shop_id, TODAY)
    assert kept(stated) == (950, 0, 900, 50)
    dispute = only(desk)
    assert (dispute.cause, dispute.until) == ("unattended", date(2026, 6, 25))  # seven working days, a holiday between
    with pytest.raises(errors.DisputeTwice):
        desk.dispute(stated, unseen)
    with pytest.raises(errors.DisputeWaits):
        desk.close(dispute, DisputeState.FOR_SHOP)
    desk.on(10).night()  # through the 24th
    assert desk.uow.session.query(Settlement).count() == 1
    desk.on(11).night()
    later = desk.uow.session.query(Settlement).filter(Settlement.through > TODAY).one()
    assert (later.through, kept(later), dispute.closed_why) == (date(2026, 6, 25), (0, 900, 0, 900), "unattended")
    assert desk.on(11).findings() == []


def test_what_nobody_accepted_waits_for_its_day_also_when_its_case_is_closed(acts, desk, till, suspicious, unseen):
    payment = desk.uow.session.query(Redemption).filter_by(transaction_id=unseen).one()
    desk.stated(till.shop_id, TODAY)
    assert (payment.outcome, only(desk).cause, only(desk).until) == ("review", "review", date(2026, 6, 25))
    close_case(acts, Receipt(payment, RedemptionState.CAPTURED), Label.FALSE_POSITIVE)
    desk.on(10).night()
    assert desk.uow.session.query(Settlement).count() == 1
    desk.on(11).night()
    assert desk.uow.session.query(Settlement).count() == 2


def test_a_book_may_pay_it_at_once(desk, till, unseen):
    desk.terms(new_shop_days=0, unattended_days=0)
    assert kept(desk.stated(till.shop_id, TODAY)) == (950, 0, 0, 950)


# --- working days


def test_shops_are_paid_on_working_days_of_the_communitys_calendar(desk, till):
    till.pay(10)
    friday = desk.on(3)
    set_day(friday.uow, book=desk.book, day=date(2026, 6, 20), kind=DayKind.ADJUSTED, as_weekday=5, name=None)
    till.later(days=3).pay(10)
    assert desk.stated(till.shop_id, TODAY).payable_on == date(2026, 6, 16)
    stated = friday.stated(till.shop_id, date(2026, 6, 18))
    assert stated.payable_on == date(2026, 6, 20)  # the 19th is a holiday, this Saturday is worked
    till.later(days=4).pay(10)
    desk.terms(new_shop_days=0, payout_days=0)
    assert desk.on(4).stated(till.shop_id, date(2026, 6, 19)).payable_on == date(2026, 6, 19)  # at once is at once


def test_terms_are_in_force_when_another_person_has_approved_them(desk, till):
    till.pay(33)
    first, second = by(desk.uow, FIRST), by(desk.uow, SECOND)
    made = payouts.set_payout_terms(first, book=desk.book, shop_id=till.shop_id, rules=PayoutRules())
    desk.uow.session.flush()
    with desk.uow.session.begin_nested() as tried:
        assert desk.stated(till.shop_id, TODAY).reserve_fen == 0  # those of the book are in force
        tried.rollback()
    with pytest.raises(errors.TermsBySame):
        payouts.approve_payout_terms(first, book=desk.book, terms_id=made.id)
    payouts.approve_payout_terms(second, book=desk.book, terms_id=made.id)
    with pytest.raises(errors.TermsDecided):
        payouts.approve_payout_terms(second, book=desk.book, terms_id=made.id)
    stated = desk.stated(till.shop_id, TODAY)
    assert (stated.reserve_fen, stated.payable_on) == (33, date(2026, 6, 25))
    with pytest.raises(errors.PayoutTermsMissing):
        payouts.approve_payout_terms(second, book=desk.book, terms_id=named("none"))
