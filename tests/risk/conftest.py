"""Fixtures of anti-fraud's tests."""

import pytest

from tests.points.api import Api
from tests.points.ledger import open_ledger
from tests.risk.facts import Desk


@pytest.fixture
def ledger(uow):
    """A book."""
    made = open_ledger(uow)
    uow.session.flush()
    return made


@pytest.fixture
def desk(uow, ledger):
    """Facts and rules of that book in short words."""
    return Desk(uow, ledger.book)


@pytest.fixture
def api(client, bearer, ledger):
    return Api(client, bearer, ledger.book.code)
