import functools

import pytest

from app.factory import create_app
from tests.web import toy


@pytest.fixture(scope="session")
def build_app():
    """Here the application also has the toy routes."""
    return functools.partial(create_app, more=[toy.blueprint])
