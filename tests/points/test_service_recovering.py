"""Awards taken back in parts, and what is owed of them taken from later ones."""

import pytest

from app.points import errors, queries
from app.points import service as points
from app.points.service.audit import audit_snapshot
from tests.points.ledger import ANNA, BORIS, Acts, Ledger


def debt(acts, who=ANNA):
    return points.show_passbook(acts.uow, book=acts.book.code, owner_id=who).owed


@pytest.fixture
def award(acts):
    return acts.award(ANNA, 100).subject_id


@pytest.fixture(autouse=True)
def audited(acts):
    yield
    acts.uow.session.flush()
    assert audit_snapshot([acts.uow.session.connection()]).counts == {}


def test_a_part_comes_out_of_its_lot_and_goes_back_to_its_budget(acts, award):
    before = acts.trial()
    outcome = acts.claw_back(award, 30)
    assert (outcome.points, outcome.cost_fen, acts.available(ANNA), debt(acts)) == (30, 300, 70, 0)
    trial = acts.trial()
    assert trial["sponsor_budget"] == before["sponsor_budget"] + 30
    assert trial["budget_reserve"] == before["budget_reserve"] + 300
    found = queries.get_transaction(acts.uow.session, acts.ledger.id, outcome.subject_id)
    assert (found.code, found.refunds_id, found.reverses_id) == ("clawback", award, None)


def test_what_was_spent_of_a_part_is_owed(acts, award):
    acts.redeem(ANNA, 90)
    acts.claw_back(award, 30)
    assert (acts.available(ANNA), debt(acts)) == (0, 20)


def test_all_parts_together_are_never_more_than_was_given(acts, award):
    acts.claw_back(award, 60)
    with pytest.raises(errors.TakenBackOver):
        acts.claw_back(award, 41)
    acts.claw_back(award, 40)
    for amount in (1, None):
        with pytest.raises(errors.AlreadyReversed):
            acts.claw_back(award, amount)
    with pytest.raises(errors.PostingInvalid):
        acts.claw_back(award, 0)
    assert acts.trial()["sponsor_budget"] == 100_000


def test_a_cause_takes_once(acts, award):
    first = acts.claw_back(award, 30, cause="refund 1")
    again = acts.claw_back(award, 30, cause="refund 1")
    assert (again.replayed, again.subject_id, again.points) == (True, first.subject_id, 30)
    with pytest.raises(errors.CauseReused):
        acts.claw_back(award, 31, cause="refund 1")
    with pytest.raises(errors.CauseReused):
        acts.claw_back(acts.award(ANNA, 50).subject_id, 30, cause="refund 1")
    assert acts.available(ANNA) == 120


def test_the_rest_is_taken_at_last_and_no_part_after_it(acts, award):
    acts.claw_back(award, 30)
    with pytest.raises(errors.PartlyRefunded):
        acts.reverse(award)
    acts.redeem(ANNA, 50)
    outcome = acts.claw_back(award, cause="all")
    assert (outcome.points, acts.available(ANNA), debt(acts)) == (70, 0, 50)
    assert acts.claw_back(award, cause="all").replayed
    with pytest.raises(errors.AlreadyReversed):
        acts.claw_back(award, 1)


def test_a_part_of_what_is_no_award_is_not_taken(acts, award):
    spent = acts.redeem(ANNA, 10).subject_id
    with pytest.raises(errors.CorrectionNotReversible):
        acts.claw_back(spent, 1)
    with pytest.raises(errors.CorrectionNotReversible):
        acts.claw_back(acts.claw_back(award, 10).subject_id, 1)


def test_what_is_owed_is_taken_from_the_next_award_oldest_first(acts, award):
    second = acts.award(ANNA, 50).subject_id
    acts.redeem(ANNA, 150)
    acts.claw_back(second, 50)
    acts.claw_back(award)
    assert debt(acts) == 150
    third = acts.award(ANNA, 120).subject_id
    assert acts.recover(third) == 120
    assert (acts.available(ANNA), debt(acts)) == (0, 30)
    fourth = acts.award(ANNA, 40).subject_id
    assert acts.recover(fourth) == 30
    assert (acts.available(ANNA), debt(acts)) == (10, 0)
    assert acts.recover(acts.award(ANNA, 5).subject_id) == 0
    trial = acts.trial()
    assert (trial["sponsor_budget"], trial["clawback"]) == (100_000 - 165, 0)
    assert trial["points_liability"] == 15 * 10


def test_an_award_that_paid_a_debt_is_owed_when_it_is_taken_back(acts, award):
    acts.redeem(ANNA, 100)
    acts.claw_back(award, 100)
    second = acts.award(ANNA, 100).subject_id
    acts.recover(second)
    acts.claw_back(second, 100)
    assert (acts.available(ANNA), debt(acts)) == (0, 100)


def test_a_debt_that_was_merged_is_paid_by_the_passbook_that_is_open(acts, award):
    acts.redeem(ANNA, 100)
    acts.claw_back(award, 60)
    acts.transfer(ANNA, BORIS, "merge")
    assert acts.recover(acts.award(BORIS, 100).subject_id) == 60
    assert (acts.available(BORIS), debt(acts, BORIS)) == (40, 0)


@pytest.mark.parametrize(("value_fen", "taken"), [(10, 60), (20, 0)])
def test_a_budget_that_is_owed_has_its_points_back_and_their_money(acts, award, value_fen, taken):
    acts.redeem(ANNA, 100)
    acts.claw_back(award, 60)
    left = acts.trial()["sponsor_budget"]
    other = points.create_budget(
        acts.uow, acts.ledger.id, sponsor_id=acts.ledger.sponsor_id, name="Other", point_value_fen=value_fen
    )
    its = Acts(acts.uow, Ledger(acts.book, other.id))
    its.fund(100 * value_fen)
    its.mint(100)
    assert its.recover(its.award(ANNA, 100).subject_id) == taken
    assert acts.trial()["sponsor_budget"] == left + taken
    assert debt(acts) == 60 - taken


def test_a_passbook_that_is_frozen_pays_as_well(acts, award):
    acts.redeem(ANNA, 100)
    acts.claw_back(award, 60)
    acts.freeze(ANNA)
    assert acts.recover(acts.award(ANNA, 100).subject_id) == 60
