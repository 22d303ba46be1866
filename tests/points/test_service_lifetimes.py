"""Policies of a book: what they do to awards, to money behind expired points, to refunds."""

from datetime import date

import pytest
from sqlalchemy import text

from app.points import errors, queries, service
from app.points.terms import ExpiryPolicyKind
from tests.points import invariants
from tests.points.ledger import ANNA, BORIS, Acts, open_ledger

DECEMBER = date(2026, 12, 31)


@pytest.fixture
def yearly(uow):
    """A book whose points lapse on 31 December, six months after they were earned at the earliest."""
    acts = Acts(uow, open_ledger(uow, validity_months=6, fixed_day=(12, 31)))
    yield acts
    assert invariants.list_wrongs(invariants.fetch_in(uow.session), acts.ledger.id) == []


def lots(acts, who):
    account = acts.ledger.passbook(who)
    found = queries.list_lots(acts.uow.session, acts.ledger.id, account, today=date(2020, 1, 1))
    return {lot.expires_on: lot.points_left for lot in found}


def change(acts, kind="yearly", month=None, day=None, months=None):
    return service.change_expiry_policy(
        acts.uow,
        book=acts.book.code,
        expiry_policy=ExpiryPolicyKind(kind),
        expiry_month=month,
        expiry_day=day,
        validity_months=months,
        reason="the committee decided",
    )


def test_points_of_a_yearly_book_lapse_together(yearly):
    yearly.award(ANNA, 10)
    yearly.on(date(2026, 6, 30)).award(ANNA, 5)
    yearly.on(date(2026, 7, 1)).award(ANNA, 3)
    assert lots(yearly, ANNA) == {DECEMBER: 15, date(2027, 12, 31): 3}


def test_the_money_behind_yearly_points_goes_back_to_the_sponsor(yearly):
    yearly.award(ANNA, 10)
    yearly.award(BORIS, 7)
    yearly.redeem(BORIS, 3)
    assert yearly.on(DECEMBER).expire().points == 0
    new_year = yearly.on(date(2027, 1, 1))
    assert (new_year.expire().points, new_year.trial()["sponsor_funding"]) == (14, 140)
    assert (new_year.trial()["points_liability"], new_year.trial()["breakage"]) == (0, 14)


def test_a_book_may_keep_the_money_of_yearly_points(uow):
    acts = Acts(uow, open_ledger(uow, validity_months=6, fixed_day=(12, 31), expired_cost_goes_to="book"))
    acts.award(ANNA, 10)
    acts.on(date(2027, 1, 1)).expire()
    assert acts.trial()["breakage_result"] == 100


def test_a_refund_after_the_fixed_day_is_good_for_the_days_of_grace(yearly):
    yearly.award(ANNA, 10)
    bought = yearly.on(DECEMBER).redeem(ANNA, 10)
    new_year = yearly.on(date(2027, 1, 2))
    new_year.refund(bought.subject_id, ANNA, 4)
    assert lots(yearly, ANNA) == {date(2027, 2, 1): 4}
    assert new_year.later(days=30).expire().points == 0  # 1 February is the last day
    assert new_year.later(days=31).expire().points == 4


def test_another_policy_is_for_points_earned_from_then_on(acts):
    acts.award(ANNA, 10)
    book = change(acts, month=12, day=31, months=12)
    assert (book.expiry_policy, book.expiry_month, book.expiry_day, book.validity_months) == ("yearly", 12, 31, 12)
    acts.award(ANNA, 5)
    change(acts, "rolling")
    acts.award(ANNA, 3)
    assert lots(acts, ANNA) == {date(2028, 6, 30): 10, date(2027, 12, 31): 5, date(2027, 6, 30): 3}


def test_every_change_is_kept_with_who_and_why(acts):
    change(acts, month=2, day=29, months=12)
    change(acts, "rolling")
    found = service.list_expiry_policies(acts.uow, book=acts.book.code, limit=10, cursor=None).items
    assert [(row.expiry_policy, row.expiry_month, row.expiry_day, row.validity_months) for row in found] == [
        ("rolling", None, None, 12),
        ("yearly", 2, 29, 12),
    ]
    assert {(row.reason, row.changed_by) for row in found} == {("the committee decided", acts.uow.actor.id)}


@pytest.mark.parametrize(
    ("kind", "month", "day", "refusal"),
    [
        ("yearly", None, None, errors.FixedDayMissing),
        ("yearly", 12, None, errors.FixedDayMissing),
        ("yearly", None, 31, errors.FixedDayMissing),
        ("yearly", 4, 31, errors.FixedDayInvalid),
        ("yearly", 2, 30, errors.FixedDayInvalid),
        ("rolling", 12, 31, errors.FixedDayNeedless),
        ("rolling", None, 31, errors.FixedDayNeedless),
    ],
)
def test_a_policy_that_says_too_little_or_too_much_is_refused(acts, kind, month, day, refusal):
    with pytest.raises(refusal):
        change(acts, kind, month, day)
    assert acts.book.expiry_policy == "rolling"
    assert service.list_expiry_policies(acts.uow, book=acts.book.code, limit=10, cursor=None).items == []


def test_a_new_book_refuses_a_day_that_no_year_has(uow):
    with pytest.raises(errors.FixedDayInvalid):
        service.create_book(uow, code="never", name="x", currency_name="x", fixed_day=(4, 31))
    assert queries.find_book_id(uow.session, "never") is None


def test_another_books_policy_is_not_touched(acts, uow):
    other = open_ledger(uow)
    change(acts, month=12, day=31)
    uow.session.refresh(other.book)
    assert other.book.expiry_policy == "rolling"


def test_the_database_refuses_what_is_no_policy_by_the_door_as_well(acts, session):
    door = text("SELECT points_set_expiry_policy(:book, :now, :id, :id, :kind, :month, :day, 12, 'x')")
    for kind, month, day in (("yearly", None, None), ("rolling", 12, 31), ("weekly", None, None)):
        values = {"book": acts.ledger.id, "now": acts.uow.now, "id": acts.uow.new_id()}
        with pytest.raises(Exception, match="ck_points_books_expiry"), session.begin_nested():
            session.execute(door, values | {"kind": kind, "month": month, "day": day})
