"""A passbook goes into another: what moves, what stays, who may, and what is refused afterwards."""

from dataclasses import replace
from datetime import date

import pytest

from app.points import errors, queries, service
from app.points.queries import list_lots
from app.points.rules.years import Flow
from app.points.service import proposals, years
from app.points.service.audit import audit_snapshot
from app.points.terms import ExpiryPolicyKind
from tests.points.ledger import ANNA, BORIS, CLERK, Acts, named, open_ledger

CAROL = named("carol")
SOON, LATE = date(2026, 7, 31), date(2026, 12, 31)


def lots(acts, who):
    """(expiry day, budget) → (points, money) of what is not empty, lapsed lots included."""
    found = list_lots(acts.uow.session, acts.ledger.id, acts.ledger.passbook(who), today=date(2020, 1, 1))
    return {(lot.expires_on, lot.budget_id): (lot.points_left, lot.cost_left_fen) for lot in found}


def debt(acts, who):
    return service.show_passbook(acts.uow, book=acts.book.code, owner_id=who).owed


def owe(acts, who, points=20, spent=12):
    """An award proves wrong after a part of it was spent."""
    wrong = acts.award(who, points)
    acts.redeem(who, spent)
    acts.claw_back(wrong.subject_id)


def closing(acts, who):
    return queries.successors_of(acts.uow.session, acts.ledger.id, [who]).get(who)


def test_every_lot_goes_over_with_its_day_its_budget_and_its_money(acts, uow):
    other = service.create_budget(uow, acts.ledger.id, sponsor_id=acts.ledger.sponsor_id, name="2", point_value_fen=3)
    acts.fund(300)
    service.mint_points(uow, acts.ledger.id, cause="second", budget_id=other.id, points=100)
    row = service.OpeningBalance("second budget", ANNA, 9, SOON)
    service.take_over_balances(uow, acts.book, budget_id=other.id, balances=[row])
    acts.opening(ANNA, 40, SOON)
    acts.award(ANNA, 30)
    acts.opening(BORIS, 5, SOON)  # a lot of the same day and budget: they join
    acts.redeem(ANNA, 7)
    trial, had = acts.trial(), lots(acts, ANNA)
    assert len(had) == 3
    done = acts.transfer(ANNA, BORIS)
    first = (SOON, acts.ledger.budget_id)
    assert lots(acts, BORIS) == had | {first: (had[first][0] + 5, had[first][1] + 50)}
    assert (lots(acts, ANNA), acts.figures(ANNA).posted) == ({}, 0)
    assert acts.trial() == trial
    assert (closing(acts, ANNA).successor_id, closing(acts, ANNA).transaction_id) == (BORIS, done.result_id)


def test_nothing_moves_until_another_person_approves(acts):
    acts.award(ANNA, 30)
    proposal = acts.propose_transfer(ANNA, BORIS)
    assert (acts.available(ANNA), closing(acts, ANNA)) == (30, None)
    with pytest.raises(errors.ProposalOwn):
        proposals.approve_proposal(replace(acts.uow, actor=CLERK), book=acts.book.code, proposal_id=proposal.id)
    acts.approve(proposal)
    assert (acts.available(ANNA), acts.available(BORIS)) == (0, 30)


def test_lapsed_points_stay_and_expire_where_they_are(acts):
    acts.opening(ANNA, 40, acts.uow.now.date())
    acts.award(ANNA, 30)
    later = acts.later(days=1)
    later.transfer(ANNA, BORIS, "death")
    assert (later.figures(ANNA).posted, later.figures(BORIS).posted) == (40, 30)
    assert later.expire().points == 40


def test_a_closed_passbook_spends_and_holds_nothing_and_is_not_thawed(acts):
    acts.award(ANNA, 30)
    held = acts.hold(ANNA, 10, seconds=60)
    later = acts.later(minutes=2)
    later.transfer(ANNA, BORIS)  # the hold's time was over
    for act in (lambda: later.redeem(ANNA, 1), lambda: later.hold(ANNA, 1)):
        with pytest.raises(errors.AccountFrozen):
            act()
    with pytest.raises(errors.HoldResolved):
        later.capture(held.hold_id, ANNA)
    with pytest.raises(errors.PassbookClosed):
        service.thaw_owner(later.uow, book=acts.book.code, owner_id=ANNA, reason="please")
    assert later.figures(ANNA).frozen_reason == "moved away"
    later.redeem(BORIS, 30)


def test_a_passbook_frozen_before_says_afterwards_why_it_is_closed(acts):
    acts.award(ANNA, 30)
    acts.freeze(ANNA)
    acts.transfer(ANNA, BORIS)
    assert (acts.figures(ANNA).frozen_reason, acts.available(BORIS)) == ("moved away", 30)


def test_points_set_aside_are_waited_for(acts):
    acts.award(ANNA, 30)
    proposal = acts.propose_transfer(ANNA, BORIS)
    held = acts.hold(ANNA, 10)
    with pytest.raises(errors.PassbookHeld) as refused:
        acts.approve(proposal)
    assert "10" in refused.value.detail("zh")
    assert (acts.available(ANNA), proposal.state, closing(acts, ANNA)) == (20, "open", None)
    with pytest.raises(errors.PassbookHeld):
        acts.propose_transfer(ANNA, CAROL)
    acts.capture(held.hold_id, ANNA)
    acts.approve(proposal)
    assert acts.available(BORIS) == 20


@pytest.mark.parametrize("kind", ["death", "move", "merge"])
def test_what_is_owed_goes_over_only_between_passbooks_of_one_person(acts, kind):
    owe(acts, ANNA)
    owe(acts, BORIS, 9, 4)
    acts.award(ANNA, 30)
    assert (debt(acts, ANNA), debt(acts, BORIS)) == (12, 4)
    acts.fold()  # a part of the debt is folded, the transfer's is tail
    acts.transfer(ANNA, BORIS, kind)
    expected = (0, 16) if kind == "merge" else (12, 4)
    assert (debt(acts, ANNA), debt(acts, BORIS)) == expected
    acts.fold()
    assert (debt(acts, ANNA), debt(acts, BORIS)) == expected


def test_a_passbook_with_a_debt_alone_is_merged(acts):
    owe(acts, ANNA)
    done = acts.transfer(ANNA, BORIS, "merge")
    assert done.result_id is not None
    assert (debt(acts, BORIS), acts.figures(BORIS).posted) == (12, 0)


def test_an_empty_passbook_is_closed_all_the_same(acts):
    acts.award(ANNA, 5)
    acts.redeem(ANNA, 5)
    done = acts.transfer(ANNA, BORIS, "death")
    assert (done.state, done.result_id, closing(acts, ANNA).transaction_id) == ("approved", None, None)
    with pytest.raises(errors.AccountFrozen):
        acts.redeem(ANNA, 1)


def test_nobody_transfers_to_oneself_from_nowhere_or_to_another_book(acts, uow):
    acts.award(ANNA, 5)
    with pytest.raises(errors.TransferToSelf):
        acts.propose_transfer(ANNA, ANNA)
    with pytest.raises(errors.AccountMissing):
        acts.propose_transfer(named("nobody"), ANNA)
    other = Acts(uow, open_ledger(uow))
    with pytest.raises(errors.AccountMissing):  # her passbook is in the first book
        other.propose_transfer(ANNA, BORIS)
    other.award(BORIS, 7)
    acts.transfer(ANNA, BORIS)
    assert (other.available(BORIS), acts.available(BORIS)) == (7, 5)


def test_a_closed_passbook_takes_nothing_and_is_not_given_to_two(acts):
    acts.award(ANNA, 5)
    acts.award(CAROL, 5)
    early = acts.propose_transfer(CAROL, ANNA)
    acts.transfer(ANNA, BORIS)
    with pytest.raises(errors.SuccessorClosed):
        acts.propose_transfer(CAROL, ANNA)
    with pytest.raises(errors.SuccessorClosed):  # proposed while it was open
        acts.approve(early)
    with pytest.raises(errors.PassbookClosed):
        acts.propose_transfer(ANNA, CAROL)
    with pytest.raises(errors.SuccessorClosed):
        acts.propose_transfer(BORIS, ANNA)
    assert acts.available(CAROL) == 5


def test_who_took_over_may_be_closed_later_and_the_way_leads_on(acts):
    acts.award(ANNA, 5)
    acts.transfer(ANNA, BORIS)
    acts.transfer(BORIS, CAROL)
    assert {closing(acts, who).successor_id for who in (ANNA, BORIS)} == {CAROL}
    assert closing(acts, CAROL) is None
    assert acts.available(CAROL) == 5


@pytest.mark.parametrize("kind", ["merge", "death", "move"])
def test_a_refund_into_a_closed_passbook_goes_on_to_the_one_that_is_open(acts, kind):
    acts.award(ANNA, 30)
    bought = acts.redeem(ANNA, 10)
    acts.transfer(ANNA, BORIS, kind)
    acts.transfer(BORIS, CAROL, "merge")
    row = closing(acts, ANNA)
    for _ in range(2):  # asked again it is answered again, and nothing more moves
        acts.refund(bought.subject_id, ANNA, 4, cause="brought back")
        assert (acts.figures(ANNA).posted, acts.figures(BORIS).posted, acts.available(CAROL)) == (0, 0, 24)
    acts.later(days=800).refund(bought.subject_id, ANNA, 6)  # its lot lapsed: into days of grace
    assert acts.figures(CAROL).posted == 30
    acts.uow.session.refresh(row)
    assert row.owner_id == BORIS
    acts.uow.session.flush()
    assert audit_snapshot([acts.uow.session.connection()]).counts == {}


def test_a_purchase_reversed_after_the_passbook_was_closed_goes_on_as_well(acts):
    acts.award(ANNA, 30)
    bought = acts.redeem(ANNA, 10)
    acts.transfer(ANNA, BORIS)
    acts.reverse(bought.subject_id)
    assert (acts.figures(ANNA).posted, acts.available(BORIS)) == (0, 30)


@pytest.mark.parametrize("spent", [0, 12, 20])
def test_an_award_that_proves_wrong_after_a_merge_is_taken_back_from_the_passbook_that_is_open(acts, spent):
    wrong = acts.award(ANNA, 20)
    acts.transfer(ANNA, CAROL, "merge")
    acts.transfer(CAROL, BORIS, "merge")
    if spent:
        acts.redeem(BORIS, spent)
    acts.claw_back(wrong.subject_id)
    assert (debt(acts, ANNA), debt(acts, CAROL), debt(acts, BORIS), acts.available(BORIS)) == (0, 0, spent, 0)
    acts.uow.session.flush()
    assert audit_snapshot([acts.uow.session.connection()]).counts == {}


def test_lapsed_points_that_a_merge_left_behind_are_taken_back_where_they_are(acts):
    wrong = acts.award(ANNA, 20)
    later = acts.later(days=800)
    later.transfer(ANNA, BORIS, "merge")
    later.award(BORIS, 5)
    later.claw_back(wrong.subject_id)
    assert (debt(acts, ANNA), debt(acts, BORIS), later.available(BORIS)) == (0, 0, 5)
    assert acts.figures(ANNA).posted == 0


def test_what_expired_in_either_of_two_merged_passbooks_is_not_owed(acts):
    one, two = acts.award(ANNA, 20), acts.award(BORIS, 10)
    acts.redeem(ANNA, 5)
    acts.transfer(ANNA, BORIS, "merge")
    acts.later(days=800).expire()
    for wrong in (one, two):
        acts.claw_back(wrong.subject_id)
    assert (debt(acts, ANNA), debt(acts, BORIS), acts.trial()["breakage"]) == (0, 5, 0)


def test_a_debt_does_not_follow_points_that_were_handed_on_to_somebody_else(acts):
    wrong = acts.award(ANNA, 20)
    acts.transfer(ANNA, BORIS, "merge")
    acts.transfer(BORIS, CAROL, "move")  # to somebody else: nobody owes for another
    acts.claw_back(wrong.subject_id)
    assert (debt(acts, ANNA), debt(acts, BORIS), debt(acts, CAROL), acts.available(CAROL)) == (0, 20, 0, 20)


def test_the_year_after_a_merge_is_that_of_the_person(acts):
    """Of both passbooks together: what moved between them is neither earned nor other."""
    acts.award(ANNA, 30)
    acts.redeem(ANNA, 8)
    july = acts.on(date(2026, 7, 2))
    july.award(BORIS, 5)
    july.transfer(ANNA, BORIS, "merge")
    july.redeem(BORIS, 2)
    year = years.show_passbook_year(july.uow, book=acts.book.code, owner_id=BORIS, year=2026)
    assert (year.flow, year.opening, year.closing) == (Flow(earned=35, spent=10), 0, 25)
    assert [month.balance for month in year.months[4:8]] == [0, 22, 25, None]
    assert year.entries == 6
    old = years.show_passbook_year(july.uow, book=acts.book.code, owner_id=ANNA, year=2026)
    assert (old.flow, old.closing) == (Flow(earned=30, spent=8, other=-22), 0)
    january = acts.on(date(2027, 1, 2))
    assert years.show_passbook_year(january.uow, book=acts.book.code, owner_id=BORIS, year=2027).opening == 25


def test_a_year_begins_with_what_the_merged_passbook_had(acts):
    acts.award(ANNA, 30)
    january = acts.on(date(2027, 1, 2))
    january.transfer(ANNA, BORIS, "merge")
    year = years.show_passbook_year(january.uow, book=acts.book.code, owner_id=BORIS, year=2027)
    assert (year.opening, year.closing, year.flow) == (30, 30, Flow())


def test_what_somebody_else_left_one_is_other_in_ones_year(acts):
    acts.award(ANNA, 30)
    acts.transfer(ANNA, BORIS, "death")
    year = years.show_passbook_year(acts.uow, book=acts.book.code, owner_id=BORIS, year=2026)
    assert (year.flow, year.closing) == (Flow(other=30), 30)


def test_yearly_points_keep_their_day_in_a_book_of_another_policy_by_then(uow):
    acts = Acts(uow, open_ledger(uow, validity_months=6, fixed_day=(12, 31)))
    acts.award(ANNA, 10)
    service.change_expiry_policy(
        uow,
        book=acts.book.code,
        expiry_policy=ExpiryPolicyKind.ROLLING,
        expiry_month=None,
        expiry_day=None,
        validity_months=None,
        reason="decided",
    )
    acts.transfer(ANNA, BORIS)
    assert lots(acts, BORIS) == {(LATE, acts.ledger.budget_id): (10, 100)}


def test_a_transfer_is_not_reversed_and_an_award_that_went_over_is_clawed_back_from_its_owner(acts):
    award = acts.award(ANNA, 30)
    done = acts.transfer(ANNA, BORIS)
    with pytest.raises(errors.CorrectionNotReversible):
        acts.reverse(done.result_id)
    with pytest.raises(errors.AlreadySpent):
        acts.reverse(award.subject_id)
    acts.claw_back(award.subject_id)
    assert (debt(acts, ANNA), acts.available(BORIS)) == (30, 30)
