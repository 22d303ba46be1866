"""What two books owe each other for a month: counted by both, compared, paid once in each."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from croniter import croniter

from app.jobs.schedule import SCHEDULE
from app.points import errors
from app.points.queries import clearing as clearing_queries
from app.points.service.clearing import agreements, nettings
from tests.points.ledger import ANNA
from tests.points.neighbours import FIRST, agreed_pair, approve, cleared, pay

a_pair = pytest.fixture(agreed_pair, name="pair")


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


def test_the_clock_comes_every_night():
    ticks = croniter(SCHEDULE["points.state_nettings"].cron, JULY)
    first, second = (ticks.get_next(datetime) for _ in range(2))
    assert second - first == timedelta(days=1)


def go_round(acts):
    """One night's round of the schedule through a book, as the worker runs it; answers how many steps it took."""
    where, steps = None, 0
    while (where := nettings.state_step(acts.uow, acts.book.code, where)) is not None:
        steps += 1
    return steps


def stated(acts):
    """(month, fen that left, bank reference) of all nettings of a book, the oldest month first."""
    page = nettings.list_nettings(acts.uow, book=acts.book.code, limit=50, cursor=None)
    return sorted((each.month, each.out_fen, each.bank_reference) for each in page.items)


def test_the_clock_counts_what_moved_and_is_done_when_both_books_agree(june):
    assert go_round(june.here) == 1
    assert stated(june.here) == [(date(2026, 6, 1), 2000, None)]
    june.work()
    assert (go_round(june.here), go_round(june.there)) == (0, 0)  # both count the same: nothing is left to say
    later = june.at(JULY + timedelta(days=31))
    assert go_round(later.here) == 0  # nothing moved in July


def test_the_clock_asks_every_night_until_the_other_book_has_told_the_same(june):
    assert go_round(june.here) == 1
    assert [name for name, _ in june.waiting()] == ["points.hear_netting"]
    june.done = june.next_job()  # and that job is lost
    tomorrow = june.later(days=1)
    assert go_round(tomorrow.here) == 1
    tomorrow.work()
    assert go_round(tomorrow.later(days=1).here) == 0


def test_months_whose_night_was_missed_are_counted_together_later(june):
    june.at(datetime(2026, 7, 20, 2, tzinfo=UTC)).send(10)
    june.work()
    autumn = june.at(datetime(2026, 10, 9, 2, tzinfo=UTC))
    autumn.send(5)
    autumn.work()
    assert go_round(autumn.here) == 2
    assert stated(autumn.here) == [(date(2026, 6, 1), 2000, None), (date(2026, 7, 1), 100, None)]  # October runs on


def test_a_round_that_was_cut_off_goes_on_with_what_is_left(june):
    june.at(datetime(2026, 7, 20, 2, tzinfo=UTC)).send(10)
    june.work()
    autumn = june.at(datetime(2026, 10, 9, 2, tzinfo=UTC))
    assert nettings.state_step(autumn.here.uow, autumn.here.book.code, None) is not None  # and the worker dies
    autumn.work()
    assert go_round(autumn.here) == 1
    autumn.work()
    assert [month for month, *_ in stated(autumn.here)] == [date(2026, 6, 1), date(2026, 7, 1)]


def test_a_month_with_a_transfer_under_way_waits_for_it_and_no_other_month_waits(june):
    june.at(datetime(2026, 6, 30, 15, 59, tzinfo=UTC)).send(10)
    july = june.at(datetime(2026, 7, 20, 2, tzinfo=UTC))
    july.send(20)
    late, july.done = july.next_job(), july.next_job()
    july.work()  # what left in July arrived; what left in June did not
    august = july.at(datetime(2026, 8, 2, 2, tzinfo=UTC))
    assert go_round(august.here) == 1
    assert stated(august.here) == [(date(2026, 7, 1), 200, None)]
    august.work()
    august.done = late - 1
    august.work()
    tomorrow = august.later(days=1)
    assert go_round(tomorrow.here) == 1
    assert stated(tomorrow.here) == [(date(2026, 6, 1), 2100, None), (date(2026, 7, 1), 200, None)]


def test_what_came_late_into_the_other_book_is_counted_again_there(june):
    """The book it came to had counted without it, and was not told of it: the books differ, so it counts anew."""
    june.at(datetime(2026, 6, 30, 15, 59, tzinfo=UTC)).send(10)
    late = june.next_job()
    june.done = late  # the delivery waits
    assert (go_round(june.here), go_round(june.there)) == (0, 1)
    assert stated(june.there) == [(date(2026, 6, 1), 500, None)]
    june.done = late - 1
    june.work(most=1)  # now it arrives; what was asked between the books was lost
    tomorrow = june.later(days=1)
    assert go_round(tomorrow.there) == 1
    netting = nettings.list_nettings(tomorrow.there.uow, book=june.there.book.code, limit=1, cursor=None).items[0]
    assert netting.in_fen == 2100


def test_a_month_that_was_paid_is_not_counted_again(june):
    own, theirs = net(june)
    pay(june.here, own, "B-1")
    pay(june.there, theirs, "B-1")
    assert (go_round(june.here), go_round(june.there)) == (0, 0)


def test_a_month_in_which_everything_was_given_back_is_not_counted(pair):
    pair.there.freeze(ANNA)
    pair.send(10)
    pair.work()
    assert go_round(pair.at(JULY).here) == 0


def test_the_clock_counts_also_what_a_stopped_agreement_moved(june):
    agreements.stop_agreement(june.here.uow, book=june.here.book.code, agreement_id=june.agreement_id, reason="over")
    assert go_round(june.at(JULY + timedelta(days=200)).here) == 1


def test_the_clock_does_not_count_a_month_before_its_day_of_grace_is_over(june):
    assert go_round(june.at(datetime(2026, 7, 1, 15, 59, tzinfo=UTC)).here) == 0
    assert go_round(june.at(datetime(2026, 7, 1, 16, 0, tzinfo=UTC)).here) == 1
