"""Runs migrations as the owner role, one process at a time. Started by `flask --app wsgi db …`."""

import sys

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, pool, text

from app.infra.config import EXTENSION
from app.infra.db import Base, database_url

ONE_AT_A_TIME = 5_218_741_936_201  # advisory lock; any fixed number of our own


def include_object(_object: object, name: str | None, kind: str, _reflected: bool, compared_to: object) -> bool:
    """Compare only what is mapped: the queue's tables and the ledger's functions are plain SQL on purpose."""
    return not (kind == "table" and compared_to is None and name not in Base.metadata.tables)


def run() -> None:
    """Migrate online; there is no offline mode, scripts read the database."""
    owner_url = current_app.extensions[EXTENSION].database_owner_url
    if owner_url is None:
        sys.exit(
            "linli: DATABASE_OWNER_URL is not set: migrations need the database's address as the role linli_owner."
        )
    engine = create_engine(database_url(owner_url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.commit()  # the lock is the session's; the migration gets transactions of its own
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=include_object,
            transaction_per_migration=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
