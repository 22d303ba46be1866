"""Adjustments of what a shop is owed: what cannot be proposed. How they are paid: tests/merchants/test_settling.py."""

import pytest

from app.points import errors
from app.points.service import adjusting
from app.points.service.naming import name_owner
from app.points.terms import OwnerKind
from tests.points.ledger import SHOP, named


def propose(acts, shop_id=SHOP, fen=5, sponsor_id=None):
    return adjusting.propose_adjustment(
        acts.uow, book=acts.book.code, shop_id=shop_id, fen=fen, sponsor_id=sponsor_id, reason="对账"
    )


@pytest.fixture
def known(acts):
    name_owner(acts.uow, acts.book.id, owner_id=SHOP, kind=OwnerKind.SHOP, name="忠义面馆")
    acts.uow.session.flush()
    return acts


def test_nothing_is_no_adjustment(known):
    with pytest.raises(errors.AdjustmentZero):
        propose(known, fen=0)


def test_only_a_shop_of_the_book_is_owed_anything(known):
    with pytest.raises(errors.AdjustedShopMissing):
        propose(known, shop_id=named("no shop"))


def test_a_sponsor_that_never_paid_in_bears_nothing(known):
    with pytest.raises(errors.AccountMissing):
        propose(known, sponsor_id=named("no sponsor"))
    assert propose(known).payload["fen"] == 5
