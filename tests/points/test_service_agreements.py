"""Two books agree, each by two people of its own; either stops it for both."""

from dataclasses import replace
from uuid import uuid4

import pytest

from app.points import errors
from app.points.queries import clearing as clearing_queries
from app.points.service import proposals
from app.points.service.clearing import agreements, transfers
from tests.points.ledger import ANNA, Acts, open_ledger
from tests.points.neighbours import FIRST, Pair, agree, agreed_pair, approve, terms

a_pair = pytest.fixture(agreed_pair, name="pair")


# Agreements


def test_it_is_in_force_only_when_both_sides_approved_the_same_terms(uow):
    pair = Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow)))
    pair.here.award(ANNA, 10)
    agree(uow, pair.here.book.code, terms(pair.there.book.code))
    pair.work()
    with pytest.raises(errors.ClearingNotInForce):
        pair.send(5)
    # other terms there are another agreement
    agree(uow, pair.there.book.code, terms(pair.here.book.code, points_max=400))
    pair.work()
    for back in (False, True):
        with pytest.raises(errors.ClearingNotInForce):
            pair.send(5, back=back)


def test_either_order_of_approvals_ends_in_force_on_both_sides(uow):
    pair = Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow)))
    first = agree(uow, pair.here.book.code, terms(pair.there.book.code))
    assert pair.work() == 1  # told too early: nobody there has approved
    assert agree(uow, pair.there.book.code, terms(pair.here.book.code)) == first
    assert pair.work() == 3
    for acts in (pair.here, pair.there):
        found = clearing_queries.find_agreement(uow.session, acts.ledger.id, first)
        assert found.partner_approved_at is not None


def test_nobody_approves_an_own_proposal_and_agreements_do_not_overlap(pair):
    code, there = pair.here.book.code, pair.there.book.code
    with pytest.raises(errors.ClearingOverlaps):
        agree(pair.here.uow, code, terms(there, points_max=1))
    agreements.stop_agreement(pair.here.uow, book=code, agreement_id=pair.agreement_id, reason="over")
    with pytest.raises(errors.ClearingStopped):
        agree(pair.here.uow, code, terms(there))
    proposed = agreements.propose_agreement(
        replace(pair.here.uow, actor=FIRST), book=code, terms=terms(there, points_max=1), sponsor_id=uuid4(), reason="x"
    )
    with pytest.raises(errors.ProposalOwn):
        agreements_approve(pair, proposed)
    assert approve(pair.here.uow, code, proposed).result_id


def agreements_approve(pair, proposed):
    return proposals.approve_proposal(
        replace(pair.here.uow, actor=FIRST), book=pair.here.book.code, proposal_id=proposed.id
    )


@pytest.mark.parametrize("side", ["here", "there"])
def test_either_side_stops_it_for_both(pair, side):
    acts = getattr(pair, side)
    agreements.stop_agreement(acts.uow, book=acts.book.code, agreement_id=pair.agreement_id, reason="over")
    with pytest.raises(errors.ClearingStopped):
        agreements.stop_agreement(acts.uow, book=acts.book.code, agreement_id=pair.agreement_id, reason="over")
    pair.work()
    for back in (False, True):
        with pytest.raises(errors.ClearingNotInForce):
            pair.send(5, back=back)


def test_an_agreement_stopped_before_the_other_side_approved_never_comes_into_force_there(uow):
    pair = Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow)))
    id_ = agree(uow, pair.here.book.code, terms(pair.there.book.code))
    agreements.stop_agreement(uow, book=pair.here.book.code, agreement_id=id_, reason="over")
    pair.work()
    agree(uow, pair.there.book.code, terms(pair.here.book.code))
    pair.work()
    pair.there.award(ANNA, 5)
    with pytest.raises(errors.ClearingNotInForce):
        pair.send(5, back=True)


def test_an_agreement_of_another_book_is_missing(pair):
    other = open_ledger(pair.here.uow)
    with pytest.raises(errors.ClearingAgreementMissing):
        agreements.stop_agreement(pair.here.uow, book=other.book.code, agreement_id=pair.agreement_id, reason="x")
    with pytest.raises(errors.ClearingAgreementMissing):
        transfers.list_transfers(
            pair.here.uow, book=other.book.code, agreement_id=pair.agreement_id, limit=5, cursor=None
        )


def test_what_is_told_to_a_book_that_is_not_there_is_heard_by_nobody(uow):
    agree(uow, open_ledger(uow).book.code, terms("nowhere"))
    assert Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow))).work() == 1
