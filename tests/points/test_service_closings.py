"""Closing months: in what order and when, what is stored, and what can be done to the past afterwards."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import BigInteger, Date, Uuid

from app.points import errors, queries
from app.points import service as points
from app.points.models import MonthClosing, Transaction
from app.points.rules.figures import MonthFigures
from app.points.service import Award, closings
from app.points.service.balances import show_trial_balance
from app.points.service.closings import close_month
from tests.points.ledger import ANNA, BORIS, Acts, named, open_ledger
from tests.points.test_service_openings import query

JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
JULY_BEGINS = datetime(2026, 6, 30, 16, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def close(acts, month=JUNE) -> MonthClosing:
    return close_month(acts.uow, book=acts.book.code, month=month)


def test_a_month_is_closed_with_its_figures_and_its_trial_balance(acts):
    acts.award(ANNA, 50)
    acts.redeem(ANNA, 8)
    july = acts.on(date(2026, 7, 2))
    july.award(BORIS, 20)
    closing = close(july)
    assert (closing.ends_at, closing.closed_at, closing.dated) == (JULY_BEGINS, july.uow.now, 4)
    figures = MonthFigures(**closing.figures)
    assert (figures.issued, figures.awarded, figures.redeemed, figures.outstanding) == (100_000, 50, 8, 42)
    assert (figures.received_fen, figures.liability_fen, figures.owed_to_shops_fen) == (1_000_000, 420, 80)
    assert (figures.active_people, figures.new_passbooks) == (1, 1)
    balances = {row["kind"]: row["balance"] for row in closing.balances}
    assert balances["resident"] == 42
    assert balances["issuance"] == -100_000
    then = show_trial_balance(july.uow, book=acts.book.code, as_of=JULY_BEGINS - MICROSECOND)
    assert [asdict(row) for row in then.rows] == closing.balances


@pytest.mark.parametrize(("day", "allowed"), [((2026, 6, 30), 0), ((2026, 7, 1), 0), ((2026, 7, 2), 1)])
def test_a_month_is_closed_from_the_second_day_after_its_end(acts, day, allowed):
    then = acts.on(date(*day))
    if allowed:
        assert close(then).month == JUNE
    else:
        with pytest.raises(errors.MonthNotOver) as refused:
            close(then)
        assert refused.value.params == {"month": "2026-06", "day": "2026-07-02"}


def test_the_first_minute_of_that_day_will_do(acts):
    with pytest.raises(errors.MonthNotOver):
        close(acts.later(seconds=(JULY_BEGINS - acts.uow.now).total_seconds() + 24 * 3600 - 1))
    assert close(acts.later(seconds=(JULY_BEGINS - acts.uow.now).total_seconds() + 24 * 3600)).month == JUNE


def test_months_are_closed_one_after_another_from_the_first_in_which_anything_was_recorded(acts):
    september = acts.on(date(2026, 9, 5))
    for month in (date(2026, 5, 1), JULY):
        with pytest.raises(errors.MonthNotNext) as refused:
            close(september, month)
        assert refused.value.params == {"next": "2026-06"}
    close(september)
    with pytest.raises(errors.MonthClosed):
        close(september)
    with pytest.raises(errors.MonthClosed):
        close(september, date(2026, 1, 1))
    with pytest.raises(errors.MonthNotNext):
        close(september, AUGUST)
    assert [close(september, month).month for month in (JULY, AUGUST)] == [JULY, AUGUST]
    page = closings.list_closings(september.uow, book=acts.book.code, limit=2, cursor=None)
    rest = closings.list_closings(september.uow, book=acts.book.code, limit=2, cursor=page.next_cursor)
    assert [closing.month for closing in (*page.items, *rest.items)] == [AUGUST, JULY, JUNE]


def test_a_book_in_which_nothing_was_posted_begins_in_the_month_it_was_opened(uow):
    acts = Acts(uow, open_ledger(uow, minted=0))
    closing = close(acts.on(date(2026, 7, 3)))
    assert (closing.balances, closing.dated) == ([], 0)
    assert set(closing.figures.values()) == {0}


def test_a_quiet_month_carries_the_balances_on(acts):
    acts.award(ANNA, 50)
    september = acts.on(date(2026, 9, 5))
    june, july = close(september), close(september, JULY)
    assert june.balances == july.balances
    assert (july.figures["awarded_award"], july.figures["outstanding"], july.dated) == (0, 50, 0)


def test_what_is_dated_into_a_closed_month_is_dated_after_it(acts):
    july = acts.on(date(2026, 7, 3))
    yesterday, long_ago = july.uow.now - timedelta(days=1), acts.uow.now
    early = july.awards(Award("before", ANNA, 3, None, long_ago))[0]
    close(july)
    late, fresh, now = july.awards(
        Award("late", ANNA, 5, None, long_ago),
        Award("fresh", BORIS, 5, None, yesterday),
        Award("now", BORIS, 5),
    )
    dates = {
        outcome.cause: july.uow.session.get(Transaction, (acts.ledger.id, outcome.subject_id)).effective_at
        for outcome in (early, late, fresh, now)
    }
    assert dates == {"before": long_ago, "late": JULY_BEGINS, "fresh": yesterday, "now": july.uow.now}


def test_a_retry_of_what_was_dated_before_the_closing_is_answered_as_it_was(acts):
    july = acts.on(date(2026, 7, 3))
    award = Award("before", ANNA, 3, None, acts.uow.now)
    first = july.awards(award)[0]
    close(july)
    again = july.awards(award)[0]
    assert (again.subject_id, again.replayed) == (first.subject_id, True)


def test_corrections_of_a_closed_month_are_transactions_of_now(acts):
    wrong = acts.award(ANNA, 50)
    spent = acts.redeem(ANNA, 8)
    fraud = acts.award(BORIS, 30)
    acts.redeem(BORIS, 10)
    good = acts.award(named("dora"), 7)
    july = acts.on(date(2026, 7, 3))
    before = close(july)
    figures = dict(before.figures)
    made = [
        july.refund(spent.subject_id, ANNA, 8),
        july.reverse(wrong.subject_id),
        july.claw_back(fraud.subject_id),
        july.reverse(good.subject_id),
    ]
    for outcome in made:
        transaction = july.uow.session.get(Transaction, (acts.ledger.id, outcome.subject_id))
        assert transaction.effective_at == transaction.recorded_at == july.uow.now
    july.uow.session.refresh(before)
    assert before.figures == figures
    august = acts.on(date(2026, 8, 3))
    after = MonthFigures(**close(august, JULY).figures)
    assert (after.refunded, after.corrected, after.clawed_back, after.owed_back) == (8, -57, 20, 10)
    assert after.outstanding == figures["outstanding"] + after.grown == 0


def test_a_shop_is_paid_and_points_expire_after_a_closing(acts):
    acts.opening(ANNA, 20, date(2026, 6, 30))
    acts.award(ANNA, 5)
    acts.redeem(ANNA, 5)
    july = acts.on(date(2026, 7, 3))
    close(july)
    july.pay(50)
    assert july.expire().points == 15
    assert queries.find_last_closing(july.uow.session, acts.ledger.id).month == JUNE


def refuse_june(acts, work) -> errors.PostingMonthClosed:
    with pytest.raises(errors.PostingMonthClosed) as refused, acts.uow.session.begin_nested():
        work()
    return refused.value


def test_a_posting_of_a_closed_month_is_refused_whatever_door_it_comes_through(acts):
    """A clock that is set back: what the demonstration's header does, and a server's clock may."""
    spent = acts.redeem(ANNA, 8) if acts.award(ANNA, 50) else None
    close(acts.on(date(2026, 9, 5)))
    june = acts.on(date(2026, 6, 20))
    page = {"budget_id": acts.ledger.budget_id, "cause": "import:1", "first_page": 1}
    rows = query([(named("new"), 3, date(2027, 1, 31))], resident_id=Uuid, points=BigInteger, expires_on=Date)
    for work in (
        lambda: june.award(BORIS, 5),
        lambda: june.awards(Award("a", BORIS, 5), Award("b", named("dora"), 5)),
        lambda: june.redeem(ANNA, 1),
        lambda: june.refund(spent.subject_id, ANNA, 1),
        lambda: june.fund(100),
        lambda: points.open_passbooks(june.uow, acts.book, rows=rows, **page),
    ):
        refusal = refuse_june(acts, work)
        assert refusal.params == {"month": "2026-06"}
    assert refusal.detail("zh") == "2026-06 已经结账,不能再记账;要更正,请以今天的日期另记一笔新交易。"
    assert refusal.detail("en") == (
        "2026-06 is closed and takes no more postings; make a correction as a new transaction, dated today."
    )
    assert june.later(days=30).award(BORIS, 5).points == 5
