"""The mapped base class, the engine and its connection settings. PostgreSQL only."""

from typing import Any

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from app.infra.config import Config

SESSIONS = "linli.sessions"


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
        app.extensions[SESSIONS] = sessionmaker(db.engine, expire_on_commit=False)


def new_session() -> Session:
    """Open a session of the current application. Only the unit of work calls this."""
    sessions: sessionmaker[Session] = current_app.extensions[SESSIONS]
    return sessions()
