"""The queue of background jobs, which lives in the same PostgreSQL, so that a job commits with its act."""

from collections.abc import Mapping
from typing import Any, cast

import procrastinate
from sqlalchemy.orm import Session

QUEUE = "linli"

# Deferring needs only a connection of the caller's; the worker opens a connector of its own (app.jobs.worker).
_deferring = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def defer(session: Session, task_name: str, arguments: Mapping[str, object]) -> int:
    """Queue one job on the session's own connection and return its id. Arguments must be plain JSON values."""
    connection = session.connection().connection.driver_connection
    deferrer = _deferring.configure_task(task_name, queue=QUEUE, connection=connection)
    return deferrer.defer(**cast("dict[str, Any]", dict(arguments)))
