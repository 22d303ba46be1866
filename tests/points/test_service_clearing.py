"""Points move between two books: three steps, each in its own book."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import sqlalchemy
from sqlalchemy import event

from app.jobs.catalogue import JOBS
from app.kernel.actor import Actor, Role
from app.points import errors
from app.points.models import ClearingTransfer, Lot, Successor
from app.points.queries import clearing as clearing_queries
from app.points.service.auditing import correct_transaction
from app.points.service.clearing import agreements, transfers
from app.points.terms import AccountKind
from tests.points.ledger import ANNA, BORIS, Acts, open_ledger
from tests.points.neighbours import Pair, agreed_pair, cleared

a_pair = pytest.fixture(agreed_pair, name="pair")


def reread(acts, transfer):
    acts.uow.session.expire_all()
    return acts.uow.session.get(ClearingTransfer, (acts.ledger.id, transfer.id))


def lots(acts, who=ANNA):
    rows = acts.uow.session.query(Lot).filter_by(book_id=acts.ledger.id, account_id=acts.ledger.passbook(who))
    return sorted((row.expires_on, row.points_left, row.cost_left_fen) for row in rows if row.points_left)


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


def test_points_go_to_whom_the_person_is_in_the_other_book_also_when_they_are_handed_over_again(pair):
    sent = pair.send(120, receiver=BORIS)
    pair.here.uow.session.execute(sqlalchemy.text("DELETE FROM procrastinate_jobs"))  # lost
    later = pair.later(minutes=11)
    transfers.sweep_step(later.here.uow, pair.here.book.code, None)
    later.work()
    assert (pair.here.available(ANNA), pair.there.available(ANNA), pair.there.available(BORIS)) == (180, 0, 120)
    assert (reread(pair.here, sent).resident_id, reread(pair.there, sent).resident_id) == (ANNA, BORIS)


def test_who_is_nobody_in_the_other_book_sends_nothing_and_what_was_sent_before_is_answered(pair):
    anna, code, there = (
        replace(pair.here.uow, actor=Actor(ANNA, frozenset())),
        pair.here.book.code,
        pair.there.book.code,
    )
    before = pair.send(10, reference="first")
    nobody = {"to": there, "receiver_id": None, "points": 10}
    assert transfers.send_points(anna, book=code, reference="first", **nobody).id == before.id
    with pytest.raises(errors.ClearingReceiverUnknown):
        transfers.send_points(anna, book=code, reference="second", **nobody)
    assert pair.here.available(ANNA) == 290


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
        sent = {"to": there, "receiver_id": ANNA, "points": 10}
        assert named(lambda sent=sent: transfers.send_points(anna, book=code, reference=str(uuid4()), **sent)) == 1
        while (queue := pair.waiting()) != []:
            assert named(run(*queue[0])) == 1, queue[0][0]
            watched.append(queue[0][0])
            pair.done = pair.next_job()
    assert watched == ["points.receive_transfer", "points.settle_transfer"] * 2
    assert pair.there.available(ANNA) == 10


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
