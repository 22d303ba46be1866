"""A database on which commits are real."""

import psycopg
import pytest

from tests.points import committed, invariants
from tests.points.committed import commit_ledger


@pytest.fixture(scope="module")
def place(servers, template):
    """A database of this module's own, with room for many connections."""
    with committed.open_place(servers, template, pool_size=50) as place:
        yield place


@pytest.fixture
def sound(place):
    """Make a book; when the test is over it must be sound."""
    made = []

    def make(**options):
        made.append(commit_ledger(**options))
        return made[-1]

    yield make
    with psycopg.connect(place.database.superuser_url) as connection:
        for ledger in made:
            assert invariants.list_wrongs(invariants.fetch_on(connection), ledger.id) == []
