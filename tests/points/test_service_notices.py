"""Notices thirty and seven days ahead: once each, late rather than never, and never too late."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.points import errors, service
from app.points.models import ExpiryNotice
from tests.points.ledger import ANNA, BORIS, named, open_ledger

LAST = date(2026, 8, 31)


def given(acts, who=None):
    """(owner, expiry day, days ahead, points) of every notice of the book."""
    rows = acts.uow.session.query(ExpiryNotice).filter_by(book_id=acts.ledger.id).all()
    found = sorted((row.owner_id, row.expires_on, row.days_ahead, row.points) for row in rows)
    return found if who is None else [row[1:] for row in found if row[0] == who]


def before(acts, days, last=LAST):
    return acts.on(last - timedelta(days=days))


def test_each_notice_is_given_once_on_its_day_with_what_is_left_then(acts):
    acts.opening(ANNA, 40, LAST)
    before(acts, 31).give_notices()
    assert given(acts) == []
    for _ in range(2):
        before(acts, 30).give_notices()
    assert given(acts, ANNA) == [(LAST, 30, 40)]
    before(acts, 20).redeem(ANNA, 15)
    before(acts, 8).give_notices()
    assert given(acts, ANNA) == [(LAST, 30, 40)]
    for days in (7, 7, 3, 0):
        before(acts, days).give_notices()
    assert given(acts, ANNA) == [(LAST, 7, 25), (LAST, 30, 40)]


@pytest.mark.parametrize("days", [29, 15, 8])
def test_an_early_notice_that_was_missed_is_given_late(acts, days):
    acts.opening(ANNA, 40, LAST)
    before(acts, days).give_notices()
    assert given(acts, ANNA) == [(LAST, 30, 40)]
    before(acts, 1).give_notices()
    assert given(acts, ANNA) == [(LAST, 7, 40), (LAST, 30, 40)]


@pytest.mark.parametrize("days", [7, 3, 0])
def test_when_both_were_missed_the_one_that_says_it_all_is_given(acts, days):
    acts.opening(ANNA, 40, LAST)
    before(acts, days).give_notices()
    assert given(acts, ANNA) == [(LAST, 7, 40)]


def test_of_points_that_lapsed_nobody_is_told(acts):
    acts.opening(ANNA, 40, LAST)
    before(acts, -1).give_notices()
    assert given(acts) == []


def test_lots_of_one_day_are_told_together_and_empty_ones_not_at_all(acts, uow):
    acts.opening(ANNA, 40, LAST)
    second = service.create_budget(uow, acts.ledger.id, sponsor_id=acts.ledger.sponsor_id, name="2", point_value_fen=0)
    service.mint_points(uow, acts.ledger.id, cause="second", budget_id=second.id, points=100)
    row = service.OpeningBalance("second budget", ANNA, 2, LAST)
    service.take_over_balances(uow, acts.book, budget_id=second.id, balances=[row])
    acts.opening(BORIS, 5, LAST)
    acts.redeem(BORIS, 5)
    before(acts, 30).give_notices()
    assert given(acts) == [(ANNA, LAST, 30, 42)]


def test_points_that_are_set_aside_are_told_of(acts):
    acts.opening(ANNA, 40, LAST)
    early = before(acts, 30)
    early.hold(ANNA, 30)
    early.give_notices()
    assert given(acts, ANNA) == [(LAST, 30, 40)]


def test_a_frozen_passbook_is_told_and_a_closed_one_is_not(acts):
    acts.opening(ANNA, 40, LAST)
    acts.opening(BORIS, 30, LAST)
    bought = acts.redeem(BORIS, 10)
    acts.freeze(ANNA)
    acts.transfer(BORIS, named("heir"))
    acts.refund(bought.subject_id, BORIS, 10)  # goes on to the one that took it over
    before(acts, 30).give_notices()
    assert given(acts) == sorted([(ANNA, LAST, 30, 40), (named("heir"), LAST, 30, 30)])


def test_notices_are_given_in_steps_of_any_size_and_begun_anew(acts):
    for number in range(7):
        acts.opening(named(f"r{number}"), number + 1, LAST)
        acts.opening(named(f"r{number}"), 2, LAST - timedelta(days=1))
    early = before(acts, 25)
    after = service.give_notices(early.uow, acts.book, limit=3)
    assert len(given(acts)) == 3
    assert service.give_notices(early.uow, acts.book, after=after, limit=3) is not None
    early.give_notices(limit=2)  # a round that was cut off is begun anew
    assert len(given(acts)) == 14


def test_other_books_are_not_told(acts, uow):
    other = open_ledger(uow)
    acts.opening(ANNA, 40, LAST)
    early = before(acts, 30)
    service.give_notices(early.uow, other.book)
    assert given(acts) == []


def test_a_notice_is_read_once_and_by_its_owner(acts):
    acts.opening(ANNA, 40, LAST)
    early = before(acts, 30)
    early.give_notices()
    anna, boris = (replace(early.uow, actor=replace(early.uow.actor, id=who)) for who in (ANNA, BORIS))
    asked = {"book": acts.book.code, "expires_on": LAST}
    for uow, days in ((boris, 30), (anna, 7)):
        with pytest.raises(errors.NoticeMissing):
            service.read_own_notice(uow, **asked, days_ahead=days)
    for uow in (anna, replace(anna, now=anna.now + timedelta(days=1))):
        assert service.read_own_notice(uow, **asked, days_ahead=30).given.read_at == early.uow.now
