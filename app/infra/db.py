"""The mapped base class, the engine and its connection settings. PostgreSQL only."""

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, Engine, MetaData
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from app.infra.config import Config

SESSIONS = "linli.sessions"
LASTING = "linli.lasting"
INDENT = re.compile(r"\n\s+")
PATH = "linli.path"
"""Where a session keeps the way to the driver, for as long as its transaction lasts."""
CURSORS = "linli.cursors"
"""Where a connection of the driver keeps its cursors."""
PARAMETER = re.compile(r"(?<!:):([a-z_]+)")
Values = Mapping[str, Any] | Sequence[Any]
Rows = Sequence[Sequence[Any]]


class Base(DeclarativeBase):
    """All tables. Constraints are named by convention, so that a migration can name what it drops."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


def database_url(text: str) -> URL:
    """Turn a plain postgresql:// address into one that names the driver."""
    return make_url(text).set(drivername="postgresql+psycopg")


def engine_options(config: Config) -> dict[str, Any]:
    """Bound every wait: for a free connection, for the server, for a statement, for a lock."""
    session_settings = {
        "statement_timeout": config.statement_timeout_ms,
        "lock_timeout": config.lock_timeout_ms,
        "idle_in_transaction_session_timeout": config.idle_in_transaction_timeout_ms,
        "timezone": "UTC",
    }
    return {
        "pool_size": config.pool_size,
        "max_overflow": 0,
        "hide_parameters": True,  # an error in the log shows its statement, never a resident's values
        "pool_timeout": config.pool_timeout_seconds,
        "pool_use_lifo": True,  # idle connections at the bottom of the pile can age out
        "connect_args": {
            "application_name": "linli",
            "connect_timeout": config.connect_timeout_seconds,
            "options": " ".join(f"-c {name}={value}" for name, value in session_settings.items()),
            # a peer that vanished without a word is noticed in seconds, not in the kernel's two hours
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,
        },
    }


def install(app: Flask, config: Config) -> None:
    """Give the application its engine and its one session factory."""
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url(config.database_url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(config)
    db.init_app(app)
    with app.app_context():
        app.extensions[SESSIONS] = sessions_on(db.engine)


def sessions_on(bind: Engine | Connection, **options: Any) -> sessionmaker[Session]:
    """Make the factory of sessions on one database, of which nothing is known yet (see `lasting`)."""
    return sessionmaker(bind, expire_on_commit=False, info={LASTING: {}}, **options)


def new_session() -> Session:
    """Open a session of the current application. Only the unit of work calls this."""
    sessions: sessionmaker[Session] = current_app.extensions[SESSIONS]
    return sessions()


def lasting(session: Session) -> dict[Hashable, Any]:
    """What sessions of this process were told that never becomes untrue, and is asked once. For a few small things."""
    kept: dict[Hashable, Any] = session.info.setdefault(LASTING, {})
    return kept


def fetch(session: Session, statement: str, values: Values, *, flushes: bool = True) -> Rows:
    """Run a statement on the path of a payment, and give its rows as plain tuples.

    It goes to the driver of the session's own connection, in its transaction: the same statement through `execute`
    takes three times as much of the processor, in the hands it passes. Values stand as the driver has them,
    `%(name)s`; errors are the driver's own (see failures). It `flushes` first where `execute` would.
    """
    path = _path(session, flushes=flushes)
    if path.is_watched:
        return path.connection.exec_driver_sql(statement, _given(values)).all()
    rows: Rows = path.cursor.execute(statement, values).fetchall()
    return rows


def fetch_one(session: Session, statement: str, values: Values, *, flushes: bool = True) -> Any:
    """Do what `fetch` does, for the one row there must be; its columns are read by name."""
    path = _path(session, flushes=flushes)
    if path.is_watched:
        return path.connection.exec_driver_sql(statement, _given(values)).one()
    (row,) = path.named_cursor.execute(statement, values)
    return row


def driver_text(statement: str) -> str:
    """Write a statement of ours with `:name` for values as the driver has it, for `fetch` and `run`. No `%` in it.

    Without its indents: what is longer than 4096 characters the driver reads anew each time.
    """
    return PARAMETER.sub(r"%(\1)s", INDENT.sub("\n", statement))


def run(session: Session, statement: str, values: Values, *, flushes: bool = True) -> None:
    """Do what `fetch` does, where no row comes back."""
    path = _path(session, flushes=flushes)
    if path.is_watched:
        path.connection.exec_driver_sql(statement, _given(values))
    else:
        path.cursor.execute(statement, values)


def run_many(session: Session, statement: str, rows: Sequence[Values]) -> None:
    """Do what `run` does for many rows, in one round trip."""
    path = _path(session, flushes=True)
    if path.is_watched:
        path.connection.exec_driver_sql(statement, [_given(values) for values in rows])
    else:
        path.cursor.executemany(statement, rows)


class _Path:
    """The way past SQLAlchemy for one transaction: its connection, and cursors for all its statements.

    To ask the session each time, and to make a cursor each time, costs more than some statements: the cursors stay with
    the driver's connection for as long as that lives.
    """

    def __init__(self, session: Session) -> None:
        self.connection = session.connection()
        self.transaction, self.savepoint = session.get_transaction(), session.get_nested_transaction()
        kept = self.connection.info.get(CURSORS)
        if kept is None:
            driver: Any = self.connection.connection.driver_connection
            self.connection.info[CURSORS] = kept = driver.cursor(), driver.cursor(row_factory=namedtuple_row)
        self.cursor, self.named_cursor = kept

    def is_of(self, session: Session) -> bool:
        """It is still the same transaction and savepoint: one is made when the session is asked in it first."""
        return self.transaction is session.get_transaction() and self.savepoint is session.get_nested_transaction()

    @property
    def is_watched(self) -> bool:
        """Somebody counts or explains statements: they go the long way."""
        return bool(self.connection.dispatch.before_cursor_execute)


def _path(session: Session, *, flushes: bool) -> _Path:
    if flushes and session.autoflush:
        session.flush()
    path: _Path | None = session.info.get(PATH)
    if path is None or not path.is_of(session):
        session.info[PATH] = path = _Path(session)
    return path


def _given(values: Values) -> Any:
    return dict(values) if isinstance(values, Mapping) else tuple(values)
