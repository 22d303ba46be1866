"""Refunds, reversals, clawbacks: new transactions that give exactly what was taken, once."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.points import errors, queries
from tests.points.ledger import ANNA, BORIS, OTHER_SHOP, Acts, named, open_ledger


def lots_of(acts: Acts, who=ANNA) -> dict[date, tuple[int, int]]:
    """(points, fen) by expiry day, of lots that can be spent."""
    found = queries.list_lots(acts.uow.session, acts.ledger.id, acts.ledger.passbook(who), today=date(2000, 1, 1))
    return {lot.expires_on: (lot.points_left, lot.cost_left_fen) for lot in found}


@pytest.fixture
def days(acts):
    """Anna's points in two lots: 10 of today, 20 of next week."""
    today = acts.uow.now.date()
    acts.opening(ANNA, 20, today + timedelta(days=7))
    acts.opening(ANNA, 10, today)
    return today, today + timedelta(days=7), today + timedelta(days=1 + acts.book.grace_days)


def test_partial_refunds_go_back_to_their_lots_the_longest_lived_first(acts, days):
    today, next_week, _ = days
    bought = acts.redeem(ANNA, 25)
    assert lots_of(acts) == {next_week: (5, 50)}
    acts.refund(bought.subject_id, ANNA, 5)
    assert lots_of(acts) == {next_week: (10, 100)}
    acts.refund(bought.subject_id, ANNA, 12)
    assert lots_of(acts) == {today: (2, 20), next_week: (20, 200)}
    acts.refund(bought.subject_id, ANNA, 8)
    with pytest.raises(errors.AmountOver) as refused:
        acts.refund(bought.subject_id, ANNA, 1)
    assert refused.value.params["available"] == 0
    assert lots_of(acts) == {today: (10, 100), next_week: (20, 200)}
    assert (acts.trial()["merchant_points"], acts.trial()["merchant_payable"]) == (0, 0)


def test_a_refund_never_gives_more_than_was_taken(acts, days):
    bought = acts.redeem(ANNA, 25)
    for asked, left in ((26, 25), (20, None), (6, 5)):
        if left is None:
            acts.refund(bought.subject_id, ANNA, asked)
            continue
        with pytest.raises(errors.AmountOver) as refused:
            acts.refund(bought.subject_id, ANNA, asked, cause=f"refund {asked}")
        assert refused.value.params["available"] == left
        with pytest.raises(errors.AmountOver):
            acts.refund(bought.subject_id, ANNA, asked, cause=f"refund {asked}")


def test_a_refund_into_a_lapsed_lot_gets_days_of_grace(acts, days):
    _, next_week, grace = days
    bought = acts.redeem(ANNA, 25)
    tomorrow = acts.later(days=1)
    tomorrow.refund(bought.subject_id, ANNA, 25)
    assert lots_of(tomorrow) == {next_week: (20, 200), grace: (10, 100)}
    assert tomorrow.available(ANNA) == 30
    assert acts.on(grace).available(ANNA) == 10
    assert acts.on(grace + timedelta(days=1)).expire().points == 30


@pytest.mark.parametrize("how", ["refund", "reverse"])
def test_what_several_lapsed_lots_gave_comes_back_as_one(acts, days, how):
    """Two pieces into one lot of grace were two rows of one key."""
    bought = acts.redeem(ANNA, 25)
    much_later = acts.later(days=20)
    if how == "refund":
        assert much_later.refund(bought.subject_id, ANNA, 25).points == 25
    else:
        assert much_later.reverse(bought.subject_id).points == 25
    assert much_later.available(ANNA) == 25
    assert sorted(lots_of(much_later).values()) == [(5, 50), (25, 250)]
    again = much_later.redeem(ANNA, 25)
    assert much_later.refund(again.subject_id, ANNA, 10).cost_fen == 100


def test_a_lapsed_piece_may_meet_a_living_lot_on_the_day_of_grace(acts):
    today = acts.uow.now.date()
    living = today + timedelta(days=1 + acts.book.grace_days)
    acts.opening(ANNA, 10, today)
    acts.opening(ANNA, 10, living)
    bought = acts.redeem(ANNA, 15)
    acts.later(days=1).refund(bought.subject_id, ANNA, 15)
    assert lots_of(acts) == {living: (20, 200)}


def test_only_a_purchase_is_refunded_and_only_by_its_shop_to_its_buyer(acts, days):
    """An expiry, a clawback and the reversal of an award took points from lots as well, but no shop has them."""
    bought = acts.redeem(ANNA, 5)
    award = acts.award(BORIS, 50)
    later = acts.later(days=1)
    not_purchases = [award, acts.reverse(award.subject_id)]
    assert later.expire().points == 5
    found = acts.uow.session.connection().exec_driver_sql("SELECT id FROM points_transactions WHERE code = 'expiry'")
    not_purchases += [acts.claw_back(acts.award(BORIS, 9).subject_id)]
    ids = [o.subject_id for o in not_purchases] + [row[0] for row in found] + [named("nothing")]
    for transaction in ids:
        for who in (ANNA, BORIS):
            with pytest.raises(errors.ReferredMissing):
                later.refund(transaction, who, 1)
    with pytest.raises(errors.ReferredMissing):
        later.refund(bought.subject_id, BORIS, 1)
    with pytest.raises(errors.ReferredMissing):
        later.refund(bought.subject_id, ANNA, 1, shop_id=OTHER_SHOP)


@pytest.mark.parametrize("points", [0, -1])
def test_a_refund_capture_or_purchase_of_nothing_is_refused(acts, days, points):
    bought, hold = acts.redeem(ANNA, 5), acts.hold(ANNA, 5)
    for act in (
        lambda: acts.refund(bought.subject_id, ANNA, points),
        lambda: acts.capture(hold.hold_id, ANNA, points),
        lambda: acts.redeem(ANNA, points),
        lambda: acts.award(ANNA, points),
        lambda: acts.opening(ANNA, points, days[0]),
        lambda: acts.fund(points),
        lambda: acts.mint(points),
        lambda: acts.hand_over(BORIS, points),
        lambda: acts.pay(points),
    ):
        with pytest.raises(errors.PostingInvalid):
            act()


def test_every_act_can_be_reversed_once_and_leaves_nothing_behind(uow):
    acts = Acts(uow, open_ledger(uow, minted=0))
    funded, minted = acts.fund(5000), acts.mint(500)
    allotted, awarded, opened = acts.hand_over(BORIS, 9), acts.award(ANNA, 30), acts.opening(ANNA, 20, date(2027, 1, 1))
    bought = acts.redeem(ANNA, 35)
    paid = acts.pay(350)
    for done in (paid, bought, opened, awarded, allotted, minted, funded):
        assert acts.reverse(done.subject_id).decline is None
        for act in (acts.reverse, acts.claw_back):
            with pytest.raises(errors.AlreadyReversed):
                act(done.subject_id)
    assert set(acts.trial().values()) == {0}
    assert lots_of(acts) == {}


def test_the_reversal_of_a_purchase_restores_lots_days_and_cost(acts, days):
    before = lots_of(acts)
    bought = acts.redeem(ANNA, 25)
    acts.reverse(bought.subject_id)
    assert lots_of(acts) == before
    with pytest.raises(errors.AlreadyReversed):
        acts.refund(bought.subject_id, ANNA, 1)


def test_an_expiry_can_be_reversed_into_days_of_grace(acts, days):
    tomorrow = acts.later(days=1)
    tomorrow.expire()
    expiry = acts.uow.session.connection().exec_driver_sql("SELECT id FROM points_transactions WHERE code = 'expiry'")
    tomorrow.reverse(expiry.scalar_one())
    assert tomorrow.available(ANNA) == 30
    assert days[2] in lots_of(tomorrow)
    assert tomorrow.trial()["breakage"] == 0


def test_corrections_are_not_corrected_and_what_was_refunded_in_part_is_not_reversed(acts, days):
    bought = acts.redeem(ANNA, 25)
    refund = acts.refund(bought.subject_id, ANNA, 5)
    clawback = acts.claw_back(acts.award(BORIS, 5).subject_id)
    reversal = acts.reverse(acts.award(BORIS, 5).subject_id)
    for correction in (refund, clawback, reversal):
        for act in (acts.reverse, acts.claw_back):
            with pytest.raises(errors.CorrectionNotReversible):
                act(correction.subject_id)
    with pytest.raises(errors.PartlyRefunded):
        acts.reverse(bought.subject_id)
    with pytest.raises(errors.CorrectionNotReversible):
        acts.claw_back(acts.redeem(ANNA, 5).subject_id)
    with pytest.raises(errors.TransactionMissing):
        acts.reverse(named("nothing"))


def test_an_award_whose_points_are_gone_or_held_is_not_reversed(acts):
    award = acts.award(ANNA, 10)
    acts.redeem(ANNA, 3)
    hold = acts.hold(ANNA, 4)
    for _ in range(2):
        with pytest.raises(errors.AlreadySpent) as refused:
            acts.reverse(award.subject_id, cause="reverse")
        assert refused.value.params["available"] == 3
        acts.release(hold.hold_id)
    acts.award(ANNA, 3)  # points of the same month are as good
    acts.reverse(award.subject_id)
    assert acts.available(ANNA) == 0


def test_a_clawback_takes_what_is_left_and_books_the_rest_as_owed(acts):
    award = acts.award(ANNA, 10)
    acts.redeem(ANNA, 3)
    acts.hold(ANNA, 2)
    before = acts.trial()
    clawback = acts.claw_back(award.subject_id)
    assert clawback.balance_after == 2
    after = acts.trial()
    assert after["sponsor_budget"] - before["sponsor_budget"] == 5
    assert (after["resident"], after["clawback"]) == (2, 0)
    assert after["budget_reserve"] - before["budget_reserve"] == 50
    assert after["points_liability"] == 20
    owed = acts.uow.session.connection().exec_driver_sql(
        "SELECT amount FROM points_entries e JOIN points_accounts a ON a.id = e.account_id "
        "WHERE a.kind = 'clawback' ORDER BY 1"
    )
    assert [row[0] for row in owed] == [-5, 5]


def test_a_clawback_of_an_award_wholly_spent_is_all_debt(acts):
    award = acts.award(ANNA, 10)
    bought = acts.redeem(ANNA, 10)
    acts.claw_back(award.subject_id)
    assert acts.figures(ANNA).version == 2
    with pytest.raises(errors.AlreadyReversed):
        acts.claw_back(award.subject_id)
    acts.refund(bought.subject_id, ANNA, 10)
    assert acts.available(ANNA) == 10


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), value_fen=st.integers(0, 997))
def test_not_a_fen_is_lost_or_made_over_many_purchases_captures_and_refunds(uow, data, value_fen):
    acts = Acts(uow, open_ledger(uow, minted=1000, value_fen=value_fen, validity_months=1))
    acts.award(ANNA, 400)
    acts.later(days=35).award(ANNA, 600)
    bought: list = []
    for _ in range(25):
        available = acts.available(ANNA)
        kind = data.draw(st.sampled_from(["buy", "hold", "refund"]))
        if kind == "refund" and bought:
            place = data.draw(st.integers(0, len(bought) - 1))
            transaction, left = bought[place]
            points = data.draw(st.integers(1, left))
            assert acts.refund(transaction, ANNA, points).cost_fen == points * value_fen
            bought[place : place + 1] = [(transaction, left - points)] if left > points else []
        elif available:
            points = data.draw(st.integers(1, min(available, 90)))
            if kind == "buy":
                done = acts.redeem(ANNA, points)
            else:
                held = acts.hold(ANNA, points)
                points = data.draw(st.integers(1, points))
                done = acts.capture(held.hold_id, ANNA, points)
            bought.append((done.subject_id, points))
            assert done.cost_fen == points * value_fen
    trial = acts.trial()
    assert trial.get("merchant_payable", 0) == trial.get("merchant_points", 0) * value_fen
    assert trial.get("points_liability", 0) == trial["resident"] * value_fen
