"""Fixtures of enrolment's tests."""

import pytest

from tests.enrolment.desk import Desk
from tests.points import invariants
from tests.points.api import Api
from tests.points.ledger import Acts, Ledger, open_ledger


@pytest.fixture
def ledger(uow) -> Ledger:
    """A book with 100,000 points minted at 10 fen."""
    return open_ledger(uow)


@pytest.fixture
def acts(uow, ledger):
    return Acts(uow, ledger)


@pytest.fixture
def desk(client, bearer, ledger, session):
    """A desk of that book; afterwards the book must be sound, whatever the test did."""
    yield Desk(Api(client, bearer, ledger.book.code), ledger, session)
    assert invariants.list_wrongs(invariants.fetch_in(session), ledger.id) == []
