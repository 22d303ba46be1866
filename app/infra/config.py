"""All settings of Linli: read once from the environment, checked, frozen. Nothing else reads the environment."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from typing import Any

from app.infra import readers
from app.infra.account_settings import AccountSettings
from app.infra.outside_settings import setting as _setting
from app.infra.readers import Keys

DEMO_SECRET = "linli-demo-secret-known-to-everyone-never-production"  # noqa: S105 - public on purpose, refused in production
DEMO_KEYS = (("demo", DEMO_SECRET),)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(AccountSettings):
    """Every setting of one process. Durations end in their unit."""

    mode: Mode = _setting("LINLI_MODE", _mode, "What this installation is: `production`, `demo` or `test`.")
    database_url: str = _setting(
        "DATABASE_URL",
        readers.url("postgresql", "postgresql+psycopg"),
        "PostgreSQL (15 to 18) as the application's own role `linli_app`, which may not change the schema.",
        secret=True,
    )
    redis_url: str = _setting(
        "REDIS_URL",
        readers.url("redis", "rediss", "unix"),
        "Redis or Valkey: rate windows and caches, never points.",
        secret=True,
    )
    database_owner_url: str | None = _setting(
        "DATABASE_OWNER_URL",
        readers.url("postgresql", "postgresql+psycopg"),
        "The same database as the role `linli_owner`; only migrations use it, web and worker do without.",
        default=None,
        secret=True,
    )
    token_keys: Keys = _setting(
        "LINLI_TOKEN_KEYS",
        readers.keys,
        "Sign access and refresh tokens: name:secret, several with commas between. The first signs, all are good, so "
        "that a new one is put in front and the old one taken out 90 days later. Required in production.",
        default=DEMO_KEYS,
        secret=True,
    )
    vault_keys: Keys = _setting(
        "LINLI_VAULT_KEYS",
        readers.keys,
        "Seal telephone numbers, WeChat ids and second factors in the database: name:secret, the first seals, all "
        "open. Without them what is sealed is lost. Required in production.",
        default=DEMO_KEYS,
        secret=True,
    )
    index_secret: str = _setting(
        "LINLI_INDEX_SECRET",
        readers.secret,
        "Makes sealed numbers findable; at least 32 bytes, never changed: people would not be found again. "
        "Required in production.",
        default=DEMO_SECRET,
        secret=True,
    )
    qr_keys: tuple[tuple[int, str], ...] | None = _setting(
        "LINLI_QR_KEYS",
        readers.versioned_keys,
        "Signs posted codes: `version:secret` pairs with commas between; the highest version signs, one left out is "
        "retired. Without it nothing is posted; demo and test have a public one.",
        default=None,
        secret=True,
    )
    qr_base_url: str | None = _setting(
        "LINLI_QR_BASE_URL",
        readers.url("https", "http"),
        "What posted codes lead to, before `/q/` and the scene. Without it nothing is printed; demo and test have "
        "one of this machine.",
        default=None,
    )
    log_level: str = _setting(
        "LINLI_LOG_LEVEL",
        readers.one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        "Least severity that is logged.",
        default="INFO",
    )
    body_bytes_max: int = _setting(
        "LINLI_BODY_BYTES_MAX",
        readers.whole(1024, 64 * 1024 * 1024),
        "Largest request body, in bytes.",
        default=1024 * 1024,
    )
    pool_size: int = _setting(
        "LINLI_POOL_SIZE", readers.whole(1, 200), "Database connections a process holds at most.", default=10
    )
    pool_timeout_seconds: int = _setting(
        "LINLI_POOL_TIMEOUT_SECONDS",
        readers.whole(1, 60),
        "Wait for a free connection before answering 503.",
        default=5,
    )
    connect_timeout_seconds: int = _setting(
        "LINLI_CONNECT_TIMEOUT_SECONDS", readers.whole(2, 60), "Wait for PostgreSQL to accept a connection.", default=5
    )
    statement_timeout_ms: int = _setting(
        "LINLI_STATEMENT_TIMEOUT_MS", readers.whole(100, 600_000), "Longest run of one SQL statement.", default=15_000
    )
    lock_timeout_ms: int = _setting(
        "LINLI_LOCK_TIMEOUT_MS",
        readers.whole(50, 60_000),
        "Longest wait for a lock, per attempt (three attempts).",
        default=3_000,
    )
    idle_in_transaction_timeout_ms: int = _setting(
        "LINLI_IDLE_IN_TRANSACTION_TIMEOUT_MS",
        readers.whole(1_000, 600_000),
        "PostgreSQL ends a transaction that does nothing for so long.",
        default=30_000,
    )
    redis_timeout_ms: int = _setting(
        "LINLI_REDIS_TIMEOUT_MS", readers.whole(10, 10_000), "Longest wait for Redis.", default=500
    )

    wechat_base_url: str = _setting(
        "LINLI_WECHAT_BASE_URL",
        readers.url("https", "http"),
        "Where WeChat's server API is reached; `https` in production, the stand-in's address elsewhere.",
        default="https://api.weixin.qq.com",
    )
    wechat_appid: str | None = _setting(
        "LINLI_WECHAT_APPID",
        readers.looks_like(r"wx[0-9a-zA-Z]{16}", "the AppID of the mini-program such as wx0123456789abcdef"),
        "AppID of the mini-program; without it nothing of WeChat works.",
        default=None,
    )
    wechat_secret: str | None = _setting(
        "LINLI_WECHAT_SECRET",
        readers.looks_like(r"[0-9a-zA-Z]{32}", "the AppSecret of the mini-program, 32 letters and digits"),
        "AppSecret of the mini-program; set together with the AppID.",
        default=None,
        secret=True,
    )
    wechat_push_token: str | None = _setting(
        "LINLI_WECHAT_PUSH_TOKEN",
        readers.looks_like(r"[0-9a-zA-Z]{3,32}", "the Token of WeChat's message push, 3 to 32 letters and digits"),
        "Token of the message push; without it pushes are refused.",
        default=None,
        secret=True,
    )
    wechat_push_aes_key: str | None = _setting(
        "LINLI_WECHAT_PUSH_AES_KEY",
        readers.aes_key,
        "EncodingAESKey of the message push (safe mode); set together with its token.",
        default=None,
        secret=True,
    )
    wechat_version: str = _setting(
        "LINLI_WECHAT_VERSION",
        readers.one_of("RELEASE", "TRIAL", "DEVELOP"),
        "Which version of the mini-program codes and notices open.",
        default="RELEASE",
    )
    wechat_templates_file: str | None = _setting(
        "LINLI_WECHAT_TEMPLATES_FILE",
        str,
        "Your copy of app/notices/templates.json with the template ids of your console.",
        default=None,
    )
    wechat_calls_max: int = _setting(
        "LINLI_WECHAT_CALLS_MAX",
        readers.whole(1, 32),
        "Calls to WeChat a process has in flight at most, never more than half of its web threads.",
        default=4,
    )

    web_bind: str = _setting(
        "LINLI_WEB_BIND",
        readers.bind,
        "Where the web server listens, host:port or unix:/path.",
        default="127.0.0.1:8000",
    )
    proxies: int = _setting(
        "LINLI_PROXIES",
        readers.whole(0, 5),
        "Proxies of yours before the web server that add to X-Forwarded-For; 0 takes the address of the connection.",
        default=0,
    )
    web_workers: int = _setting("LINLI_WEB_WORKERS", readers.whole(1, 64), "Web server processes.", default=2)
    web_threads: int = _setting("LINLI_WEB_THREADS", readers.whole(1, 64), "Threads of each web process.", default=8)
    worker_jobs_max: int = _setting(
        "LINLI_WORKER_JOBS_MAX",
        readers.whole(1, 32),
        "Short background jobs a worker runs at once.",
        default=2,
    )
    worker_long_jobs_max: int = _setting(
        "LINLI_WORKER_LONG_JOBS_MAX",
        readers.whole(1, 32),
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
        if self.mode is Mode.PRODUCTION:
            for spec in fields(self):
                if spec.default in {DEMO_KEYS, DEMO_SECRET}:
                    self._check_own(spec.metadata["name"], getattr(self, spec.name))
        if problem := self.outside_problem(production=self.mode is Mode.PRODUCTION, appid=self.wechat_appid):
            raise SettingError(problem)
        self._check_wechat()

    def _check_own(self, name: str, value: str | Keys) -> None:
        secrets = [value] if isinstance(value, str) else [secret for _, secret in value]
        if DEMO_SECRET in secrets:
            message = f"{name} is not set or is the demo's: production needs one of its own of at least 32 bytes."
            raise SettingError(message)

    def _check_wechat(self) -> None:
        pairs = [
            ("LINLI_WECHAT_APPID", self.wechat_appid, "LINLI_WECHAT_SECRET", self.wechat_secret),
            ("LINLI_WECHAT_PUSH_TOKEN", self.wechat_push_token, "LINLI_WECHAT_PUSH_AES_KEY", self.wechat_push_aes_key),
        ]
        for one, first, other, second in pairs:
            if (first is None) != (second is None):
                raise SettingError(f"{one} and {other} belong together: set both or neither.")
        if self.wechat_push_token and not self.wechat_appid:
            raise SettingError("LINLI_WECHAT_PUSH_TOKEN is set but LINLI_WECHAT_APPID is not: pushes carry the AppID.")
        if self.mode is Mode.PRODUCTION and not self.wechat_base_url.startswith("https://"):
            raise SettingError("LINLI_WECHAT_BASE_URL is wrong: in production it must begin with https://.")

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
