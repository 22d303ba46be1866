"""Terms two books agree on, and what becomes of points on the way."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.points import errors
from app.points.rules.clearing import Parcel, check_alive, check_terms, own_day, pack, points_there
from tests.points.neighbours import terms

TODAY = date(2026, 6, 15)
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))


def mirrored(wanted, book):
    return replace(wanted, partner=book, rate_num=wanted.rate_den, rate_den=wanted.rate_num)


def test_both_books_derive_the_same_id_from_the_same_terms_and_from_no_others():
    ours = terms("zhongyi", rate_num=3, rate_den=2)
    theirs = mirrored(ours, "meilihua")
    assert ours.agreement_id("meilihua") == theirs.agreement_id("zhongyi")
    assert ours.agreement_id("meilihua") == replace(ours, rate_num=6, rate_den=4).agreement_id("meilihua")
    others = [
        replace(ours, rate_num=2, rate_den=3),
        replace(ours, points_max=499),
        replace(ours, month_points_max=1001),
        replace(ours, points_min=2),
        replace(ours, valid_to=date(2026, 12, 30)),
        replace(ours, valid_from=date(2026, 1, 2)),
        replace(ours, partner="zhongyo"),
    ]
    assert len({each.agreement_id("meilihua") for each in [ours, *others]}) == len(others) + 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"partner": "meilihua"}, "partner"),
        ({"points_min": 501}, "points_max"),
        ({"month_points_max": 499}, "month_points_max"),
        ({"valid_from": date(2026, 12, 31), "valid_to": date(2026, 12, 30)}, "valid_to"),
        ({"valid_to": date(2026, 6, 14)}, "valid_to"),
        ({"points_max": 10**6, "month_points_max": 10**6, "rate_num": 10_000}, "points_max"),
    ],
)
def test_terms_that_could_never_be_used_name_the_one_at_fault(changes, field):
    with pytest.raises(errors.ClearingTermsWrong) as refused:
        check_terms(replace(terms("zhongyi"), **changes), book="meilihua", today=TODAY)
    assert refused.value.field == field
    check_terms(terms("zhongyi"), book="meilihua", today=TODAY)


def test_points_are_converted_downwards_and_never_to_nothing():
    rate = terms("zhongyi", rate_num=2, rate_den=3)
    assert [points_there(points, rate) for points in (2, 3, 4, 500)] == [1, 2, 2, 333]
    with pytest.raises(errors.ClearingTooFew):
        points_there(1, rate)
    for wrong in (0, 501):
        with pytest.raises(errors.ClearingAmountWrong):
            points_there(wrong, rate)


def test_a_lot_that_comes_to_no_point_hands_its_money_on():
    first, second, third = date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31)
    assert pack([(second, 1, 10), (first, 1, 10)], rate_num=1, rate_den=2) == [Parcel(second, 1, 20)]
    assert pack([(first, 2, 20), (third, 1, 10)], rate_num=1, rate_den=2) == [Parcel(first, 1, 30)]


@given(
    st.lists(st.tuples(DAYS, st.integers(1, 10**6), st.integers(0, 10**9)), min_size=1, max_size=8),
    st.integers(1, 10_000),
    st.integers(1, 10_000),
)
def test_no_fen_is_lost_and_points_are_what_the_whole_is_worth(lots, num, den):
    parcels = pack(lots, rate_num=num, rate_den=den)
    worth = sum(points for _, points, _ in lots) * num // den
    assert sum(parcel.points for parcel in parcels) == worth
    if worth:
        assert sum(parcel.fen for parcel in parcels) == sum(fen for _, _, fen in lots)
        assert max(parcel.expires_on for parcel in parcels) <= max(day for day, _, _ in lots)
    assert all(parcel.points > 0 and parcel.fen >= 0 for parcel in parcels)


def test_points_neither_gain_life_nor_outlive_the_policy():
    parcel = Parcel(date(2026, 9, 30), 1, 10)
    assert own_day(parcel, date(2028, 6, 30)) == date(2026, 9, 30)
    assert own_day(parcel, date(2026, 7, 31)) == date(2026, 7, 31)
    check_alive([parcel], date(2026, 9, 30))
    with pytest.raises(errors.ClearingLapsed):
        check_alive([parcel], date(2026, 10, 1))
