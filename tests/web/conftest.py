import functools

import pytest

from app.factory import create_app
from tests.fixtures.databases import closed_at_the_end
from tests.web import toy


@pytest.fixture(scope="session")
def build_app():
    """Here the application also has the toy routes."""
    return functools.partial(create_app, more=[toy.blueprint])


@pytest.fixture(scope="session")
def application(database, build_app):
    """This folder's own application: the one of the other tests has no toy routes."""
    yield from closed_at_the_end(build_app(database.config()))
