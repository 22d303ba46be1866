"""Acts that take two people."""

from dataclasses import replace
from uuid import uuid4

import pytest
import sqlalchemy
from sqlalchemy.exc import IntegrityError

from app.kernel.actor import Actor, Role
from app.points import errors
from app.points.service import minting, proposals
from app.points.terms import ProposalState
from tests.points.ledger import Acts, open_ledger

FIRST = Actor(id=uuid4(), roles=frozenset({Role.TREASURER}))
SECOND = Actor(id=uuid4(), roles=frozenset({Role.TREASURER}))


@pytest.fixture
def book(uow):
    return open_ledger(uow, minted=100, value_fen=0)


@pytest.fixture
def desk(uow, book):
    """(proposer's unit of work, approver's, a proposed mint of 50)."""
    first, second = replace(uow, actor=FIRST), replace(uow, actor=SECOND)
    return first, second, propose(first, book)


def propose(uow, book, points=50):
    return minting.propose_mint(uow, book=book.book.code, budget_id=book.budget_id, points=points, reason="夏季")


def minted(uow, book):
    sums = sqlalchemy.text(
        "SELECT coalesce(sum(s.posted), 0) FROM points_balances s JOIN points_accounts a"
        " ON a.book_id = s.book_id AND a.id = s.account_id WHERE a.book_id = :book AND a.kind = 'sponsor_budget'"
    )
    return uow.session.scalar(sums, {"book": book.id})


def test_nothing_is_made_until_another_person_approves(uow, book, desk):
    _, second, proposal = desk
    assert minted(uow, book) == 100
    approved = proposals.approve_proposal(second, book=book.book.code, proposal_id=proposal.id)
    assert (approved.state, approved.decided_by) == (ProposalState.APPROVED, SECOND.id)
    assert approved.result_id is not None
    assert minted(uow, book) == 150


def test_nobody_decides_an_own_proposal(uow, book, desk):
    first, _, proposal = desk
    for act in (
        lambda: proposals.approve_proposal(first, book=book.book.code, proposal_id=proposal.id),
        lambda: proposals.reject_proposal(first, book=book.book.code, proposal_id=proposal.id, reason="no"),
    ):
        with pytest.raises(errors.ProposalOwn):
            act()
    assert minted(uow, book) == 100


def test_nobody_withdraws_the_proposal_of_another(book, desk):
    first, second, proposal = desk
    with pytest.raises(errors.ProposalMissing):
        proposals.withdraw_proposal(second, book=book.book.code, proposal_id=proposal.id)
    assert proposals.withdraw_proposal(first, book=book.book.code, proposal_id=proposal.id).state == "withdrawn"


@pytest.mark.parametrize("end", ["approve", "reject", "withdraw"])
def test_what_is_decided_stays_decided(uow, book, desk, end):
    first, second, proposal = desk
    code, id_ = book.book.code, proposal.id
    acts = {
        "approve": lambda: proposals.approve_proposal(second, book=code, proposal_id=id_),
        "reject": lambda: proposals.reject_proposal(second, book=code, proposal_id=id_, reason="no"),
        "withdraw": lambda: proposals.withdraw_proposal(first, book=code, proposal_id=id_),
    }
    acts[end]()
    before = minted(uow, book)
    for act in acts.values():
        with pytest.raises(errors.ProposalDecided):
            act()
    assert minted(uow, book) == before


def test_a_proposal_of_another_book_is_missing(uow, book, desk):
    _, second, proposal = desk
    other = open_ledger(uow, minted=0)
    with pytest.raises(errors.ProposalMissing):
        proposals.approve_proposal(second, book=other.book.code, proposal_id=proposal.id)


def test_money_that_was_lacking_leaves_it_open_for_another_try(uow):
    poor = open_ledger(uow, minted=0, value_fen=10)
    first, second = replace(uow, actor=FIRST), replace(uow, actor=SECOND)
    proposal = propose(first, poor)
    with pytest.raises(errors.FundingInsufficient):
        proposals.approve_proposal(second, book=poor.book.code, proposal_id=proposal.id)
    assert (proposal.state, proposal.attempts) == ("open", 1)
    Acts(uow, poor).fund(500)
    assert proposals.approve_proposal(second, book=poor.book.code, proposal_id=proposal.id).attempts == 2
    assert minted(uow, poor) == 50


def test_the_database_refuses_one_person_for_two(session, uow, book, desk):
    proposal = desk[2]
    wrong = sqlalchemy.text(
        "UPDATE points_proposals SET state = 'approved', decided_by = proposed_by, decided_at = proposed_at"
        " WHERE id = :id"
    )
    with pytest.raises(IntegrityError, match="ck_points_proposals_decided"), session.begin_nested():
        session.execute(wrong, {"id": proposal.id})
