"""Signed by two people, kept back, disputed, adjusted, verified: what becomes of a statement before it is paid."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.infra.metrics import settlement_findings_total
from app.merchants import errors, service
from app.merchants.models import Settlement, SettlementLine
from app.merchants.service import checking, disputes, statement_files
from app.merchants.terms import DisputeState
from app.points import errors as points_errors
from app.points.service import adjusting, correct_transaction, proposals
from tests.merchants.counter import offer
from tests.merchants.settled import FIRST, SECOND, Desk, by
from tests.points import invariants
from tests.points.ledger import SPONSOR, named

TODAY = date(2026, 6, 15)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def desk(acts):
    return Desk(acts)


@pytest.fixture
def stated(desk, till):
    """60 points at 10 fen, stated by hand."""
    till.pay(60)
    made = desk.stated(till.shop_id, TODAY)
    desk.uow.session.flush()
    return made


def kept(stated):
    return (stated.fen, stated.released_fen, stated.reserve_fen, stated.disputed_fen, stated.payable_fen)


# --- two people


def test_two_people_sign(desk, stated):
    assert (stated.checked_by, stated.state) == (FIRST, "stated")
    with pytest.raises(errors.ApproveBySame):
        desk.approve(stated, FIRST)
    assert (desk.approve(stated).state, stated.approved_by) == ("approved", SECOND)
    with pytest.raises(errors.SettlementDecided) as caught:
        desk.approve(stated, named("third"))
    assert "已批准" in caught.value.detail("zh")
    with pytest.raises(errors.SettlementDecided):
        desk.check(stated)


def test_what_the_night_states_is_checked_by_somebody_first(desk, till):
    till.pay(60)
    desk.on(1).night()
    stated = desk.uow.session.query(Settlement).one()
    assert (stated.through, stated.fen, stated.checked_by) == (TODAY, 600, None)
    with pytest.raises(errors.NotChecked):
        desk.approve(stated)
    desk.check(stated, SECOND)
    with pytest.raises(errors.ApproveBySame):
        desk.approve(stated, SECOND)
    assert desk.approve(stated, FIRST).state == "approved"


def test_the_database_refuses_one_person_for_two(desk, stated):
    both = "UPDATE merchants_settlements SET (state, approved_by, approved_at) = ('approved', checked_by, checked_at)"
    with pytest.raises(IntegrityError, match="_others"), desk.uow.session.begin_nested():
        desk.uow.session.execute(text(both))


def test_nothing_is_paid_unsigned_or_early(desk, till, stated):
    pay = {"book": desk.book, "settlement_id": stated.id, "bank_reference": "ICBC-1"}
    with pytest.raises(errors.NotApproved):
        service.pay_settlement(desk.on(1).uow, **pay)
    desk.approve(stated)
    with pytest.raises(errors.PayoutEarly) as caught:
        service.pay_settlement(desk.uow, **pay)
    assert "2026-06-16" in caught.value.detail("en")
    assert service.pay_settlement(desk.on(1).uow, **pay).state == "paid"


# --- the night


def test_the_night_states_every_shop_once_and_carries_over_who_owes(desk, till):
    other = service.open_shop(desk.uow, book=desk.book, name="豆腐坊", street="忠义街")
    third = service.open_shop(desk.uow, book=desk.book, name="面馆", street="忠义街")
    payment = till.pay(40)
    till.of(other.id).pay(20)
    for _ in range(2):
        desk.on(1).night()
    made = desk.uow.session.query(Settlement).all()
    assert {(each.shop_id, each.fen) for each in made} == {(till.shop_id, 400), (other.id, 200)}
    till.later(days=1).refund(payment, 15)
    desk.on(2).night()  # it owes 150 now: nothing is stated
    till.later(days=2).pay(20)
    desk.on(3).night()
    later = desk.uow.session.query(Settlement).filter(Settlement.through > TODAY).all()
    assert [(each.shop_id, each.through.day, each.fen) for each in later] == [(till.shop_id, 17, 50)]
    assert desk.findings() == []
    assert third.id not in {each.shop_id for each in made}


# --- kept back of new shops


def test_a_new_shop_is_paid_later_and_its_reserve_in_time(desk, till):
    desk.terms(new_payout_days=7, reserve_percent=10, reserve_days=3, new_shop_days=2)
    till.pay(33)
    first = desk.stated(till.shop_id, TODAY)
    assert kept(first) == (330, 0, 33, 0, 297)
    assert (first.payable_on, first.reserve_until) == (date(2026, 6, 25), date(2026, 6, 18))
    till.later(days=2).pay(10)
    second = desk.on(2).stated(till.shop_id, date(2026, 6, 17))  # new no more
    assert (kept(second), second.payable_on) == ((100, 0, 0, 0, 100), date(2026, 6, 18))
    assert desk.on(2).findings() == []
    desk.on(4).night()  # nothing was sold: what was kept back is a statement of its own
    third = desk.uow.session.query(Settlement).filter_by(through=date(2026, 6, 18)).one()
    assert (third.line_count, kept(third), first.reserve_into) == (0, (0, 33, 0, 0, 33), third.id)
    assert desk.on(4).findings() == []
    desk.on(5).night()
    assert desk.uow.session.query(Settlement).count() == 3


def test_a_shops_own_terms_come_before_the_books(desk, till):
    desk.terms(payout_days=5, new_shop_days=0)
    desk.terms(till.shop_id, payout_days=2, new_shop_days=0)
    till.pay(10)
    assert desk.stated(till.shop_id, TODAY).payable_on == TODAY + timedelta(days=2)
    with pytest.raises(errors.ShopMissing):
        desk.terms(named("no shop"), payout_days=2)


# --- disputes


def test_a_disputed_line_is_kept_back_until_it_is_closed_for_the_shop(desk, till):
    payment = till.pay(60)
    till.pay(10)
    stated = desk.stated(till.shop_id, TODAY)
    dispute = desk.dispute(stated, payment.redemption.transaction_id)
    assert kept(stated) == (700, 0, 0, 600, 100)
    assert desk.findings() == []
    assert desk.approve(stated).payable_fen == 100
    with pytest.raises(errors.DisputeBySame):
        desk.close(dispute, DisputeState.FOR_SHOP, FIRST)
    desk.close(dispute, DisputeState.FOR_SHOP)
    with pytest.raises(errors.DisputeClosed):
        desk.close(dispute, DisputeState.FOR_SHOP)
    with pytest.raises(errors.DisputeTwice):
        desk.dispute(stated, payment.redemption.transaction_id)
    desk.on(1).night()
    desk.on(2).night()
    later = desk.on(2).uow.session.query(Settlement).filter(Settlement.through > TODAY).one()
    assert (later.line_count, kept(later), dispute.released_into) == (0, (0, 600, 0, 0, 600), later.id)
    assert desk.on(2).findings() == []


def test_closed_for_the_resident_the_money_stays(desk, till):
    payment = till.pay(60)
    stated = desk.stated(till.shop_id, TODAY)
    dispute = desk.dispute(stated, payment.redemption.transaction_id)
    with pytest.raises(errors.DisputeNotRefunded):
        desk.close(dispute, DisputeState.FOR_RESIDENT)
    till.later(days=1).refund(payment, 60)
    desk.on(1).close(dispute, DisputeState.FOR_RESIDENT)
    later = desk.on(1).stated(till.shop_id, TOMORROW)
    assert (later.line_count, kept(later)) == (1, (-600, 600, 0, 0, 0))
    assert later.state == "closed"  # it comes to no money: nobody has to sign it
    with pytest.raises(errors.SettlementDecided):
        desk.on(1).approve(later)
    assert desk.on(1).findings() == []


def test_an_adjustment_of_one_fen_closes_no_dispute_for_the_resident(desk, till):
    """What takes a line off is what was given back of it, and what was adjusted for it by name: each counts once."""
    first, second = till.pay(40), till.pay(30)
    stated = desk.stated(till.shop_id, TODAY)
    doubts = [desk.dispute(stated, each.redemption.transaction_id) for each in (first, second)]
    adjust(desk, till.shop_id, -700)  # for whatever reason: it names neither
    for doubt, left in zip(doubts, (400, 300), strict=True):
        with pytest.raises(errors.DisputeNotRefunded) as caught:
            desk.close(doubt, DisputeState.FOR_RESIDENT)
        assert f"{left} fen" in caught.value.detail("en")
    desk.take_off(doubts[0], 1)
    with pytest.raises(errors.AdjustmentOver):
        desk.take_off(doubts[0], 400)
    desk.take_off(doubts[0], 399)
    desk.close(doubts[0], DisputeState.FOR_RESIDENT)
    with pytest.raises(errors.DisputeNotRefunded):
        desk.close(doubts[1], DisputeState.FOR_RESIDENT)
    with pytest.raises(errors.DisputeClosed):
        desk.take_off(doubts[0], 1)


def test_what_was_refunded_before_the_statement_is_not_all_of_a_line(desk, till):
    payment = till.pay(40)
    till.refund(payment, 1)
    till.pay(30)
    stated = desk.stated(till.shop_id, TODAY)
    dispute = desk.dispute(stated, payment.redemption.transaction_id)
    assert kept(stated) == (690, 0, 0, 400, 290)
    with pytest.raises(errors.DisputeNotRefunded):
        desk.close(dispute, DisputeState.FOR_RESIDENT)
    till.later(days=1).refund(payment, 39)
    desk.on(1).close(dispute, DisputeState.FOR_RESIDENT)
    later = desk.on(1).stated(till.shop_id, TOMORROW)
    assert (later.fen, later.released_fen, later.payable_fen) == (-390, 400, 10)  # what the first refund took too much
    assert desk.on(1).findings() == []


def test_what_cannot_be_disputed(desk, till, stated):
    payment = till.later(days=1).pay(10)
    till.later(days=1).refund(payment, 4)
    later = desk.on(1).stated(till.shop_id, TOMORROW)
    lines = desk.uow.session.query(SettlementLine).filter_by(settlement_id=later.id, code="refund").all()
    with pytest.raises(errors.NothingToDispute):
        desk.dispute(later, lines[0].transaction_id)
    with pytest.raises(errors.LineMissing):
        desk.dispute(stated, lines[0].transaction_id)
    with pytest.raises(errors.DisputeMissing):
        disputes.close_dispute(
            desk.uow, book=desk.book, dispute_id=named("none"), outcome=DisputeState.FOR_SHOP, reason="x"
        )
    kept_back = desk.dispute(later, payment.redemption.transaction_id)
    assert kept_back.fen == 60  # no more than is still to be paid
    first = desk.uow.session.query(SettlementLine).filter_by(settlement_id=stated.id).one()
    till.pay_out(stated)
    with pytest.raises(errors.DisputeLate):
        desk.dispute(stated, first.transaction_id)


# --- adjustments


def adjust(desk, shop_id, fen, *, sponsor=None):
    first, second = (by(desk.uow, who) for who in (FIRST, SECOND))
    proposal = adjusting.propose_adjustment(
        first, book=desk.book, shop_id=shop_id, fen=fen, sponsor_id=sponsor, reason="counted wrong"
    )
    desk.uow.session.flush()
    with pytest.raises(points_errors.ProposalOwn):
        proposals.approve_proposal(first, book=desk.book, proposal_id=proposal.id)
    return proposals.approve_proposal(second, book=desk.book, proposal_id=proposal.id).result_id


def test_an_adjustment_is_a_line_and_in_the_ledger(desk, acts, till):
    till.pay(60)
    acts.fund(1000)
    free = acts.trial()["sponsor_funding"]
    adjust(desk, till.shop_id, 150, sponsor=SPONSOR)
    adjust(desk, till.shop_id, -30)
    trial = acts.trial()
    assert (trial["merchant_payable"], trial["sponsor_funding"], trial["breakage_result"]) == (720, free - 150, 30)
    stated = desk.stated(till.shop_id, TODAY)
    assert (stated.line_count, stated.points, stated.fen) == (3, 60, 720)
    assert desk.findings() == []
    assert invariants.list_wrongs(invariants.fetch_in(acts.uow.session), acts.ledger.id) == []


def test_an_adjustment_that_cannot_be(desk, till):
    with pytest.raises(points_errors.AdjustmentZero):
        adjust(desk, till.shop_id, 0)
    with pytest.raises(points_errors.AdjustedShopMissing):
        adjust(desk, named("no shop"), 5)
    with pytest.raises(points_errors.AccountMissing):
        adjust(desk, till.shop_id, 5, sponsor=named("no sponsor"))
    with pytest.raises(points_errors.FundingInsufficient):
        adjust(desk, till.shop_id, 10**11, sponsor=SPONSOR)
    made = adjust(desk, till.shop_id, 5)
    with pytest.raises(points_errors.UndoneElsewhere):
        correct_transaction(desk.uow, book=desk.book, transaction_id=made, reason="x", claw_back=False)


# --- what the shop bears


def test_lines_say_what_the_shop_bears_itself(acts, desk, till):
    offer(acts.uow, till.book, till.shop_id)
    payment = till.capture(till.authorise(40, order_fen=1000))
    till.refund(payment, 10)
    stated = desk.stated(till.shop_id, TODAY)
    shown = service.show_settlement(desk.uow, book=desk.book, settlement_id=stated.id, limit=9, cursor=None)
    lines = [each.line for each in shown.lines.items]
    discount = payment.redemption.discount_fen
    assert discount
    assert [(line.code, line.fen, line.discount_fen) for line in lines[:2]] == [
        ("redemption", 400, discount),
        ("refund", -100, -discount // 4),
    ]
    assert [line.borne_by_shop_fen for line in lines[:2]] == [discount - 400, 100 - discount // 4]


# --- verified


def test_a_statement_is_made_again_to_the_byte(desk, till, stated):
    till.later(days=1).pay(10)  # later things are none of it
    same = checking.verify_settlement(desk.on(1).uow, book=desk.book, settlement_id=stated.id)
    assert same.is_equal
    assert (same.digest, same.rebuilt_digest, same.rebuilt_fen) == (stated.digest, stated.digest, 600)
    stated.digest = bytes(32)
    desk.uow.session.flush()
    assert not checking.verify_settlement(desk.uow, book=desk.book, settlement_id=stated.id).is_equal


def test_the_nightly_comparison_sees_what_does_not_come_out(desk, till, stated):
    assert desk.findings() == []
    before = settlement_findings_total._value.get()
    session = desk.uow.session
    session.execute(
        text("UPDATE merchants_settlements SET (fen, payable_fen) = (fen - 7, payable_fen - 7) WHERE id = :id"),
        {"id": stated.id},
    )
    assert desk.findings() == [(till.shop_id, 600, 593)]
    assert desk.findings() == [(till.shop_id, 600, 593)]  # once a day
    assert len(desk.on(1).findings()) == 2
    assert settlement_findings_total._value.get() > before


def test_a_statement_too_long_for_a_file_is_refused(desk, stated):
    with pytest.raises(errors.StatementTooLong):
        statement_files.read_statement(desk.uow, book=desk.book, settlement_id=stated.id, lines_max=0)
