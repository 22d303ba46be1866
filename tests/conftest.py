"""Fixtures of every test: real PostgreSQL, real Redis, one database per worker, one savepoint per test."""

from tests.fixtures.databases import (
    app,
    database,
    owner_connection,
    real_commits,
    servers,
    superuser_url,
    template,
)
from tests.fixtures.people import bearer, client, person
from tests.fixtures.sockets import loopback_only
from tests.fixtures.work import session, uow

__all__ = [
    "app",
    "bearer",
    "client",
    "database",
    "loopback_only",
    "owner_connection",
    "person",
    "real_commits",
    "servers",
    "session",
    "superuser_url",
    "template",
    "uow",
]
