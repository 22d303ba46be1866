"""The queue of background jobs, which lives in the same PostgreSQL, so that a job commits with its act.

It has two lanes, each with slots of its own in a worker. What may take many seconds waits in the long one, where each
book has at most one job running: so a book's files delay neither short work nor another book's files.
"""

from collections.abc import Mapping
from typing import Any, cast

import procrastinate
from sqlalchemy import text
from sqlalchemy.orm import Session

SHORT, LONG = "linli", "linli-long"
KEPT_APART: Mapping[str, str] = dict.fromkeys(
    (
        "enrolment.read_file",
        "enrolment.check_rows",
        "enrolment.commit_import",
        "enrolment.clear_lines",
        "enrolment.undo_import",
        "risk.run_backtest",
    ),
    "book_id",
)
"""The jobs of the long lane, and the argument by which they are kept apart: of each value one runs at a time."""
BEFORE = text("SELECT count(*) FROM procrastinate_jobs WHERE lock = :lock AND status IN ('todo', 'doing')")

# Deferring needs only a connection of the caller's; the worker opens a connector of its own (app.jobs.worker).
_deferring = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def defer(session: Session, task_name: str, arguments: Mapping[str, object]) -> int:
    """Queue one job on the session's own connection and return its id. Arguments must be plain JSON values."""
    connection = session.connection().connection.driver_connection
    deferrer = _deferring.configure_task(task_name, connection=connection, **_lane(session, task_name, arguments))
    return deferrer.defer(**cast("dict[str, Any]", dict(arguments)))


def _lane(session: Session, task_name: str, arguments: Mapping[str, object]) -> dict[str, Any]:
    """Where a job waits. In the long lane whoever has much waiting already comes after those who have less."""
    key = KEPT_APART.get(task_name)
    if key is None:
        return {"queue": SHORT}
    lock = f"{task_name.partition('.')[0]}:{arguments[key]}"
    return {"queue": LONG, "lock": lock, "priority": -(session.scalar(BEFORE, {"lock": lock}) or 0)}
