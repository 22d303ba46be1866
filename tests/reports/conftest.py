"""The ledger under the reports, and the rules that pay their reporters."""

import pytest

from tests.points.api import Api
from tests.points.conftest import acts, ledger
from tests.points.programme import publish

__all__ = ["acts", "api", "ledger"]


@pytest.fixture(autouse=True)
def rules(request):
    """The usual one pays ten; `report.chosen` what the clerk chooses. Tests without `acts` need none."""
    if "acts" in request.fixturenames:
        acts = request.getfixturevalue("acts")
        publish(acts.uow, acts.ledger, "report.valid", "10 * events")
        publish(acts.uow, acts.ledger, "report.chosen", "chosen", points_max=10_000)


@pytest.fixture
def api(client, bearer, acts):
    """Requests to the book of `ledger`, which must be sound afterwards."""
    return Api(client, bearer, acts.book.code)
