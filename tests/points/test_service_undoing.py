"""Taking awards back: once, by two people, and also when the points are spent."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.kernel.actor import Actor, Role
from app.points import errors, queries
from app.points import service as points
from app.points.service import proposals, undoing
from app.points.service.audit import audit_snapshot
from tests.points.ledger import ANNA, BORIS, named
from tests.points.programme import DEPUTY, TREASURER, Door, fact

COORDINATOR = Actor(id=uuid4(), roles=frozenset({Role.COORDINATOR}))


@pytest.fixture
def door(uow, acts):
    made = Door(replace(uow, actor=COORDINATOR), acts.ledger)
    made.publish()
    return made


def undo(door, record, *, reason="记错了", actor=DEPUTY):
    return points.undo_award(replace(door.uow, actor=actor), door.ledger.book, award_id=record.id, reason=reason)


def code_of(door, outcome):
    return queries.get_transaction(door.uow.session, door.ledger.id, outcome.subject_id).code


def test_an_award_whose_points_are_there_is_reversed(door, acts):
    record = door.one().record
    outcome = undo(door, record)
    assert (code_of(door, outcome), acts.available(ANNA)) == ("reversal", 0)
    assert acts.trial()["sponsor_budget"] == 100_000


def test_an_award_whose_points_are_spent_is_clawed_back_and_the_rest_is_owed(door, acts):
    record = door.one().record
    acts.redeem(ANNA, 4)
    outcome = undo(door, record)
    assert (code_of(door, outcome), acts.available(ANNA)) == ("clawback", 0)
    assert acts.trial()["sponsor_budget"] == 100_000 - 4
    lines = queries.list_entries_of(door.uow.session, door.ledger.id, outcome.subject_id)
    assert [entry.amount for entry, account in lines if account.kind == "clawback"] == [-4, 4]


def debt(acts, who=ANNA):
    return points.show_passbook(acts.uow, book=acts.book.code, owner_id=who).owed


def test_what_expired_unspent_is_not_owed(door, acts):
    record = door.one().record
    acts.redeem(ANNA, 4)
    after = acts.later(days=800)
    after.expire()
    trial = acts.trial()
    outcome = undo(door, record)
    assert (code_of(door, outcome), debt(acts)) == ("clawback", 4)
    assert (acts.trial()["breakage"], acts.trial()["issuance"]) == (trial["breakage"] - 11, trial["issuance"] + 11)
    same = ("sponsor_budget", "sponsor_funding", "budget_reserve", "points_liability", "resident")
    assert [acts.trial()[kind] for kind in same] == [trial[kind] for kind in same]
    assert (undo(door, record).replayed, door.one().replayed) == (True, True)
    door.uow.session.flush()
    assert audit_snapshot([door.uow.session.connection()]).counts == {}


def test_what_expired_whole_is_taken_back_from_nobody(door, acts):
    record = door.one().record
    acts.later(days=800).expire()
    undo(door, record)
    assert (debt(acts), acts.trial()["breakage"], acts.trial()["issuance"]) == (0, 0, -100_000 + 15)


def test_points_expired_once_excuse_one_award_only(door, acts):
    one, two = door.one().record, door.one(subject="2").record
    acts.redeem(ANNA, 10)
    acts.later(days=800).expire()
    undo(door, one)
    assert (debt(acts), acts.trial()["breakage"]) == (0, 5)
    undo(door, two)
    assert (debt(acts), acts.trial()["breakage"]) == (10, 0)


def test_an_expiry_that_was_reversed_excuses_nothing(door, acts):
    record = door.one().record
    after = acts.later(days=800)
    after.expire()
    after.reverse(door.uow.session.scalar(text("SELECT id FROM points_transactions WHERE code = 'expiry'")))
    after.redeem(ANNA, 15)
    undo(door, record)
    assert debt(acts) == 15


def test_an_award_is_undone_in_the_passbook_its_own_was_merged_into(door, acts):
    record = door.one(beneficiary_id=BORIS).record
    acts.transfer(BORIS, ANNA, "merge")
    acts.redeem(ANNA, 4)
    outcome = undo(door, record)
    assert (code_of(door, outcome), outcome.balance_after) == ("clawback", 0)
    assert (acts.available(ANNA), debt(acts, ANNA), debt(acts, BORIS)) == (0, 4, 0)
    assert undo(door, record).replayed


def test_points_that_are_held_count_as_spent(door, acts):
    record = door.one().record
    acts.hold(ANNA, 5)
    assert code_of(door, undo(door, record)) == "clawback"


def test_it_is_undone_once_and_again_is_a_replay(door, acts):
    record = door.one().record
    first, again = undo(door, record), undo(door, record)
    assert (again.replayed, again.subject_id) == (True, first.subject_id)
    with pytest.raises(errors.CauseReused):
        undo(door, record, reason="another")
    other = door.one(subject="2").record
    acts.claw_back(other.transaction_id)
    with pytest.raises(errors.AlreadyReversed):
        undo(door, other)
    assert door.one().replayed  # the fact stays used


def test_an_award_that_paid_nothing_has_nothing_to_undo(door):
    record = door.one(minutes=10).record
    with pytest.raises(errors.AwardPaidNothing):
        undo(door, record)
    with pytest.raises(errors.AwardMissing):
        points.undo_award(door.uow, door.ledger.book, award_id=uuid4(), reason="?")


def test_a_coordinator_asks_and_a_treasurer_approves(door, acts):
    record = door.one().record
    book = door.ledger.book.code
    asked = undoing.propose_undo(door.uow, book=book, award_id=record.id, reason="记错人")
    assert (asked.kind, asked.payload["points"], acts.available(ANNA)) == ("undo", 15, 15)
    approved = proposals.approve_proposal(replace(door.uow, actor=TREASURER), book=book, proposal_id=asked.id)
    found = queries.get_transaction(door.uow.session, door.ledger.id, approved.result_id)
    assert (found.reverses_id, found.evidence, found.actor_id) == (record.transaction_id, "记错人", TREASURER.id)
    assert found.cause == f"hours:activity-1:{ANNA}:once:rev"
    with pytest.raises(errors.AlreadyReversed):
        undoing.propose_undo(door.uow, book=book, award_id=record.id, reason="again")


def test_of_two_requests_for_one_award_the_second_is_refused(door):
    record, book = door.one().record, door.ledger.book.code
    one, two = (undoing.propose_undo(door.uow, book=book, award_id=record.id, reason=r) for r in ("a", "b"))
    treasurer = replace(door.uow, actor=TREASURER)
    proposals.approve_proposal(treasurer, book=book, proposal_id=one.id)
    with pytest.raises(errors.AlreadyReversed):
        proposals.approve_proposal(treasurer, book=book, proposal_id=two.id)
    assert two.state == "open"


def test_a_coordinator_asks_for_own_awards_only_a_treasurer_for_all(door):
    record, book = door.one().record, door.ledger.book.code
    stranger = replace(door.uow, actor=replace(COORDINATOR, id=uuid4()))
    with pytest.raises(errors.AwardMissing):
        undoing.propose_undo(stranger, book=book, award_id=record.id, reason="not mine")
    treasurer = replace(door.uow, actor=TREASURER)
    assert undoing.propose_undo(treasurer, book=book, award_id=record.id, reason="seen").state == "open"
    with pytest.raises(errors.AwardPaidNothing):
        undoing.propose_undo(door.uow, book=book, award_id=door.one(subject="2", minutes=0).record.id, reason="?")


@pytest.mark.parametrize(("closed", "left"), [(False, 40), (True, 15)])
def test_what_an_allotment_gave_comes_back_to_it_and_goes_on_to_the_budget_when_it_is_closed(door, acts, closed, left):
    allotment = acts.allot(named("team"), 40, spender_ids=(COORDINATOR.id,))
    record = door.award(fact(allotment_id=allotment, performed_on=date(2026, 6, 10)))[0].record
    if closed:
        points.close_allotment(door.uow, book=acts.book.code, allotment_id=allotment)
    undo(door, record)
    assert acts.trial()["allotment"] == left
    assert acts.trial()["sponsor_budget"] == 100_000 - left
    points.close_allotments_step(door.uow, acts.book.code, None)
    assert acts.trial()["allotment"] == (0 if closed else 40)
