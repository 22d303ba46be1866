"""A passbook goes into another while it is used: no point is lost, none is there twice, nobody waits for ever."""

import pytest
from sqlalchemy import text

from app.points import errors
from tests.points.committed import commit
from tests.points.ledger import ANNA, BORIS, named
from tests.races.contest import meet_at, names, together

CAROL = named("carol")
CLOSED = "SELECT owner_id, successor_id FROM points_successors WHERE book_id = :book"


def posted(ledger, *people) -> list[int]:
    return [commit(ledger, lambda a, who=who: a.figures(who).posted) for who in people]


def closed(ledger) -> set:
    rows = commit(ledger, lambda a: a.uow.session.execute(text(CLOSED), {"book": ledger.id}).all())
    return {tuple(row) for row in rows}


@pytest.fixture
def ledger(sound):
    """Anna has 100, Boris 10; the shop's accounts are there, so that nobody waits for who opens them."""
    made = sound()
    commit(made, lambda a: (a.award(ANNA, 130), a.redeem(ANNA, 30), a.award(BORIS, 10)))
    return made


def test_a_redemption_meets_a_transfer(place, ledger):
    proposal = commit(ledger, lambda a: a.propose_transfer(ANNA, BORIS))
    works = [lambda a: a.approve(proposal), lambda a: a.redeem(ANNA, 40)]
    moved, spent = meet_at(place, ledger, ledger.passbook(ANNA), works)
    assert moved.state == "approved"
    if isinstance(spent, errors.AccountFrozen):
        assert posted(ledger, ANNA, BORIS) == [0, 110]
    else:
        assert posted(ledger, ANNA, BORIS) == [0, 70]


def test_a_hold_meets_a_transfer_and_one_of_them_waits_for_the_other(place, ledger):
    proposal = commit(ledger, lambda a: a.propose_transfer(ANNA, BORIS))
    works = [lambda a: a.approve(proposal), lambda a: a.hold(ANNA, 40)]
    answers = names(meet_at(place, ledger, ledger.passbook(ANNA), works))
    assert answers in (["Proposal", "AccountFrozen"], ["PassbookHeld", "HoldPlaced"])
    assert posted(ledger, ANNA, BORIS) == ([0, 110] if answers[0] == "Proposal" else [100, 10])


def test_a_capture_a_release_and_a_transfer(place, ledger):
    hold = commit(ledger, lambda a: a.hold(ANNA, 40)).hold_id
    commit(ledger, lambda a: a.release(hold))
    proposal = commit(ledger, lambda a: a.propose_transfer(ANNA, BORIS))
    works = [lambda a: a.approve(proposal), lambda a: a.capture(hold, ANNA), lambda a: a.redeem(ANNA, 100)]
    meet_at(place, ledger, ledger.passbook(ANNA), works)
    anna, boris = posted(ledger, ANNA, BORIS)
    assert (anna, boris) in {(0, 110), (0, 10)}


def test_one_passbook_goes_to_one_of_two(place, ledger):
    works = []
    for heir in (BORIS, CAROL):
        proposal = commit(ledger, lambda a, heir=heir: a.propose_transfer(ANNA, heir))
        works.append(lambda a, proposal=proposal: a.approve(proposal))
    answers = names(meet_at(place, ledger, ledger.passbook(ANNA), works))
    assert sorted(answers) == ["PassbookClosed", "Proposal"]
    assert posted(ledger, ANNA, BORIS, CAROL) in ([0, 110, 0], [0, 10, 100])
    assert len(closed(ledger)) == 1


def test_two_passbooks_cannot_go_into_each_other(place, ledger):
    works = []
    for pair in ((ANNA, BORIS), (BORIS, ANNA)):
        proposal = commit(ledger, lambda a, pair=pair: a.propose_transfer(*pair))
        works.append(lambda a, proposal=proposal: a.approve(proposal))
    answers = names(together(place, ledger, works))
    assert sorted(answers) == ["Proposal", "SuccessorClosed"]
    assert sorted(posted(ledger, ANNA, BORIS)) == [0, 110]


def test_who_takes_over_is_closed_at_the_same_moment(place, ledger):
    commit(ledger, lambda a: a.award(CAROL, 1))
    works = []
    for pair in ((ANNA, BORIS), (BORIS, CAROL)):
        proposal = commit(ledger, lambda a, pair=pair: a.propose_transfer(*pair))
        works.append(lambda a, proposal=proposal: a.approve(proposal))
    first, second = names(meet_at(place, ledger, ledger.passbook(BORIS), works))
    assert second == "Proposal"
    if first == "Proposal":  # through Boris to Carol
        assert posted(ledger, ANNA, BORIS, CAROL) == [0, 0, 111]
    else:
        assert first == "SuccessorClosed"
        assert posted(ledger, ANNA, BORIS, CAROL) == [100, 0, 11]


def test_a_clawback_meets_a_merge_and_the_debt_is_somewhere_once(place, ledger):
    wrong = commit(ledger, lambda a: a.award(ANNA, 20)).subject_id
    proposal = commit(ledger, lambda a: a.propose_transfer(ANNA, BORIS, "merge"))
    works = [lambda a: a.approve(proposal), lambda a: a.claw_back(wrong)]
    meet_at(place, ledger, ledger.passbook(ANNA), works)
    anna, boris = posted(ledger, ANNA, BORIS)
    # either the points went back to the budget before, or they went over and are owed
    owed = -commit(ledger, lambda a: sum(line.amount for line in debts(a)))
    assert (anna, boris, owed) in {(0, 110, 0), (0, 130, 20)}


def debts(acts):
    query = """SELECT e.amount FROM points_entries e
                 JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id
                WHERE a.book_id = :book AND a.kind = 'clawback' AND a.owner_id IN (:anna, :boris)"""
    values = {"book": acts.ledger.id, "anna": ANNA, "boris": BORIS}
    return acts.uow.session.execute(text(query), values).all()


def test_many_transfers_and_purchases_at_once(place, ledger):
    """Every passbook of a crowd goes into the one reserve passbook, while each is spent from."""
    people = [named(f"crowd {number}") for number in range(12)]
    commit(ledger, lambda a: [a.award(who, 50) for who in people])
    works = []
    for who in people:
        proposal = commit(ledger, lambda a, who=who: a.propose_transfer(who, BORIS))
        works += [lambda a, proposal=proposal: a.approve(proposal), lambda a, who=who: a.redeem(who, 20)]
    answers = together(place, ledger, works)
    assert set(names(answers)) <= {"Proposal", "Outcome", "AccountFrozen"}
    spent = 20 * names(answers).count("Outcome")
    assert posted(ledger, *people) == [0] * 12
    assert posted(ledger, BORIS) == [10 + 600 - spent]
