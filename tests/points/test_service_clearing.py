"""Points move between two books: three steps, each in its own book, and the month's netting."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy
from sqlalchemy import event

from app.jobs.catalogue import JOBS
from app.kernel.actor import Actor, Role
from app.points import errors
from app.points.models import Book, ClearingTransfer, Lot, Successor
from app.points.queries import clearing as clearing_queries
from app.points.service import proposals
from app.points.service.auditing import correct_transaction
from app.points.service.clearing import agreements, nettings, transfers
from app.points.terms import AccountKind
from tests.points import invariants
from tests.points.ledger import ANNA, BORIS, Acts, open_ledger
from tests.points.neighbours import FIRST, Pair, agree, approve, terms


@pytest.fixture
def pair(uow):
    """Two books in agreement, Anna with 300 points in the first; both sound at the end."""
    # far apart from every other number, so that a statement that names a book is known by it
    uow.session.add(_far(uow))
    uow.session.flush()
    made = Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow, validity_months=6, value_fen=20)))
    made.agree()
    made.here.award(ANNA, 300)
    yield made
    for acts in (made.here, made.there):
        assert invariants.list_wrongs(invariants.fetch_in(uow.session), acts.ledger.id) == []


def _far(uow):
    return Book(
        id=770_000,
        code="far-away",
        name="x",
        currency_name="x",
        validity_months=1,
        grace_days=1,
        expired_cost_goes_to="book",
        created_at=uow.now,
    )


def cleared(pair):
    """(points, fen) on the clearing accounts of both books."""
    return [(acts.trial().get("clearing", 0), acts.trial().get("clearing_due", 0)) for acts in (pair.here, pair.there)]


def reread(acts, transfer):
    acts.uow.session.expire_all()
    return acts.uow.session.get(ClearingTransfer, (acts.ledger.id, transfer.id))


def lots(acts, who=ANNA):
    rows = acts.uow.session.query(Lot).filter_by(book_id=acts.ledger.id, account_id=acts.ledger.passbook(who))
    return sorted((row.expires_on, row.points_left, row.cost_left_fen) for row in rows if row.points_left)


# Agreements


def test_it_is_in_force_only_when_both_sides_approved_the_same_terms(uow):
    pair = Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow)))
    pair.here.award(ANNA, 10)
    agree(uow, pair.here.book.code, terms(pair.there.book.code))
    pair.work()
    with pytest.raises(errors.ClearingNotInForce):
        pair.send(5)
    # other terms there are another agreement
    agree(uow, pair.there.book.code, terms(pair.here.book.code, points_max=400))
    pair.work()
    for back in (False, True):
        with pytest.raises(errors.ClearingNotInForce):
            pair.send(5, back=back)


def test_either_order_of_approvals_ends_in_force_on_both_sides(uow):
    pair = Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow)))
    first = agree(uow, pair.here.book.code, terms(pair.there.book.code))
    assert pair.work() == 1  # told too early: nobody there has approved
    assert agree(uow, pair.there.book.code, terms(pair.here.book.code)) == first
    assert pair.work() == 3
    for acts in (pair.here, pair.there):
        found = clearing_queries.find_agreement(uow.session, acts.ledger.id, first)
        assert found.partner_approved_at is not None


def test_nobody_approves_an_own_proposal_and_agreements_do_not_overlap(pair):
    code, there = pair.here.book.code, pair.there.book.code
    with pytest.raises(errors.ClearingOverlaps):
        agree(pair.here.uow, code, terms(there, points_max=1))
    agreements.stop_agreement(pair.here.uow, book=code, agreement_id=pair.agreement_id, reason="over")
    with pytest.raises(errors.ClearingStopped):
        agree(pair.here.uow, code, terms(there))
    proposed = agreements.propose_agreement(
        replace(pair.here.uow, actor=FIRST), book=code, terms=terms(there, points_max=1), sponsor_id=uuid4(), reason="x"
    )
    with pytest.raises(errors.ProposalOwn):
        agreements_approve(pair, proposed)
    assert approve(pair.here.uow, code, proposed).result_id


def agreements_approve(pair, proposed):
    return proposals.approve_proposal(
        replace(pair.here.uow, actor=FIRST), book=pair.here.book.code, proposal_id=proposed.id
    )


@pytest.mark.parametrize("side", ["here", "there"])
def test_either_side_stops_it_for_both(pair, side):
    acts = getattr(pair, side)
    agreements.stop_agreement(acts.uow, book=acts.book.code, agreement_id=pair.agreement_id, reason="over")
    with pytest.raises(errors.ClearingStopped):
        agreements.stop_agreement(acts.uow, book=acts.book.code, agreement_id=pair.agreement_id, reason="over")
    pair.work()
    for back in (False, True):
        with pytest.raises(errors.ClearingNotInForce):
            pair.send(5, back=back)


def test_an_agreement_stopped_before_the_other_side_approved_never_comes_into_force_there(uow):
    pair = Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow)))
    id_ = agree(uow, pair.here.book.code, terms(pair.there.book.code))
    agreements.stop_agreement(uow, book=pair.here.book.code, agreement_id=id_, reason="over")
    pair.work()
    agree(uow, pair.there.book.code, terms(pair.here.book.code))
    pair.work()
    pair.there.award(ANNA, 5)
    with pytest.raises(errors.ClearingNotInForce):
        pair.send(5, back=True)


def test_an_agreement_of_another_book_is_missing(pair):
    other = open_ledger(pair.here.uow)
    with pytest.raises(errors.ClearingAgreementMissing):
        agreements.stop_agreement(pair.here.uow, book=other.book.code, agreement_id=pair.agreement_id, reason="x")
    with pytest.raises(errors.ClearingAgreementMissing):
        transfers.list_transfers(
            pair.here.uow, book=other.book.code, agreement_id=pair.agreement_id, limit=5, cursor=None
        )


def test_what_is_told_to_a_book_that_is_not_there_is_heard_by_nobody(uow):
    agree(uow, open_ledger(uow).book.code, terms("nowhere"))
    assert Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow))).work() == 1


# Transfers


def test_points_leave_one_passbook_and_arrive_in_the_other_with_their_money(pair):
    sent = pair.send(120)
    assert (sent.state, pair.here.available(ANNA), pair.there.available(ANNA)) == ("sent", 180, 0)
    assert cleared(pair) == [(120, 1200), (0, 0)]
    pair.work()
    assert pair.there.available(ANNA) == 120
    assert cleared(pair) == [(120, 1200), (-120, -1200)]
    assert reread(pair.here, sent).state == "arrived"
    there = reread(pair.there, sent)
    assert (there.direction, there.state, there.points, there.partner_points, there.fen) == (
        "in",
        "arrived",
        120,
        120,
        1200,
    )
    assert pair.there.trial()["points_liability"] == 1200


def test_at_another_rate_the_points_differ_and_the_money_does_not(uow):
    pair = Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow))).agree(rate_num=2, rate_den=3)
    pair.here.award(ANNA, 100)
    pair.send(50)
    pair.work()
    assert (pair.here.available(ANNA), pair.there.available(ANNA)) == (50, 33)
    assert cleared(pair) == [(50, 500), (-33, -500)]
    pair.send(33, back=True)
    pair.work()
    assert (pair.here.available(ANNA), pair.there.available(ANNA)) == (99, 0)
    assert cleared(pair) == [(1, 0), (0, 0)]


def test_points_neither_gain_life_by_moving_nor_outlive_the_other_books_policy(pair):
    pair.here.opening(ANNA, 30, date(2026, 7, 31))
    pair.send(40)  # 30 of the paper lot, 10 that live to 2028 there but only six months here
    pair.work()
    assert lots(pair.there) == [(date(2026, 7, 31), 30, 300), (date(2026, 12, 31), 10, 100)]


def test_points_with_no_money_behind_them_move_without_money(uow):
    pair = Pair(Acts(uow, open_ledger(uow, value_fen=0)), Acts(uow, open_ledger(uow))).agree()
    pair.here.award(ANNA, 10)
    pair.send(10)
    pair.work()
    assert (pair.there.available(ANNA), cleared(pair)) == (10, [(10, 0), (-10, 0)])


def test_the_same_reference_is_the_same_transfer_also_after_the_agreement_has_ended(pair):
    first = pair.send(20, reference="r")
    agreements.stop_agreement(pair.here.uow, book=pair.here.book.code, agreement_id=pair.agreement_id, reason="over")
    assert pair.send(20, reference="r").id == first.id
    assert pair.here.available(ANNA) == 280
    with pytest.raises(errors.CauseReused):
        pair.send(21, reference="r")


def test_a_decline_stays_under_its_reference(pair):
    with pytest.raises(errors.PointsInsufficient):
        pair.send(400, reference="r")
    pair.here.award(ANNA, 400)
    with pytest.raises(errors.PointsInsufficient):
        pair.send(400, reference="r")
    assert pair.send(400, reference="s").state == "sent"


def test_a_frozen_and_a_closed_passbook_send_nothing(pair):
    pair.here.freeze(ANNA)
    with pytest.raises(errors.AccountFrozen):
        pair.send(5)
    pair.here.thaw(ANNA)
    close(pair.here, ANNA)
    with pytest.raises(errors.ClearingPassbookClosed):
        pair.send(5)


def close(acts, who):
    acts.uow.session.add(
        Successor(
            book_id=acts.ledger.id,
            owner_id=who,
            successor_id=BORIS,
            kind="merge",
            proposal_id=uuid4(),
            recorded_at=acts.uow.now,
        )
    )
    acts.uow.session.flush()


def test_one_transfer_and_one_month_have_their_limits(uow):
    pair = Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow))).agree(
        points_min=5, points_max=100, month_points_max=150
    )
    pair.here.award(ANNA, 1000)
    for wrong in (4, 101):
        with pytest.raises(errors.ClearingAmountWrong):
            pair.send(wrong)
    pair.send(100)
    with pytest.raises(errors.ClearingMonthOver) as refused:
        pair.send(51)
    assert refused.value.params["left"] == 50
    assert pair.send(50).state == "sent"
    pair.work()
    july = pair.at(datetime(2026, 6, 30, 16, tzinfo=UTC))  # midnight in the district
    assert july.send(100).state == "sent"


def test_what_was_given_back_does_not_count_for_the_month(uow):
    pair = Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow))).agree(points_max=100, month_points_max=100)
    pair.here.award(ANNA, 200)
    pair.there.freeze(ANNA)
    pair.send(100)
    pair.work()
    pair.there.thaw(ANNA)
    assert pair.send(100).state == "sent"


def test_it_is_refused_when_less_than_a_point_would_arrive(uow):
    pair = Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow))).agree(rate_den=10)
    pair.here.award(ANNA, 20)
    with pytest.raises(errors.ClearingTooFew):
        pair.send(9)
    assert pair.here.available(ANNA) == 20


def refuse_by_freezing(pair):
    pair.there.freeze(ANNA)
    return "points.clearing_passbook_frozen"


def refuse_by_closing(pair):
    close(pair.there, ANNA)
    return "points.clearing_passbook_closed"


def refuse_by_stopping(pair):
    acts = pair.there
    agreements.stop_agreement(acts.uow, book=acts.book.code, agreement_id=pair.agreement_id, reason="over")
    return "points.clearing_stopped"


@pytest.mark.parametrize("refuse", [refuse_by_freezing, refuse_by_closing, refuse_by_stopping])
def test_what_the_other_book_refuses_is_given_back_to_the_same_lots(pair, refuse):
    pair.here.opening(ANNA, 30, date(2026, 7, 31))
    before = lots(pair.here)
    sent = pair.send(100)
    code = refuse(pair)
    pair.work()
    back = reread(pair.here, sent)
    assert (back.state, back.refusal) == ("returned", code)
    assert code in errors.REFUSED_OVER_THERE
    assert lots(pair.here) == before
    assert (reread(pair.there, sent).state, pair.there.available(ANNA)) == ("refused", 0)
    assert cleared(pair) == [(0, 0), (0, 0)]


def test_without_an_agreement_over_there_it_is_refused_and_stays_refused(pair):
    sent = pair.send(10)
    name, told = pair.waiting()[0]
    told["transfer"]["agreement_id"] = str(uuid4())
    JOBS[name](pair.here.uow, **told)
    pair.work()  # the true delivery comes second, and answers what was decided
    assert reread(pair.here, sent).refusal == "points.clearing_agreement_missing"
    assert pair.there.available(ANNA) == 0


def test_to_a_book_that_is_gone_it_is_given_back(pair):
    sent = pair.send(10)
    name, told = pair.waiting()[0]
    JOBS[name](pair.here.uow, **told | {"book": "nowhere"})
    pair.done = max(
        row for (row,) in pair.here.uow.session.execute(sqlalchemy.text("SELECT max(id) - 1 FROM procrastinate_jobs"))
    )
    pair.work()
    assert (reread(pair.here, sent).state, reread(pair.here, sent).refusal) == ("returned", "points.book_missing")


def test_points_that_fell_due_on_the_way_come_back_with_days_of_grace(pair):
    pair.here.opening(ANNA, 30, date(2026, 6, 30))
    sent = pair.send(30)
    late = pair.at(datetime(2026, 7, 1, 2, tzinfo=UTC))
    late.work()
    assert reread(late.here, sent).refusal == "points.clearing_lapsed"
    assert lots(late.here)[0] == (date(2026, 7, 31), 30, 300)
    assert late.there.available(ANNA) == 0


def test_every_step_may_be_delivered_twice(pair):
    sent = pair.send(10)
    for _ in range(2):
        for name, told in pair.waiting():
            JOBS[name](pair.here.uow, **told)
            JOBS[name](pair.here.uow, **told)
    pair.work()
    assert (pair.here.available(ANNA), pair.there.available(ANNA)) == (290, 10)
    # an answer that contradicts the first changes nothing
    transfers.settle_transfer(
        pair.here.uow, book=pair.here.book.code, transfer_id=str(sent.id), refusal="points.clearing_stopped"
    )
    assert (reread(pair.here, sent).state, pair.here.available(ANNA)) == ("arrived", 290)


def test_an_answer_to_no_transfer_is_refused(pair):
    with pytest.raises(errors.ClearingTransferMissing):
        transfers.settle_transfer(pair.here.uow, book=pair.here.book.code, transfer_id=str(uuid4()), refusal=None)


def test_the_sweep_hands_over_again_what_has_had_no_answer(pair, monkeypatch):
    monkeypatch.setattr(transfers, "SWEEP", 1)
    for points in (10, 20):
        pair.send(points)
    pair.done += 10_000_000  # both jobs are lost
    lost = pair.waiting()
    assert lost == []
    pair.done = int(pair.here.uow.session.scalar(sqlalchemy.text("SELECT max(id) FROM procrastinate_jobs")))
    soon = pair.later(minutes=9)
    assert transfers.sweep_step(soon.here.uow, soon.here.book.code, None) is None
    assert soon.waiting() == []
    late = pair.later(minutes=11)
    where = None
    for _ in range(3):
        where = transfers.sweep_step(late.here.uow, late.here.book.code, where)
    assert where is None
    late.work()
    assert late.there.available(ANNA) == 30
    assert transfers.sweep_step(late.here.uow, late.here.book.code, None) is None


def test_a_transfer_is_seen_by_its_resident_on_both_sides_and_by_nobody_else(pair):
    sent = pair.send(10)
    pair.work()
    for acts in (pair.here, pair.there):
        anna, boris = (replace(acts.uow, actor=Actor(who, frozenset({Role.RESIDENT}))) for who in (ANNA, BORIS))
        code = acts.book.code
        assert transfers.show_own_transfer(anna, book=code, transfer_id=sent.id).points == 10
        assert [t.id for t in transfers.list_own_transfers(anna, book=code, limit=5, cursor=None).items] == [sent.id]
        assert transfers.list_own_transfers(boris, book=code, limit=5, cursor=None).items == []
        with pytest.raises(errors.ClearingTransferMissing):
            transfers.show_own_transfer(boris, book=code, transfer_id=sent.id)


def test_cleared_points_are_not_reversed_behind_the_other_book(pair):
    sent = pair.send(10)
    pair.work()
    for acts in (pair.here, pair.there):
        booked = reread(acts, sent).transaction_id
        with pytest.raises(errors.UndoneElsewhere):
            correct_transaction(acts.uow, book=acts.book.code, transaction_id=booked, reason="x", claw_back=False)


def test_no_transaction_names_two_books(pair):
    """Each step is watched: whatever statements it runs, one book's number is in them."""
    session, ids = pair.here.uow.session, {acts.ledger.id for acts in (pair.here, pair.there)}
    code, there = pair.here.book.code, pair.there.book.code
    anna = replace(pair.here.uow, actor=Actor(ANNA, frozenset({Role.RESIDENT})))
    assert min(ids) > 770_000

    def named(act):
        seen: set[int] = set()

        def note(_connection, _cursor, statement, parameters, *_rest):
            seen.update(number for number in ids if str(number) in f"{statement} {parameters}")

        session.flush()
        session.expunge_all()  # what it needs to know it must read itself
        event.listen(sqlalchemy.engine.Engine, "before_cursor_execute", note)
        try:
            act()
            session.flush()
        finally:
            event.remove(sqlalchemy.engine.Engine, "before_cursor_execute", note)
        return len(seen)

    def run(name, told):
        return lambda: JOBS[name](pair.here.uow, **told)

    assert named(lambda: (pair.here.available(ANNA), pair.there.available(ANNA))) == 2  # the watch sees two
    watched = []
    for freeze in (pair.there.freeze, pair.there.thaw):  # once refused, once taken
        freeze(ANNA)
        assert named(lambda: transfers.send_points(anna, book=code, to=there, points=10, reference=str(uuid4()))) == 1
        while (queue := pair.waiting()) != []:
            assert named(run(*queue[0])) == 1, queue[0][0]
            watched.append(queue[0][0])
            pair.done = pair.next_job()
    assert watched == ["points.receive_transfer", "points.settle_transfer"] * 2
    assert pair.there.available(ANNA) == 10


# Netting

JULY = datetime(2026, 7, 2, 2, tzinfo=UTC)


def net(pair, month=date(2026, 6, 1)):
    """Count a month on the first side; the other hears and answers."""
    stated = nettings.state_netting(
        pair.here.uow, book=pair.here.book.code, agreement_id=pair.agreement_id, month=month
    )
    pair.work()
    both = []
    for acts in (pair.here, pair.there):
        found = clearing_queries.find_netting(acts.uow.session, acts.ledger.id, pair.agreement_id, month)
        both.append(found)
    assert both[0].id == stated.id
    return both


def pay(acts, netting, reference="B-1"):
    proposed = nettings.propose_payment(
        replace(acts.uow, actor=FIRST),
        book=acts.book.code,
        netting_id=netting.id,
        bank_reference=reference,
        reason=None,
    )
    return approve(acts.uow, acts.book.code, proposed)


@pytest.fixture
def june(pair):
    """June: 200 points left, 50 came back; it is the second of July."""
    pair.send(200)
    pair.work()
    pair.send(50, back=True)
    pair.work()
    return pair.at(JULY)


def test_a_month_is_netted_and_paid_in_both_books_once(june):
    own, theirs = net(june)
    assert (own.out_fen, own.in_fen, theirs.out_fen, theirs.in_fen) == (2000, 500, 500, 2000)
    assert (own.partner_out_fen, own.partner_in_fen) == (500, 2000)
    before = [acts.trial()["bank"] for acts in (june.here, june.there)]
    pay(june.here, own, "B-1")
    pay(june.there, theirs, "B-1")
    assert cleared(june) == [(150, 0), (-150, 0)]
    assert [acts.trial()["bank"] for acts in (june.here, june.there)] == [before[0] + 1500, before[1] - 1500]
    for acts, netting in ((june.here, own), (june.there, theirs)):
        with pytest.raises(errors.ClearingPaid):
            pay(acts, netting, "B-2")
        again = nettings.state_netting(
            acts.uow, book=acts.book.code, agreement_id=june.agreement_id, month=date(2026, 6, 9)
        )
        assert (again.id, again.bank_reference) == (netting.id, "B-1")


def test_two_proposals_for_one_month_pay_it_once(june):
    own, _ = net(june)
    proposed = [
        nettings.propose_payment(
            replace(june.here.uow, actor=FIRST),
            book=june.here.book.code,
            netting_id=own.id,
            bank_reference=reference,
            reason=None,
        )
        for reference in ("B-1", "B-2")
    ]
    approve(june.here.uow, june.here.book.code, proposed[0])
    with pytest.raises(errors.ClearingPaid):
        approve(june.here.uow, june.here.book.code, proposed[1])


def test_a_month_is_not_counted_before_it_is_over_nor_while_transfers_are_under_way(pair):
    pair.send(10)
    code = pair.here.book.code
    first_of_july = pair.at(datetime(2026, 7, 1, 2, tzinfo=UTC))
    for early in (pair, first_of_july):
        with pytest.raises(errors.ClearingMonthOpen):
            nettings.state_netting(early.here.uow, book=code, agreement_id=pair.agreement_id, month=date(2026, 6, 1))
    late = pair.at(JULY)
    with pytest.raises(errors.ClearingUnderWay) as refused:
        nettings.state_netting(late.here.uow, book=code, agreement_id=pair.agreement_id, month=date(2026, 6, 1))
    assert refused.value.params["count"] == 1
    assert refused.value.retryable


def test_a_book_with_transfers_under_way_answers_later(june):
    """The job is tried again: what is refused for now is no answer."""
    june.at(datetime(2026, 6, 30, 2, tzinfo=UTC)).send(5, back=True)
    june.done = june.next_job()
    with pytest.raises(errors.ClearingUnderWay):
        nettings.hear_netting(
            june.there.uow,
            book=june.there.book.code,
            agreement_id=str(june.agreement_id),
            month="2026-06-01",
            out_fen=2000,
            in_fen=500,
            answer=True,
        )
    assert june.waiting() == []


def test_a_transfer_belongs_to_the_month_it_left_in_on_both_sides(pair):
    at_night = pair.at(datetime(2026, 6, 30, 15, 59, tzinfo=UTC))
    at_night.send(10)
    late = at_night.at(JULY)
    late.work()
    own, theirs = net(late)
    assert (own.out_fen, theirs.in_fen) == (100, 100)


def test_without_the_others_figures_or_when_they_differ_nothing_is_paid(june):
    code = june.here.book.code
    own = nettings.state_netting(june.here.uow, book=code, agreement_id=june.agreement_id, month=date(2026, 6, 1))
    with pytest.raises(errors.ClearingFiguresDiffer) as refused:
        pay(june.here, own)
    assert refused.value.params == {"own": 1500, "partner": "-"}
    nettings.hear_netting(
        june.here.uow,
        book=code,
        agreement_id=str(june.agreement_id),
        month="2026-06-01",
        out_fen=500,
        in_fen=1990,
        answer=False,
    )
    with pytest.raises(errors.ClearingFiguresDiffer) as refused:
        pay(june.here, own)
    assert refused.value.params == {"own": 1500, "partner": 1490}


def test_a_month_that_comes_out_even_needs_no_payment(pair):
    pair.send(50)
    pair.work()
    pair.send(50, back=True)
    pair.work()
    own, _ = net(pair.at(JULY))
    with pytest.raises(errors.ClearingNothingOwed):
        pay(pair.at(JULY).here, own)


def test_a_bank_reference_pays_one_month(june):
    own, _ = net(june)
    pay(june.here, own, "B-1")
    june.send(10)
    june.work()
    august = june.at(datetime(2026, 8, 2, 2, tzinfo=UTC))
    july, _ = net(august, date(2026, 7, 1))
    with pytest.raises(errors.ClearingReferenceUsed):
        pay(august.here, july, "B-1")
    assert pay(august.here, july, "B-3").state == "approved"


def test_what_was_counted_anew_is_proposed_anew(june):
    own, _ = net(june)
    proposed = nettings.propose_payment(
        replace(june.here.uow, actor=FIRST),
        book=june.here.book.code,
        netting_id=own.id,
        bank_reference="B-1",
        reason=None,
    )
    own.out_fen, own.partner_in_fen = 2100, 2100
    june.here.uow.session.flush()
    with pytest.raises(errors.ClearingFiguresDiffer):
        approve(june.here.uow, june.here.book.code, proposed)


def test_a_netting_of_another_book_is_missing(june):
    own, _ = net(june)
    with pytest.raises(errors.ClearingNettingMissing):
        nettings.show_netting(june.there.uow, book=june.there.book.code, netting_id=own.id)
    with pytest.raises(errors.ClearingNettingMissing):
        pay(june.there, own)


def test_the_clock_counts_last_month_of_every_agreement_that_moved_anything(june):
    where: UUID | None = None
    steps = 0
    while (where := nettings.state_step(june.here.uow, june.here.book.code, where)) is not None:
        steps += 1
    assert steps == 1
    page = nettings.list_nettings(june.here.uow, book=june.here.book.code, limit=5, cursor=None)
    assert [(each.month, each.out_fen) for each in page.items] == [(date(2026, 6, 1), 2000)]
    later = june.at(JULY + timedelta(days=31))
    assert nettings.state_step(later.here.uow, later.here.book.code, None) is not None
    assert len(nettings.list_nettings(later.here.uow, book=later.here.book.code, limit=5, cursor=None).items) == 1


def test_the_agreements_budget_holds_what_arrived(pair):
    pair.send(10)
    pair.work()
    agreement = clearing_queries.get_agreement(pair.there.uow.session, pair.there.ledger.id, pair.agreement_id)
    [lot] = [
        row
        for row in pair.there.uow.session.query(Lot).filter_by(book_id=pair.there.ledger.id)
        if row.account_id == pair.there.ledger.passbook(ANNA)
    ]
    assert lot.budget_id == agreement.budget_id
    assert AccountKind.CLEARING in pair.there.trial()
