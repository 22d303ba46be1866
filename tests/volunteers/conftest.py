"""The ledger under the awards, and a rule that pays whatever the coordinator chooses."""

from dataclasses import replace

import pytest

from app.kernel.actor import Actor, Role
from app.volunteers import service
from tests.points.api import Api
from tests.points.conftest import acts, ledger
from tests.points.ledger import named
from tests.points.programme import publish

__all__ = ["acts", "api", "ledger"]


def generous(uow, book, **changes):
    """Hold back nothing that anti-fraud does not; what a book begins with is tried in test_attack_10."""
    free = {"roster_required": False, "paper_points_max": 1_000_000, "alone_points_max": 1_000_000}
    agree(uow, book, **free | {"sample_permille": 0} | changes)


def agree(uow, book, **policy):
    """Put a policy in force as two treasurers do, whatever it eases."""
    one, other = (
        replace(uow, actor=Actor(named(name), frozenset({Role.TREASURER}))) for name in ("one who sets", "another")
    )
    waits = service.propose_policy(one, book=book, reason="x", **policy)
    return service.approve_policy(other, book=book, proposal_id=waits.proposal.id)


@pytest.fixture(autouse=True)
def rules(uow, acts):
    """`event`: what the coordinator chooses, up to 10,000; `hours`: five for each half hour, 60 a day at most."""
    generous(uow, acts.book.code)
    publish(uow, acts.ledger, "event", "chosen", points_max=10_000)
    publish(uow, acts.ledger, "hours", "minutes // 30 * 5", person_day_max=60)


@pytest.fixture
def api(client, bearer, acts):
    """Requests to the book of `ledger`, which must be sound afterwards."""
    return Api(client, bearer, acts.book.code)
