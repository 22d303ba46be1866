"""One snapshot of the database, seen by several connections at once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import cast

import psycopg
from sqlalchemy import Connection, Engine, text

# Sorting and hashing stay within this much memory per step and go to disk beyond it.
SESSION = {
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "client_encoding": "UTF8",  # textsend() gives texts in it, and digests are of UTF-8
    "work_mem": "64MB",
    "hash_mem_multiplier": "2",
    "jit": "off",  # compiling costs more than the statements of one range
    "cursor_tuple_fraction": "1",  # cursors are read to the end
    "max_parallel_workers_per_gather": "0",  # the audit's own workers share the work
    "enable_nestloop": "off",  # right for few rows only, and statistics may be missing; lookups still find their index
}

_SETTLE = text("SELECT set_config(:setting, :value, true)")


@contextmanager
def open_snapshot(engine: Engine, *, connections: int) -> Iterator[Sequence[Connection]]:
    """Open `connections` read-only connections that all see the database as it is now, whatever happens meanwhile."""
    with ExitStack() as stack:
        opened = [_open(stack, engine)]
        name = opened[0].scalar(text("SELECT pg_export_snapshot()"))
        for _ in range(connections - 1):
            other = _open(stack, engine)
            other.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{name}'")  # takes no parameters; the server made the name
            opened.append(other)
        for connection in opened:
            settle(connection, SESSION)
        yield opened


def _open(stack: ExitStack, engine: Engine) -> Connection:
    connection = stack.enter_context(engine.connect())
    return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def settle(connection: Connection, settings: Mapping[str, str]) -> None:
    """Set PostgreSQL's settings for the rest of the transaction."""
    for setting, value in settings.items():
        connection.execute(_SETTLE, {"setting": setting, "value": value})


def stop(connections: Sequence[Connection]) -> None:
    """End what each connection is doing; its thread sees the statement fail."""
    for connection in connections:
        cast("psycopg.Connection[object]", connection.connection.driver_connection).cancel()
