"""Fixtures of the ledger's tests."""

import pytest

from tests.points import invariants
from tests.points.ledger import Acts, Ledger, open_ledger
from tests.properties import profiles

profiles.load()


@pytest.fixture
def ledger(uow) -> Ledger:
    """A book with 100,000 points minted at 10 fen."""
    return open_ledger(uow)


@pytest.fixture
def acts(uow, ledger):
    """The ledger's acts at NOW; afterwards the book must be sound, whatever the test did."""
    yield Acts(uow, ledger)
    assert invariants.list_wrongs(invariants.fetch_in(uow.session), ledger.id) == []
