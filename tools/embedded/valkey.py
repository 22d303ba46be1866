"""A Valkey (or Redis) of our own: 127.0.0.1 only, with a password, its append-only file in its own folder."""

import signal
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tools.embedded import process
from tools.embedded.account import Account, plain_environment
from tools.embedded.binaries import Programs
from tools.embedded.process import Child, Step
from tools.refusal import Refusal

STEPS = (Step(signal.SIGTERM, 15),)
SERVING_NAMES = frozenset({"valkey-server", "redis-server"})
START_SECONDS = 60.0
PID_FILE = "valkey.pid"
PORT_TRIES = 3


class Valkey:
    """The server whose data is in `folder`; `start` and `stop` may be called again and again."""

    def __init__(self, folder: Path, *, programs: Programs, account: Account, log: Path, password: str) -> None:
        self.folder = folder
        self.port = 0
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

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def start(self) -> Child:
        """End an orphan, start, and return when the server answers."""
        if not self.folder.exists():
            self.folder.mkdir(mode=0o700)
            self._account.own(self.folder)
        process.end_orphan(self._pid_file, self.folder, SERVING_NAMES, STEPS)
        for _ in range(PORT_TRIES):
            self.port = process.free_port(self.port)
            self._child = self._launch()
            if process.wait_until(self._answers_or_ended, seconds=START_SECONDS) and not self._child.ended():
                return self._child
            self._child.stop()
            if not process.port_in_use("127.0.0.1", self.port):
                break
        raise Refusal(f"Valkey {self.child.how_it_ended()} while starting:\n{process.tail(self._log)}")

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    @property
    def _pid_file(self) -> Path:
        return self.folder / PID_FILE

    def _launch(self) -> Child:
        # What is kept here may be lost without harm, but one-time codes and counters should outlive a restart.
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "requirepass": self._password,
            "dir": f'"{self.folder}"',
            "pidfile": f'"{self._pid_file}"',
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        text = "".join(f"{name} {value}\n" for name, value in settings.items())
        return process.start(
            "Valkey",
            [self._programs.path, "-"],
            log=self._log,
            steps=STEPS,
            environment=plain_environment(),
            folder=Path("/"),
            account=self._account,
            text=text,  # by standard input: a command line would show the password to everyone on the machine
        )

    def _answers_or_ended(self) -> bool:
        if self.child.ended():
            return True
        once = Retry(NoBackoff(), 0)  # we ask again ourselves, sooner than the client would
        client = redis.Redis(host="127.0.0.1", port=self.port, password=self._password, socket_timeout=5, retry=once)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
