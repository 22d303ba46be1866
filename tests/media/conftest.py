"""The book under the photos."""

import pytest

from tests.points.api import Api
from tests.points.conftest import acts, ledger

__all__ = ["acts", "api", "ledger"]


@pytest.fixture
def api(client, bearer, acts):
    """Requests to the book of `ledger`."""
    return Api(client, bearer, acts.book.code)
