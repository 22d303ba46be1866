"""Fixtures of places."""

import pytest

from tests.places.ground import Ground, lay


@pytest.fixture
def ground(uow) -> Ground:
    """A district with a street and the community of the book meilihua."""
    return lay(uow)
