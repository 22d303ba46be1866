"""A database of a module's own, in which a book was really committed: for what a test's savepoint would hide."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Flask

from app.factory import create_app
from app.infra.db import db
from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM
from tests.fixtures import servers as places
from tests.fixtures.servers import Database, Servers
from tests.fixtures.work import NOW
from tests.points.ledger import Acts, Ledger, open_ledger


@dataclass(frozen=True)
class Place:
    """A database, and the application on it."""

    database: Database
    app: Flask


@contextmanager
def open_place(servers: Servers, template: str, *, pool_size: int = 32) -> Iterator[Place]:
    """Clone the template; drop the clone at the end. Threads push `place.app.app_context()`."""
    database = places.clone(servers, template)
    app = create_app(database.config(pool_size=pool_size))
    try:
        with app.app_context():
            yield Place(database, app)
            db.engine.dispose()
    finally:
        places.drop(servers, database)


def commit(ledger: Ledger, act, *, now: datetime = NOW):
    """Run one act on its own, really committed: `commit(ledger, lambda acts: acts.award(ANNA, 5))`."""
    return run_in_transaction(lambda uow: act(Acts(uow, ledger)), actor=SYSTEM, now=now)


def commit_ledger(**options) -> Ledger:
    """Open and commit a book; see `open_ledger`."""
    return run_in_transaction(lambda uow: open_ledger(uow, **options), actor=SYSTEM, now=NOW)


@dataclass(frozen=True)
class Story:
    """What was committed: one of everything that can be tampered with."""

    ledger: Ledger
    award: UUID
    redemption: UUID
    reversal: UUID
    open_hold: UUID
    ended_hold: UUID
    declined_cause: str
    posted_cause: str
