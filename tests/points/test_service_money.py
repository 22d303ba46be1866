"""Books, budgets, money behind points, allotments, opening balances, expiry and folding."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from app.points import errors, queries, service
from app.points.service import Award, OpeningBalance
from app.points.terms import CHART, FEN_MAX, POINTS_MAX
from tests.points.ledger import ANNA, BORIS, Acts, named, open_ledger


def test_the_chart_in_code_is_the_chart_in_the_database(session):
    rows = session.execute(text("SELECT kind, asset, folded, has_lots, stripes, lock_rank FROM points_account_kinds"))
    assert {row[0]: tuple(row[1:]) for row in rows} == {str(kind): tuple(terms) for kind, terms in CHART.items()}


def test_money_stands_behind_every_point_until_it_is_paid_out(uow):
    acts = Acts(uow, open_ledger(uow, minted=0, value_fen=25))
    acts.fund(10_000)
    acts.mint(300)
    assert acts.trial() == {
        "issuance": -300, "sponsor_budget": 300, "bank": -10_000, "sponsor_funding": 2500, "budget_reserve": 7500
    }  # fmt: skip
    acts.award(ANNA, 100)
    acts.redeem(ANNA, 60)
    acts.pay(1000)
    trial = acts.trial()
    assert (trial["budget_reserve"], trial["points_liability"], trial["merchant_payable"]) == (5000, 1000, 500)
    assert trial["bank"] == -9000
    points = sum(trial[kind] for kind in ("issuance", "sponsor_budget", "resident", "merchant_points"))
    assert (points, sum(trial.values())) == (0, 0)


def test_points_are_not_made_without_their_money(uow):
    acts = Acts(uow, open_ledger(uow, minted=0, value_fen=25))
    acts.fund(2499)
    for _ in range(2):
        with pytest.raises(errors.FundingInsufficient) as refused:
            acts.mint(100, cause="mint")
        assert (refused.value.params["available"], refused.value.params["requested"]) == (2499, 2500)
        acts.fund(1)
    acts.mint(100)
    with pytest.raises(errors.PostingInvalid):
        acts.mint(POINTS_MAX + 1)
    with pytest.raises(errors.PostingInvalid):
        acts.fund(FEN_MAX + 1)


def test_a_programme_without_money_takes_the_same_path(uow):
    acts = Acts(uow, open_ledger(uow, value_fen=0))
    acts.award(ANNA, 10)
    bought = acts.redeem(ANNA, 10)
    acts.refund(bought.subject_id, ANNA, 4)
    acts.later(days=1000).expire()
    trial = acts.trial()
    assert (trial["resident"], trial["merchant_points"], trial["breakage"]) == (0, 6, 4)
    assert not {"points_liability", "merchant_payable", "sponsor_funding"} & {k for k, v in trial.items() if v}


def test_an_allotment_takes_from_every_stripe_if_it_must_and_never_below_zero(uow):
    acts = Acts(uow, open_ledger(uow, minted=100))
    acts.hand_over(BORIS, 90)
    with pytest.raises(errors.BudgetInsufficient) as refused:
        acts.hand_over(BORIS, 11)
    assert refused.value.params == {"available": 10, "requested": 11}
    assert (acts.trial()["allotment"], acts.trial()["sponsor_budget"]) == (90, 10)


def test_book_codes_are_taken_once_and_what_is_unknown_is_missing(acts, uow):
    with pytest.raises(errors.BookCodeTaken):
        service.create_book(uow, code=acts.book.code, name="x", currency_name="x")
    with pytest.raises(errors.BookMissing):
        queries.get_book(uow.session, "nowhere")
    with pytest.raises(errors.AccountMissing):
        queries.get_account(uow.session, acts.ledger.id, named("nobody"))
    for act in (acts.mint, lambda n: acts.hand_over(ANNA, n), lambda n: acts.award(ANNA, n)):
        acts.ledger.__dict__["budget_id"] = named("no budget")
        with pytest.raises(errors.BudgetMissing):
            act(5)


def test_paper_balances_keep_their_own_days_and_lapsed_ones_are_refused(acts):
    today = acts.uow.now.date()
    acts.opening(ANNA, 5, today)
    with pytest.raises(errors.ExpiryDatePast):
        acts.opening(ANNA, 5, today - timedelta(days=1))
    first = acts.opening(BORIS, 5, date(2027, 1, 31), cause="passbook 1")
    assert acts.opening(BORIS, 5, date(2027, 1, 31), cause="passbook 1").subject_id == first.subject_id
    assert acts.later(days=999).opening(BORIS, 5, date(2027, 1, 31), cause="passbook 1").replayed
    with pytest.raises(errors.CauseReused):  # the day is part of what was asked
        acts.opening(BORIS, 5, date(2027, 2, 28), cause="passbook 1")
    rows = [OpeningBalance(f"row {n}", named(f"r{n}"), 10 + n, date(2026, 12, 31)) for n in range(300)]
    asked = {"budget_id": acts.ledger.budget_id, "balances": rows}
    assert all(o.decline is None for o in service.take_over_balances(acts.uow, acts.book, **asked))
    assert all(o.replayed for o in service.take_over_balances(acts.uow, acts.book, **asked))


def test_the_last_day_is_the_districts_own(acts):
    """Points of 15 June are good until midnight in Shanghai, which is 16:00 in UTC."""
    acts.opening(ANNA, 5, date(2026, 6, 15))
    before, after = acts.on(date(2026, 6, 15)).later(hours=11, minutes=59), acts.on(date(2026, 6, 15)).later(hours=12)
    assert (before.available(ANNA), before.expire().points) == (5, 0)
    assert after.available(ANNA) == 0
    with pytest.raises(errors.PointsInsufficient):
        after.redeem(ANNA, 1)
    assert after.expire().points == 5


@pytest.mark.parametrize(("goes_to", "kind"), [("sponsor", "sponsor_funding"), ("book", "breakage_result")])
def test_expired_points_leave_and_their_money_goes_where_the_book_says(uow, goes_to, kind):
    acts = Acts(uow, open_ledger(uow, minted=1000, expired_cost_goes_to=goes_to))
    for who in (ANNA, BORIS):
        acts.opening(who, 30, date(2026, 6, 20))
        acts.opening(who, 20, date(2026, 6, 25))
        acts.award(who, 10)
    later = acts.on(date(2026, 6, 26))
    run = later.expire(limit=3)
    assert (run.points, run.fen) == (100, 1000)
    assert (later.trial()["breakage"], later.trial()[kind], later.trial()["resident"]) == (100, 1000, 20)
    assert later.expire() == service.ExpiryStep(0, 0, 0, more=False)


def test_an_expiry_run_makes_up_for_runs_that_were_skipped(acts):
    acts.opening(ANNA, 5, acts.uow.now.date())
    assert acts.later(days=2000).expire().points == 5


def test_folding_changes_no_balance_and_may_be_cut_anywhere(acts):
    for n in range(1, 12):
        acts.award(named(f"r{n}"), n)
        acts.redeem(named(f"r{n}"), n)
    before = acts.trial()
    folded = [acts.fold(limit=5) for _ in range(7)]
    assert folded[-1] == 0
    assert all(earlier >= later for earlier, later in pairwise(folded))
    assert acts.trial() == before
    acts.redeem(ANNA, 1) if acts.available(ANNA) else acts.award(ANNA, 2)
    acts.awards(Award("more", BORIS, 4))
    assert acts.trial()["resident"] == before["resident"] + 6


def test_time_never_runs_back_on_an_account(acts):
    """A web server whose clock is behind posts after one whose clock is ahead."""
    acts.later(seconds=5).award(ANNA, 5)
    outcome = acts.redeem(ANNA, 1)
    kept = queries.get_transaction(acts.uow.session, acts.ledger.id, outcome.subject_id)
    assert kept.recorded_at == acts.uow.now + timedelta(seconds=5)
    assert kept.effective_at == acts.uow.now
