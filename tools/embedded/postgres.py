"""A PostgreSQL of our own: initialised once, on 127.0.0.1 only, with passwords, checksums and fsync."""

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg

from tools.embedded import process
from tools.embedded.account import Account, plain_environment
from tools.embedded.binaries import Programs
from tools.embedded.process import Child, Step
from tools.refusal import Refusal

SUPERUSER = "postgres"
# Fast shutdown first: open sessions are ended, everything committed is written. The later steps need recovery, lose
# nothing either, and are for a server that hangs.
STEPS = (Step(signal.SIGINT, 30), Step(signal.SIGQUIT, 10))
SERVING_NAMES = frozenset({"postgres"})
START_SECONDS = 300.0  # recovery after a crash may have much to replay
PORT_TRIES = 3


class Postgres:
    """The server whose data is in `folder`; `start` and `stop` may be called again and again."""

    def __init__(self, folder: Path, *, programs: Programs, account: Account, log: Path, password: str) -> None:
        self.folder = folder
        self.settings: dict[str, str] = {}  # beside those of every start
        self.port = 0
        self.found_orphan = False
        self._programs = programs
        self._account = account
        self._log = log
        self._password = password
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The running server process."""
        if self._child is None:
            raise RuntimeError("the server has not been started")
        return self._child

    def start(self) -> Child:
        """Make the data when there is none, end an orphan, start, and return when the server answers."""
        if not self.folder.exists():
            self._initialise()
        self._check_version()
        self.found_orphan = process.end_orphan(self.folder / "postmaster.pid", self.folder, SERVING_NAMES, STEPS)
        preferred = self._last_port()
        for _ in range(PORT_TRIES):
            self.port = process.free_port(self.port or preferred)
            self._child = self._launch()
            if process.wait_until(self._answers_or_ended, seconds=START_SECONDS) and not self._child.ended():
                return self._child
            self._child.stop()
            if not process.port_in_use("127.0.0.1", self.port):
                break
        raise Refusal(f"PostgreSQL {self.child.how_it_ended()} while starting:\n{process.tail(self._log)}")

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def url(self, *, user: str = SUPERUSER, password: str | None = None, database: str = SUPERUSER) -> str:
        secret = quote(self._password if password is None else password, safe="")
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}"

    def _initialise(self) -> None:
        """Make the data under another name first: a folder under its final name is whole."""
        draft = self.folder.with_name(f"{self.folder.name}.making")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        secret = draft.with_name(f"{draft.name}.secret")
        secret.unlink(missing_ok=True)
        try:
            with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(f"{self._password}\n")
            self._account.own(draft)
            self._account.own(secret)
            made = self._initdb(draft, secret)
        finally:
            secret.unlink(missing_ok=True)
        if made:
            raise Refusal(f"PostgreSQL could not make its data in {self.folder}: {made}")
        draft.rename(self.folder)

    def _initdb(self, draft: Path, secret: Path) -> str:
        """Run initdb; the empty string when it went well, else its words."""
        command: list[str | Path] = [
            self._programs.path / "initdb",
            "--pgdata",
            draft,
            "--username",
            SUPERUSER,
            "--pwfile",
            secret,
        ]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums", "--no-instructions"]
        # Text compares by code point everywhere, so that orders do not change with the machine's C library.
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        tried = self._account.run(*command, *(locale if self._programs.major >= 17 else ["--locale=C"]))
        return "" if tried.returncode == 0 else (tried.stderr or tried.stdout).strip()

    def _check_version(self) -> None:
        made_by = (self.folder / "PG_VERSION").read_text(encoding="ascii").strip()
        if made_by != str(self._programs.major):
            raise Refusal(
                f"The data in {self.folder} is of PostgreSQL {made_by}; {self._programs.path} is "
                f"{self._programs.version}. Name programs of {made_by} with LINLI_POSTGRES_BIN, or dump and load."
            )

    def _last_port(self) -> int | None:
        """The port of last time, so that a console's bookmark stays true; PostgreSQL leaves its own note of it."""
        with suppress(OSError, ValueError, IndexError):
            words = (self.folder / "postmaster.opts").read_text(encoding="utf-8").split("port=")
            return int("".join(c for c in words[1][:5] if c.isdigit()))
        return None

    def _launch(self) -> Child:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "on",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %u@%d ",
            "logging_collector": "off",
        }
        if self.has_statistics():
            settings["shared_preload_libraries"] = "pg_stat_statements"
        settings |= self.settings
        command: list[str | Path] = [self._programs.path / "postgres", "-D", self.folder]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return process.start(
            "PostgreSQL",
            command,
            log=self._log,
            steps=STEPS,
            environment=plain_environment(),
            folder=Path("/"),
            account=self._account,
        )

    def has_statistics(self) -> bool:
        """Whether pg_stat_statements is there: some installed servers come without the contrib modules."""
        return any((self._programs.path.parent / "lib").rglob("pg_stat_statements.*"))

    def _answers_or_ended(self) -> bool:
        if self.child.ended():
            return True
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True
