"""A shop on a sound ledger, and a resident with points."""

import pytest

from app.merchants import service
from tests.merchants.settled import plain_terms
from tests.merchants.till import Till
from tests.points.api import Api
from tests.points.conftest import acts, ledger
from tests.points.ledger import ANNA

__all__ = ["acts", "api", "ledger", "shop", "till"]


@pytest.fixture
def shop(acts):
    """A shop of the book; Anna holds 100 points at 10 fen, good to June 2028."""
    acts.award(ANNA, 100)
    plain_terms(acts.uow, acts.book.code)
    return service.open_shop(acts.uow, book=acts.book.code, name="忠义面馆", street="忠义街")


@pytest.fixture
def till(acts, shop):
    """The till of `shop` at NOW."""
    return Till(acts.uow, acts.book.code, shop.id)


@pytest.fixture
def api(client, bearer, acts):
    """Requests to the book."""
    return Api(client, bearer, acts.book.code)
