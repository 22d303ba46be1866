"""A planned week: the same for the same run, and possible."""

from collections import Counter
from datetime import date, timedelta

import pytest

from sandbox.demo.acts import (
    EVERYTHING,
    Award,
    ClawBack,
    DecideReport,
    Ending,
    FileReport,
    Freeze,
    Purchase,
    Refund,
    Week,
)
from sandbox.demo.plan import DAYS, DISTRICT, plan_week
from sandbox.neighbourhood.people import roster

FIRST = date(2026, 11, 14)


@pytest.fixture(scope="module")
def week() -> Week:
    return plan_week(roster(), run="W1", first_day=FIRST)


def acts(week: Week, kind: type) -> list:
    return [act for day in week.days for act in day.acts if isinstance(act, kind)]


def test_the_same_run_gives_the_same_week() -> None:
    again = plan_week(roster(), run="W1", first_day=FIRST, scale=0.1)

    assert plan_week(roster(), run="W1", first_day=FIRST, scale=0.1) == again
    assert plan_week(roster(), run="W2", first_day=FIRST, scale=0.1) != again


def test_another_run_shares_no_reference(week: Week) -> None:
    other = plan_week(roster(), run="W2", first_day=FIRST)

    references = [{act.reference for day in w.days for act in (*day.acts, *day.batches)} for w in (week, other)]
    papers = [{row.passbook_no for row in w.opening.rows} for w in (week, other)]

    assert not references[0] & references[1]
    assert not papers[0] & papers[1]


def test_a_whole_week_is_a_neighbourhood(week: Week) -> None:
    awards = len(acts(week, Award)) + sum(len(batch.shares) for day in week.days for batch in day.batches)

    assert len(week.opening.rows) == 266
    assert awards > 2000
    assert len(acts(week, Purchase)) > 2500
    assert len(acts(week, FileReport)) == len(acts(week, DecideReport)) > 200
    assert {act.points is None for act in acts(week, DecideReport)} == {True, False}
    assert {act.ending for act in acts(week, Purchase)} == set(Ending)
    assert {act.cashier.shop for act in acts(week, Purchase)} == set(week.shops)
    assert [act.thaw for act in acts(week, Freeze)] == [False, True]
    assert len(acts(week, ClawBack)) == 1
    assert any(row.expires_on < FIRST + timedelta(days=DAYS - 1) for row in week.opening.rows)


def test_nothing_happens_outside_its_day_or_out_of_order(week: Week) -> None:
    for day in week.days:
        assert all(act.at.astimezone(DISTRICT).date() == day.date for act in (*day.acts, *day.batches))
        for life in day.lives.values():
            assert list(life) == sorted(life, key=lambda act: act.at)
    assert week.days[-1].date == FIRST + timedelta(days=DAYS - 1)


def test_no_more_is_refunded_than_is_captured_and_only_later(week: Week) -> None:
    bought = {act.reference: act for act in acts(week, Purchase) if act.points != EVERYTHING}
    refunded = Counter()
    for refund in acts(week, Refund):
        refunded[refund.purchase] += refund.points
        assert refund.at > bought[refund.purchase].at
        assert refund.cashier == bought[refund.purchase].cashier

    assert all(points <= bought[reference].captured for reference, points in refunded.items())
    assert any(points == bought[reference].captured for reference, points in refunded.items())


def test_the_budgets_are_asked_for_what_is_given(week: Week) -> None:
    needs = week.needs()
    given = sum(act.points for act in acts(week, Award)) + sum(act.points or 0 for act in acts(week, DecideReport))
    given += sum(share.points for day in week.days for batch in day.batches for share in batch.shares)
    given += sum(row.points for row in week.opening.rows)

    assert sum(needs.values()) == given


@pytest.mark.parametrize("scale", [0.01, 0.03, 0.5])
def test_a_smaller_week_has_every_kind_of_act(scale: float) -> None:
    week = plan_week(roster(), run="W1", first_day=FIRST, scale=scale)

    kinds = {type(act) for day in week.days for act in day.acts}
    assert kinds >= {Award, FileReport, DecideReport, Purchase, Freeze, ClawBack}
    assert len(week.people) >= 10
