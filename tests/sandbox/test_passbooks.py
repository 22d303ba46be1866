"""The demo's own memory of a passbook."""

from datetime import date
from uuid import UUID

from sandbox.demo.passbooks import Passbook, last_day_of_points

A, B = UUID(int=1), UUID(int=2)
SOON, LATER = date(2026, 11, 16), date(2028, 11, 30)
TODAY = date(2026, 11, 15)


def filled() -> Passbook:
    passbook = Passbook()
    passbook.earn(10, last_day=SOON, budget=B)
    passbook.earn(20, last_day=LATER, budget=A)
    return passbook


def test_points_live_to_the_end_of_the_month() -> None:
    assert last_day_of_points(date(2026, 11, 14), 24) == LATER
    assert last_day_of_points(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert last_day_of_points(date(2026, 1, 1), 11) == date(2026, 12, 31)


def test_what_lapses_first_is_spent_first_and_part_of_it() -> None:
    passbook = filled()

    pieces = passbook.pieces_for(15, TODAY)
    taken = passbook.spend(pieces, 12)

    assert pieces == [((SOON, B), 10), ((LATER, A), 5)]
    assert taken == [((SOON, B), 10), ((LATER, A), 2)]
    assert passbook.points == 18


def test_lapsed_points_cannot_be_spent_and_go() -> None:
    passbook = filled()
    tomorrow = date(2026, 11, 17)

    assert sum(points for _, points in passbook.pieces_for(25, tomorrow)) == 20
    assert passbook.lapse(SOON) == 0
    assert passbook.lapse(tomorrow) == 10
    assert passbook.points == 20


def test_refunds_go_back_the_longest_lived_first_and_lapsed_points_get_days_of_grace() -> None:
    passbook = filled()
    taken = passbook.spend(passbook.pieces_for(15, TODAY), 15)
    later = date(2026, 11, 20)

    left = passbook.give_back(taken, 6, today=later, grace_days=30)
    nothing = passbook.give_back(left, 9, today=later, grace_days=30)

    assert left == [((SOON, B), 9)]
    assert nothing == []
    assert passbook.lots[date(2026, 12, 20), B] == 10
    assert passbook.points == 30


def test_a_wrong_award_goes_as_far_as_it_is_there() -> None:
    passbook = filled()
    passbook.spend(passbook.pieces_for(26, TODAY), 26)

    assert passbook.claw_back(20, last_day=LATER, budget=A) == 4
    assert (passbook.points, passbook.owed) == (0, 16)
