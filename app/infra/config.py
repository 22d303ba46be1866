"""All settings of Linli: read once from the environment, checked, frozen. Nothing else reads the environment."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from typing import Any, cast
from urllib.parse import urlsplit

DEMO_TOKEN_SECRET = "linli-demo-secret-known-to-everyone-never-production"  # noqa: S105 - public on purpose, refused in production
SECRET_BYTES_MIN = 32
EXTENSION = "linli.config"  # where an application keeps its Config


class Mode(StrEnum):
    """Which liberties the program takes."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class SettingError(Exception):
    """A setting is missing or wrong. Its text is one sentence that names the setting and what would be right."""


def _mode(text: str) -> Mode:
    if text not in set(Mode):
        raise ValueError("production, demo or test")
    return Mode(text)


def _url(*schemes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        right = f"an address such as {schemes[0]}://user:password@host:port/name"
        try:
            parts = urlsplit(text)
            _ = parts.port  # reading it is what checks it
        except ValueError:
            raise ValueError(right) from None
        if parts.scheme not in schemes or not (parts.netloc or parts.query):
            raise ValueError(right)
        return text

    return read


def _whole(minimum: int, maximum: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 18 and minimum <= int(text) <= maximum):
            raise ValueError(f"a whole number from {minimum} to {maximum}")
        return int(text)

    return read


def _secret(text: str) -> str:
    if len(text.encode()) < SECRET_BYTES_MIN:
        raise ValueError(f"a secret of at least {SECRET_BYTES_MIN} bytes")
    return text


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.upper() not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return text.upper()

    return read


def _bind(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not (host and colon and (host == "unix" or (port.isascii() and port.isdigit() and 0 < int(port) < 65536))):
        raise ValueError("an address to listen on such as 127.0.0.1:8000 or unix:/run/linli.sock")
    return text


def _setting(
    name: str, read: Callable[[str], object], meaning: str, *, default: Any = MISSING, secret: bool = False
) -> Any:
    metadata = {"name": name, "read": read, "meaning": meaning, "secret": secret}
    if default is MISSING:
        return field(metadata=metadata, repr=not secret)
    return field(default=default, metadata=metadata, repr=not secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every setting of one process. Durations end in their unit."""

    mode: Mode = _setting("LINLI_MODE", _mode, "What this installation is: `production`, `demo` or `test`.")
    database_url: str = _setting(
        "DATABASE_URL",
        _url("postgresql", "postgresql+psycopg"),
        "PostgreSQL (15 to 18) as the application's own role `linli_app`, which may not change the schema.",
        secret=True,
    )
    redis_url: str = _setting(
        "REDIS_URL",
        _url("redis", "rediss", "unix"),
        "Redis or Valkey: rate windows and caches, never points.",
        secret=True,
    )
    database_owner_url: str | None = _setting(
        "DATABASE_OWNER_URL",
        _url("postgresql", "postgresql+psycopg"),
        "The same database as the role `linli_owner`; only migrations use it, web and worker do without.",
        default=None,
        secret=True,
    )
    token_secret: str = _setting(
        "LINLI_TOKEN_SECRET",
        _secret,
        "Signs access tokens; at least 32 bytes. Required in production; demo and test have a public one.",
        default=DEMO_TOKEN_SECRET,
        secret=True,
    )
    log_level: str = _setting(
        "LINLI_LOG_LEVEL",
        _one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        "Least severity that is logged.",
        default="INFO",
    )
    body_bytes_max: int = _setting(
        "LINLI_BODY_BYTES_MAX", _whole(1024, 64 * 1024 * 1024), "Largest request body, in bytes.", default=1024 * 1024
    )
    pool_size: int = _setting(
        "LINLI_POOL_SIZE", _whole(1, 200), "Database connections a process holds at most.", default=10
    )
    pool_timeout_seconds: int = _setting(
        "LINLI_POOL_TIMEOUT_SECONDS", _whole(1, 60), "Wait for a free connection before answering 503.", default=5
    )
    connect_timeout_seconds: int = _setting(
        "LINLI_CONNECT_TIMEOUT_SECONDS", _whole(2, 60), "Wait for PostgreSQL to accept a connection.", default=5
    )
    statement_timeout_ms: int = _setting(
        "LINLI_STATEMENT_TIMEOUT_MS", _whole(100, 600_000), "Longest run of one SQL statement.", default=15_000
    )
    lock_timeout_ms: int = _setting(
        "LINLI_LOCK_TIMEOUT_MS",
        _whole(50, 60_000),
        "Longest wait for a lock, per attempt (three attempts).",
        default=3_000,
    )
    idle_in_transaction_timeout_ms: int = _setting(
        "LINLI_IDLE_IN_TRANSACTION_TIMEOUT_MS",
        _whole(1_000, 600_000),
        "PostgreSQL ends a transaction that does nothing for so long.",
        default=30_000,
    )
    redis_timeout_ms: int = _setting(
        "LINLI_REDIS_TIMEOUT_MS", _whole(10, 10_000), "Longest wait for Redis.", default=500
    )

    web_bind: str = _setting(
        "LINLI_WEB_BIND", _bind, "Where the web server listens, host:port or unix:/path.", default="127.0.0.1:8000"
    )
    web_workers: int = _setting("LINLI_WEB_WORKERS", _whole(1, 64), "Web server processes.", default=2)
    web_threads: int = _setting("LINLI_WEB_THREADS", _whole(1, 64), "Threads of each web process.", default=8)
    worker_jobs_max: int = _setting(
        "LINLI_WORKER_JOBS_MAX", _whole(1, 32), "Short background jobs a worker runs at the same time.", default=2
    )
    worker_long_jobs_max: int = _setting(
        "LINLI_WORKER_LONG_JOBS_MAX",
        _whole(1, 32),
        "Steps of imports a worker runs beside them, at most one of each book.",
        default=2,
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Config":
        """Read and check all settings. Refuses with SettingError on the first that is missing or wrong."""
        values: dict[str, Any] = {}
        for spec in fields(cls):
            text = environment.get(spec.metadata["name"], "").strip()
            if text:
                values[spec.name] = _read(spec.metadata["name"], spec.metadata["read"], text)
            elif spec.default is MISSING:
                message = f"{spec.metadata['name']} is not set: it must be {_hint(spec.metadata['read'])}."
                raise SettingError(message)
        config = cls(**values)
        config._check_together()
        return config

    @classmethod
    def from_process(cls) -> "Config":
        """Read this process's own environment; a wrong setting ends the process with its sentence and exit code 2."""
        try:
            return cls.from_environment(os.environ)
        except SettingError as error:
            sys.stderr.write(f"linli: {error}\n")
            raise SystemExit(2) from None

    def _check_together(self) -> None:
        if self.mode is Mode.PRODUCTION and self.token_secret == DEMO_TOKEN_SECRET:
            message = (
                "LINLI_TOKEN_SECRET is not set or is the demo's: production needs one of its own of at least 32 bytes."
            )
            raise SettingError(message)

    @property
    def takes_demo_liberties(self) -> bool:
        """Say whether development tokens and the demo clock are allowed."""
        return self.mode in {Mode.DEMO, Mode.TEST}


def _read(name: str, read: Callable[[str], object], text: str) -> object:
    try:
        return read(text)
    except ValueError as error:
        message = f"{name} is wrong: it must be {error}."  # the value stays out of it: it may hold a password
        raise SettingError(message) from None


def _hint(read: Callable[[str], object]) -> str:
    try:
        read("")
    except ValueError as error:
        return str(error)
    return "set"


def settings_table() -> list[tuple[str, str, str]]:
    """List (name, default, meaning) of every setting, in order, for docs/operations.md."""
    return [
        (
            cast("str", spec.metadata["name"]),
            _default_text(spec.default, secret=spec.metadata["secret"]),
            cast("str", spec.metadata["meaning"]),
        )
        for spec in fields(Config)
    ]


def _default_text(default: object, *, secret: bool) -> str:
    if default is MISSING:
        return "required"
    if default is None:
        return "none"
    return "public demo secret (demo and test only)" if secret else str(default)
