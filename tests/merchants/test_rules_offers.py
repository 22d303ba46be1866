"""What an offer gives and what it refuses: every refusal by its class, every rounding down."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.merchants import errors
from app.merchants.rules.offers import (
    OfferTerms,
    Opening,
    Quote,
    check_cofunding,
    check_hours,
    is_open,
    points_allowed,
    quote,
)

MONDAY_TEN = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)  # ten in the morning in the district
OFFER = OfferTerms(
    offer_id=UUID(int=1),
    points_per_yuan=10,
    step_points=10,
    share_percent_max=50,
    minimum_spend_fen=1000,
    hours=None,
    person_day_points_max=None,
    person_day_count_max=None,
    shop_day_points_max=None,
    stock_points=None,
    cofunding_percent=0,
)


def ask(offer=OFFER, *, order_fen=2000, available=10_000, points=None, max_points=None, at=MONDAY_TEN):
    return quote(offer, order_fen=order_fen, available_points=available, points=points, max_points=max_points, at=at)


@pytest.mark.parametrize(
    ("asked", "points", "discount_fen"),
    [
        ({}, 100, 1000),  # half the bill of 20 yuan
        ({"points": 30}, 30, 300),
        ({"max_points": 45}, 40, 400),  # steps of ten
        ({"available": 27}, 20, 200),
        ({"order_fen": 1999}, 90, 900),  # half is 999 fen, which 99 points pay, in steps of ten
        ({"offer": replace(OFFER, stock_points=55)}, 50, 500),
        ({"offer": replace(OFFER, points_per_yuan=30)}, 300, 1000),
        ({"offer": replace(OFFER, points_per_yuan=30), "points": 10}, 10, 33),  # a third of a yuan, less the fraction
    ],
)
def test_a_quote(asked, points, discount_fen):
    assert ask(**asked) == Quote(points, discount_fen)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"offer": replace(OFFER, hours=(Opening(2, 0, 1440),))}, errors.OfferClosedNow),
        ({"order_fen": 999}, errors.SpendTooLittle),
        ({"points": 15}, errors.StepMissed),
        ({"points": 110}, errors.ShareOver),
        ({"points": 60, "offer": replace(OFFER, stock_points=50)}, errors.ShareOver),
        ({"points": 50, "available": 49}, errors.PointsShort),
        ({"available": 9}, errors.NothingToRedeem),
        ({"max_points": 9}, errors.NothingToRedeem),
        ({"points": 0}, errors.NothingToRedeem),
        ({"offer": replace(OFFER, points_per_yuan=1001, step_points=10), "points": 10}, errors.NothingToRedeem),
    ],
)
def test_what_an_offer_does_not_allow(asked, refusal):
    with pytest.raises(refusal):
        ask(**asked)


def test_hours_are_the_districts_and_end_before_their_last_minute():
    hours = (Opening(1, 600, 660),)
    assert is_open(hours, MONDAY_TEN)
    assert is_open(hours, MONDAY_TEN + timedelta(minutes=59, seconds=59))
    assert not is_open(hours, MONDAY_TEN + timedelta(minutes=60))
    assert not is_open(hours, MONDAY_TEN - timedelta(seconds=1))
    assert not is_open(hours, MONDAY_TEN + timedelta(days=1))


@pytest.mark.parametrize("opening", [(0, 0, 60), (8, 0, 60), (1, 60, 60), (1, -1, 60), (1, 0, 1441)])
def test_an_opening_that_is_none_is_refused(opening):
    with pytest.raises(errors.HoursWrong):
        check_hours([Opening(*opening)])


@pytest.mark.parametrize(("points_per_yuan", "value_fen", "percent"), [(10, 10, 0), (8, 10, 20), (50, 0, 100)])
def test_the_shop_bears_its_discount_less_what_the_ledger_pays(points_per_yuan, value_fen, percent):
    check_cofunding(points_per_yuan=points_per_yuan, value_fen=value_fen, percent=percent)
    with pytest.raises(errors.CofundingWrong) as refused:
        check_cofunding(points_per_yuan=points_per_yuan, value_fen=value_fen, percent=percent + 1)
    assert f" {percent} percent" in refused.value.detail("en")


def test_a_shop_is_not_paid_more_than_it_gives():
    with pytest.raises(errors.OfferOverpaid) as refused:
        check_cofunding(points_per_yuan=11, value_fen=10, percent=0)
    assert "at most 10 points" in refused.value.detail("en")


@given(
    order_fen=st.integers(0, 10**12),
    available=st.integers(0, 10**9),
    points_per_yuan=st.integers(1, 10_000),
    step=st.integers(1, 10**6),
    share=st.integers(1, 100),
    stock=st.none() | st.integers(0, 10**9),
    wish=st.none() | st.integers(1, 10**9),
)
def test_attack_28_no_rounding_ever_goes_against_the_platform(
    order_fen, available, points_per_yuan, step, share, stock, wish
):
    offer = replace(
        OFFER,
        points_per_yuan=points_per_yuan,
        step_points=step,
        share_percent_max=share,
        stock_points=stock,
        minimum_spend_fen=0,
    )
    try:
        given_ = ask(offer, order_fen=order_fen, available=available, max_points=wish)
    except errors.NothingToRedeem:
        return
    assert type(given_.points) is type(given_.discount_fen) is int
    assert given_.points % step == 0
    assert given_.points <= min(available, points_allowed(offer, order_fen), wish or available)
    assert given_.discount_fen * points_per_yuan <= given_.points * 100  # never more money than points
    assert given_.discount_fen * 100 <= order_fen * share
