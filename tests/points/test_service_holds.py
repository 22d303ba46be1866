"""Points set aside: held, captured whole or in part, released, expired; never in the way when their time is over."""

from datetime import timedelta

import pytest

from app.kernel.errors import Declined
from app.points import errors
from app.points.service import hold_points
from app.points.terms import POINTS_MAX, HoldResolution
from tests.points.ledger import ANNA, BORIS, OTHER_SHOP, SHOP, Acts, named


def test_a_hold_sets_points_aside_and_its_capture_spends_them(acts):
    acts.award(ANNA, 100)
    hold = acts.hold(ANNA, 40)
    assert (hold.available, acts.figures(ANNA).held, acts.available(ANNA)) == (60, 40, 60)
    with pytest.raises(errors.PointsInsufficient) as refused:
        acts.redeem(ANNA, 61)
    assert refused.value.params["available"] == 60
    captured = acts.capture(hold.hold_id, ANNA)
    assert (captured.points, captured.cost_fen, captured.balance_after) == (40, 400, 60)
    figures = acts.figures(ANNA)
    assert (figures.posted, figures.held, figures.available) == (60, 0, 60)
    assert (acts.trial()["merchant_points"], acts.trial()["merchant_payable"]) == (40, 400)


def test_a_hold_captured_in_part_gives_the_rest_back(acts):
    acts.award(ANNA, 100)
    hold = acts.hold(ANNA, 40)
    assert acts.capture(hold.hold_id, ANNA, 15).points == 15
    assert (acts.figures(ANNA).posted, acts.figures(ANNA).held) == (85, 0)
    with pytest.raises(errors.HoldResolved):
        acts.capture(hold.hold_id, ANNA, 1)
    with pytest.raises(errors.HoldNotReleasable):
        acts.release(hold.hold_id)


def test_more_than_is_held_cannot_be_captured_and_the_hold_stays(acts):
    acts.award(ANNA, 100)
    hold = acts.hold(ANNA, 40)
    with pytest.raises(errors.AmountOver) as refused:
        acts.capture(hold.hold_id, ANNA, 41, cause="capture")
    assert refused.value.params["available"] == 40
    assert acts.figures(ANNA).held == 40
    with pytest.raises(errors.CauseReused):
        acts.capture(hold.hold_id, ANNA, 40, cause="capture")
    assert acts.capture(hold.hold_id, ANNA, 40).points == 40


def test_a_released_hold_stays_released(acts):
    acts.award(ANNA, 100)
    hold = acts.hold(ANNA, 40)
    for later in (acts, acts, acts.later(days=1)):
        assert later.release(hold.hold_id) is HoldResolution.RELEASED
    assert acts.available(ANNA) == 100
    for _ in range(2):
        with pytest.raises(errors.HoldResolved) as refused:
            acts.capture(hold.hold_id, ANNA, cause="capture")
        assert refused.value.params["resolution"] == "released"


def test_holds_of_nobody_and_of_others_are_not_found(acts):
    acts.award(ANNA, 100)
    hold = acts.hold(ANNA, 40)
    with pytest.raises(errors.HoldMissing):
        acts.release(named("no hold"))
    for hold_id, who in ((named("no hold"), ANNA), (hold.hold_id, BORIS)):
        with pytest.raises(errors.ReferredMissing):
            acts.capture(hold_id, who)


def test_holds_never_take_more_than_there_is(acts):
    """Six holds of 1,000 on 5,000 points: a peer granted them all."""
    acts.award(ANNA, 5000)
    for _ in range(5):
        acts.hold(ANNA, 1000)
    with pytest.raises(errors.PointsInsufficient):
        acts.hold(ANNA, 1000)
    assert acts.figures(ANNA).held == 5000


SPENDS = {
    "redeem": lambda a, _: a.redeem(ANNA, 100),
    "hold": lambda a, _: a.hold(ANNA, 100),
    "reverse": lambda a, award: a.reverse(award),
    "claw back": lambda a, award: a.claw_back(award),
}


@pytest.mark.parametrize("name", SPENDS)
def test_an_expired_hold_never_blocks(acts, name):
    award = acts.award(ANNA, 100).subject_id
    hold = acts.hold(ANNA, 60, seconds=60)
    with pytest.raises(Declined):
        SPENDS["redeem"](acts.later(seconds=59), award)
    later = acts.later(seconds=60)
    assert later.available(ANNA) == 100
    SPENDS[name](later, award)
    assert later.available(ANNA) == 0
    assert later.trial().get("clawback", 0) == 0
    assert later.release(hold.hold_id) is HoldResolution.EXPIRED
    with pytest.raises(errors.HoldResolved) as refused:
        later.capture(hold.hold_id, ANNA)
    assert refused.value.params["resolution"] == "expired"


def test_an_expired_hold_cannot_be_captured_and_blocks_no_expiry(acts):
    acts.opening(ANNA, 100, acts.uow.now.date())
    hold = acts.hold(ANNA, 60, seconds=3600)
    tomorrow = acts.later(days=1)
    assert (tomorrow.figures(ANNA).expired, tomorrow.available(ANNA)) == (100, 0)
    with pytest.raises(errors.HoldResolved):
        tomorrow.capture(hold.hold_id, ANNA)
    tomorrow.sweep()
    assert tomorrow.expire().points == 100


def test_a_hold_outlives_its_lot_and_is_captured_but_released_points_lapse(acts):
    acts.opening(ANNA, 100, acts.uow.now.date())
    first, second = acts.hold(ANNA, 30, seconds=90_000), acts.hold(ANNA, 20, seconds=90_000)
    tomorrow = acts.later(days=1)
    assert tomorrow.expire().points == 50
    assert (tomorrow.figures(ANNA).held, tomorrow.available(ANNA)) == (50, 0)
    assert tomorrow.capture(first.hold_id, ANNA, 25).points == 25
    assert tomorrow.available(ANNA) == 0
    tomorrow.release(second.hold_id)
    assert (tomorrow.available(ANNA), tomorrow.expire().points) == (0, 25)
    assert tomorrow.figures(ANNA).posted == 0


def test_the_sweeper_releases_what_is_due_and_nothing_else(acts):
    for who in (ANNA, BORIS, SHOP):
        acts.award(who, 100)
        acts.hold(who, 10, seconds=10)
        acts.hold(who, 10, seconds=10)
        acts.hold(who, 10, seconds=100)
    assert acts.sweep() == 0
    later = acts.later(seconds=50)
    swept = [later.sweep(limit=2) for _ in range(5)]
    assert (sum(swept), swept[-1]) == (6, 0)
    assert [later.figures(who).held for who in (ANNA, BORIS, SHOP)] == [10, 10, 10]


def test_a_hold_reserves_the_lots_it_will_take_at_their_own_cost(acts):
    today = acts.uow.now.date()
    acts.opening(ANNA, 10, today + timedelta(days=9))
    acts.opening(ANNA, 10, today)
    hold = acts.hold(ANNA, 15)
    acts.redeem(ANNA, 5)
    assert acts.capture(hold.hold_id, ANNA, 12).cost_fen == 120
    assert acts.figures(ANNA).available == 3


@pytest.mark.parametrize(
    "change",
    [
        {"points": 0},
        {"points": -1},
        {"points": POINTS_MAX + 1},
        {"cause": ""},
        {"cause": "x" * 201},
        {"evidence": "x" * 201},
        {"expires_at": timedelta(0)},
        {"expires_at": timedelta(days=-1)},
        {"expires_at": timedelta(days=8)},
    ],
)
def test_a_hold_that_could_never_be_is_refused_as_the_callers_mistake(acts, change):
    acts.award(ANNA, 100)
    asked = {"cause": "hold", "resident_id": ANNA, "points": 1, "expires_at": timedelta(seconds=1)} | change
    asked["expires_at"] += acts.uow.now
    with pytest.raises(errors.PostingInvalid):
        hold_points(acts.uow, acts.ledger.id, **asked)
    assert acts.figures(ANNA).held == 0


def test_a_captured_hold_is_refunded_as_a_purchase(acts):
    acts.award(ANNA, 100)
    bought = acts.capture(acts.hold(ANNA, 40).hold_id, ANNA, 30)
    acts.refund(bought.subject_id, ANNA, 10)
    with pytest.raises(errors.ReferredMissing):
        acts.refund(bought.subject_id, ANNA, 10, shop_id=OTHER_SHOP)
    acts.refund(bought.subject_id, ANNA, 20)
    assert acts.available(ANNA) == 100
    with pytest.raises(errors.AmountOver):
        acts.refund(bought.subject_id, ANNA, 1)


class TestFrozen:
    """A frozen passbook earns and is refunded, but spends, holds and captures nothing."""

    @pytest.fixture
    def frozen(self, acts) -> Acts:
        acts.award(ANNA, 100)
        assert acts.freeze(ANNA)
        return acts

    def test_it_spends_nothing_whatever_it_has(self, frozen):
        for act in (lambda: frozen.redeem(ANNA, 1), lambda: frozen.hold(ANNA, 1), lambda: frozen.redeem(ANNA, 999)):
            with pytest.raises(errors.AccountFrozen):
                act()

    def test_it_earns_is_refunded_corrected_and_expires(self, acts):
        award, bought = acts.award(ANNA, 100), acts.redeem(ANNA, 50)
        acts.freeze(ANNA)
        acts.award(ANNA, 7)
        acts.refund(bought.subject_id, ANNA, 20)
        acts.reverse(award.subject_id) if acts.available(ANNA) >= 100 else acts.claw_back(award.subject_id)
        assert acts.available(ANNA) == 0
        later = acts.later(days=800)
        later.award(ANNA, 3)
        assert later.trial()["clawback"] == 0  # the resident's debt and the budget's claim

    def test_a_hold_placed_before_is_released_but_not_captured(self, acts):
        acts.award(ANNA, 100)
        hold, other = acts.hold(ANNA, 10), acts.hold(ANNA, 20)
        acts.freeze(ANNA)
        for _ in range(2):
            with pytest.raises(errors.AccountFrozen):
                acts.capture(hold.hold_id, ANNA, cause="capture")
        assert acts.release(other.hold_id) is HoldResolution.RELEASED
        acts.thaw(ANNA)
        with pytest.raises(errors.AccountFrozen):  # decided is decided
            acts.capture(hold.hold_id, ANNA, cause="capture")
        assert acts.capture(hold.hold_id, ANNA).points == 10

    def test_thawed_it_spends_again(self, frozen):
        assert frozen.figures(ANNA).frozen_reason == "suspicion"
        assert not frozen.freeze(ANNA)
        assert frozen.thaw(ANNA)
        assert not frozen.thaw(ANNA)
        assert frozen.figures(ANNA).frozen_reason is None
        frozen.redeem(ANNA, 100)

    def test_somebody_may_be_frozen_before_the_first_award(self, acts):
        assert acts.freeze(BORIS)
        acts.award(BORIS, 5)
        with pytest.raises(errors.AccountFrozen):
            acts.redeem(BORIS, 5)
