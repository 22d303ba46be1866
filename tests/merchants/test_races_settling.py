"""Two at the treasurer's desk, with real commits: one signature, one file, and a refund while it is stated."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from app.infra.db import db
from app.infra.unit_of_work import clock
from app.kernel.actor import Actor, Role
from app.kernel.periods import local_date
from app.merchants import errors, service
from app.merchants.errors.office import PaidThroughBank
from app.merchants.models import Branch, MerchantPerson, PayoutLine, Refund, Settlement
from app.merchants.service import complaints
from app.merchants.terms import ComplaintKind, ComplaintOutcome, DisputeState
from app.points import errors as points_errors
from app.points.service import adjusting, proposals
from app.points.service.audit import audit_books
from tests.fixtures.together import LOOKS_MAX, WAITING, alone, split, together
from tests.merchants.settled import FIRST, SECOND, Desk, by, enrol_shop
from tests.points import invariants
from tests.points.ledger import ANNA, Acts, named, open_ledger

END_ACCOUNT = """
    UPDATE merchants_bank_accounts SET ended_at = now()
     WHERE merchant_id = (SELECT merchant_id FROM merchants_branches WHERE id ="""


class Office:
    """A committed book with two shops that have bank accounts; Anna has points."""

    def __init__(self, app):
        self.app = app
        self.ledger = alone(open_ledger)
        alone(lambda uow: self.desk(uow).acts.award(ANNA, 900))
        self.shops = [alone(lambda uow, n=n: enrol_shop(self.desk(uow).acts, n)) for n in (1, 2)]
        alone(lambda uow: self.desk(uow).terms(payout_days=0, new_shop_days=0))

    def desk(self, uow):
        return Desk(Acts(uow, self.ledger))

    def now(self, act):
        return alone(lambda uow: act(self.desk(uow)))

    def together(self, gate, *acts):
        return split(
            together(self.app, *(lambda uow, act=act: act(self.desk(uow)) for act in acts), gate=f"merchants_{gate}")
        )

    def stated(self, points=20):
        """One statement for each shop, checked."""
        for shop in self.shops:
            self.now(lambda desk, shop=shop: desk.till(shop).pay(points))
        today = local_date(clock())
        return [self.now(lambda desk, shop=shop: desk.stated(shop, today)) for shop in self.shops]

    def line_of(self, stated):
        asked = "SELECT transaction_id FROM merchants_settlement_lines WHERE settlement_id = %s"
        return self.now(lambda desk: desk.uow.session.connection().exec_driver_sql(asked, (stated.id,)).scalar_one())

    def payable(self):
        return self.now(lambda desk: desk.acts.trial()["merchant_payable"])


@pytest.fixture
def office(real_commits):
    made = Office(real_commits)
    yield made
    assert made.now(lambda desk: desk.findings()) == []
    verdict = audit_books(db.engine, book=made.ledger.book.code, workers=1)
    assert verdict.clean, verdict.findings
    assert alone(lambda uow: invariants.list_wrongs(invariants.fetch_in(uow.session), made.ledger.id)) == []


def test_two_who_approve_an_adjustment_at_once_book_it_once(office):
    def propose(desk):
        return adjusting.propose_adjustment(
            by(desk.uow, FIRST), book=desk.book, shop_id=office.shops[0], fen=-45, sponsor_id=None, reason="counted"
        )

    proposal = office.now(propose)

    def approve(desk):
        return proposals.approve_proposal(by(desk.uow, SECOND), book=desk.book, proposal_id=proposal.id)

    won, lost = split(together(office.app, *[lambda uow: approve(office.desk(uow))] * 3, gate="points_proposals"))
    assert (len(won), {type(refusal) for refusal in lost}) == (1, {points_errors.ProposalDecided})
    assert office.payable() == -45


def test_two_who_approve_at_once_are_one_approval(office):
    stated = office.stated()[0]
    people = [SECOND, named("third"), FIRST]
    won, lost = office.together("settlements", *[lambda desk, who=who: desk.approve(stated, who) for who in people])
    assert len(won) == 1
    assert won[0].approved_by in people[:2]
    assert {type(refusal) for refusal in lost} <= {errors.SettlementDecided, errors.ApproveBySame}


def test_two_files_at_once_never_hold_one_statement_twice(office):
    for stated in office.stated():
        office.now(lambda desk, stated=stated: desk.approve(stated))
    won, lost = office.together("settlements", *[lambda desk: desk.file()] * 3)
    assert [made.payout.line_count for made in won] == [2]
    assert {type(refusal) for refusal in lost} == {errors.PayoutEmpty}
    assert office.now(lambda desk: desk.uow.session.query(PayoutLine).count()) == 2
    answer = office.now(lambda desk: desk.answer(won[0]))
    imported, refused = office.together("payout_lines", *[lambda desk: desk.result(won[0], answer)] * 3)
    assert refused == []
    assert sorted(each.paid for each in imported) == [0, 0, 2]
    assert office.payable() == 0


@pytest.mark.parametrize("has_account", [True, False])
def test_paid_by_hand_and_in_a_file_at_once_is_paid_once(office, has_account):
    if not has_account:
        office.now(lambda desk: desk.uow.session.execute(text(f"{END_ACCOUNT} '{office.shops[0]}')")))
    for stated in office.stated():
        office.now(lambda desk, stated=stated: desk.approve(stated))

    def by_hand(desk):
        return desk.till(office.shops[0]).pay_out(desk.uow.session.get_one(Settlement, (office.ledger.id, stated_id)))

    stated_id = office.now(lambda desk: desk.uow.session.query(Settlement).filter_by(shop_id=office.shops[0]).one().id)
    won, lost = office.together("settlements", *[by_hand] * 4, lambda desk: desk.file())
    assert {type(refusal) for refusal in lost} <= {errors.NotApproved, PaidThroughBank}
    lines = office.now(lambda desk: desk.uow.session.query(PayoutLine).count())
    assert (lines, len(won)) == ((2, 1) if has_account else (1, 5))
    assert office.payable() == (400 if has_account else 200)


def test_a_refund_while_it_is_stated_is_in_one_statement(office):
    payments = [office.now(lambda desk: desk.till(office.shops[0]).pay(30)) for _ in range(3)]
    today = local_date(clock())
    acts = [lambda desk, paid=paid: desk.till(office.shops[0]).refund(paid, 10) for paid in payments]
    _, lost = office.together("settlements", lambda desk: desk.stated(office.shops[0], today), *acts)
    assert lost == []
    assert office.now(lambda desk: desk.findings()) == []
    assert office.payable() == 600


def test_a_dispute_while_it_is_approved_or_sent_is_kept_back_or_refused(office):
    stated = office.stated()[0]
    office.now(lambda desk: desk.approve(stated))
    line = office.line_of(stated)
    won, lost = office.together("settlements", lambda desk: desk.dispute(stated, line), lambda desk: desk.file())
    assert {type(refusal) for refusal in lost} <= {errors.DisputeLate, errors.PayoutEmpty}
    assert len(won) == 1


def test_two_who_close_a_dispute_at_once_close_it_once(office):
    stated = office.stated()[0]
    line = office.line_of(stated)
    dispute = office.now(lambda desk: desk.dispute(stated, line))
    outcomes = [(SECOND, DisputeState.FOR_SHOP), (named("third"), DisputeState.FOR_SHOP)]
    acts = [lambda desk, who=who, outcome=outcome: desk.close(dispute, outcome, who) for who, outcome in outcomes]
    won, lost = office.together("disputes", *acts)
    assert (len(won), {type(refusal) for refusal in lost}) == (1, {errors.DisputeClosed})


def test_a_complaint_while_the_shop_is_stated_keeps_its_line_back(office):
    """Either it is there before the line, or it finds the line: never neither."""
    paid = office.now(lambda desk: desk.till(office.shops[0]).pay(30))
    today = local_date(clock())
    won, lost = office.together(
        "shops", lambda desk: desk.stated(office.shops[0], today), lambda desk: complain(desk, paid)
    )
    assert (len(won), lost) == (2, [])
    stated = office.now(lambda desk: desk.uow.session.query(Settlement).one())
    assert (stated.fen, stated.disputed_fen, stated.payable_fen, stated.state) == (300, 300, 0, "closed")


def test_a_statement_waits_for_a_complaint_that_has_not_committed(office):
    """It saw no line, and the statement would not see it: so the complaint holds the shop."""
    paid = office.now(lambda desk: desk.till(office.shops[0]).pay(30))
    office.now(lambda desk: own(desk, office.shops[0]))
    today, url = local_date(clock()), office.app.extensions["linli.test_database"].superuser_url

    def stated_then(desk):
        with psycopg.connect(url, autocommit=True) as eye:
            for _ in range(LOOKS_MAX):
                if eye.execute(WAITING).fetchone()[0]:
                    return desk.stated(office.shops[0], today)
        message = "the complaint came to no end"
        raise AssertionError(message)

    acts = [lambda uow: complain(office.desk(uow), paid), lambda uow: stated_then(office.desk(uow))]
    _, lost = split(together(office.app, *acts, gate="LOCK TABLE notices_notices IN SHARE MODE"))
    assert lost == []
    stated = office.now(lambda desk: desk.uow.session.query(Settlement).one())
    assert (stated.fen, stated.disputed_fen, stated.state) == (300, 300, "closed")


def test_a_complaint_while_its_statement_goes_into_a_file_is_kept_back_or_too_late(office):
    paid = office.now(lambda desk: desk.till(office.shops[0]).pay(30))
    stated = office.now(lambda desk: desk.stated(office.shops[0], local_date(clock())))
    office.now(lambda desk: desk.approve(stated))
    _, lost = office.together("settlements", lambda desk: complain(desk, paid), lambda desk: desk.file())
    assert {type(refusal) for refusal in lost} <= {errors.PayoutEmpty}
    now = office.now(lambda desk: desk.uow.session.query(Settlement).one())
    in_file = office.now(lambda desk: desk.uow.session.query(PayoutLine).count())
    assert (now.disputed_fen, now.payable_fen, now.state, in_file) in {(300, 0, "closed", 0), (0, 300, "sent", 1)}


def test_two_complaints_about_one_redemption_at_once_are_one(office):
    paid = office.now(lambda desk: desk.till(office.shops[0]).pay(30))
    won, lost = office.together("redemptions", *[lambda desk: complain(desk, paid)] * 3)
    assert (len(won), {type(refusal) for refusal in lost}) == (1, {errors.ComplaintTwice})


def test_complaints_at_once_are_counted_one_by_one(office):
    paid = [office.now(lambda desk: desk.till(office.shops[0]).pay(5)) for _ in range(5)]
    won, lost = office.together("redemptions", *[lambda desk, one=one: complain(desk, one) for one in paid])
    assert (len(won), {type(refusal) for refusal in lost}) == (3, {errors.ComplaintsTooMany})


def test_the_second_of_two_and_the_night_give_points_back_once(office):
    paid = office.now(lambda desk: desk.till(office.shops[0]).pay(30))
    complaint = office.now(lambda desk: complain(desk, paid))
    later = clock() + timedelta(days=60)
    assert alone(service.lapse_complaints, at=later) == 1  # the shop said nothing
    office.now(lambda desk: decide(desk, complaint, FIRST))
    acts = [
        lambda uow: decide(office.desk(uow), complaint, SECOND),
        lambda uow: decide(office.desk(uow), complaint, named("third")),
        service.lapse_complaints,
    ]
    won, lost = split(together(office.app, *acts, at=later + timedelta(days=60), gate="merchants_complaints"))
    assert len(won) in {1, 2}
    assert {type(refusal) for refusal in lost} == {errors.ComplaintClosed}
    assert office.payable() == 0
    assert office.now(lambda desk: desk.uow.session.query(Refund).count()) == 1


def own(desk, shop_id):
    """Give a shop an owner with an account, who is told of complaints."""
    merchant_id = desk.uow.session.get_one(Branch, shop_id).merchant_id
    desk.uow.session.add(
        MerchantPerson(
            id=desk.uow.new_id(),
            merchant_id=merchant_id,
            kind="owner",
            name="店主",
            person_id=named("owner"),
            registered_by=FIRST,
            registered_at=desk.uow.now,
        )
    )


def complain(desk, paid):
    resident = replace(desk.uow, actor=Actor(paid.redemption.resident_id, frozenset({Role.RESIDENT})))
    return complaints.open_complaint(
        resident,
        book=desk.book,
        redemption_id=paid.redemption.id,
        kind=ComplaintKind.NOT_RECEIVED,
        words="没拿到货",
    )


def decide(desk, complaint, who, outcome=ComplaintOutcome.REFUND):
    return complaints.decide_complaint(
        by(desk.uow, who),
        book=desk.book,
        complaint_id=complaint.id,
        outcome=outcome,
        points=None,
        reason="seen",
    )
