"""Fixtures of every test: real PostgreSQL, real Redis, one database per worker, one savepoint per test."""

import gc
from contextlib import ExitStack

import pytest

from tests.fixtures import servers as places
from tests.fixtures.databases import (
    app,
    application,
    build_app,
    committing,
    database,
    make_app,
    owner_connection,
    real_commits,
    servers,
    superuser_url,
    template,
)
from tests.fixtures.passwords import real_hasher
from tests.fixtures.people import bearer, client, person
from tests.fixtures.sockets import loopback_only
from tests.fixtures.wear import swept
from tests.fixtures.work import session, uow

__all__ = [
    "app",
    "application",
    "bearer",
    "build_app",
    "client",
    "committing",
    "database",
    "loopback_only",
    "make_app",
    "owner_connection",
    "person",
    "real_commits",
    "real_hasher",
    "servers",
    "session",
    "superuser_url",
    "swept",
    "template",
    "uow",
]

_SERVERS = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers before the workers are: with `-n`, the process that starts them owns what they share."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        _SERVERS.enter_context(places.open_servers())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first: at the end there are short ones for every worker, and none waits for another's long one."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """What is there now stays to the end: no collection need look at it."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Stop the servers this process started."""
    _SERVERS.close()
