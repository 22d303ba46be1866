"""`make run`: the whole of Linli on this machine, from one command, until Ctrl-C.

With DATABASE_URL and REDIS_URL set those servers are used; otherwise a PostgreSQL and a Valkey of the project's own,
whose data stays in var/ (or LINLI_DATA_DIR) from one start to the next.
"""

import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.wechat import world
from tools.embedded import process
from tools.embedded.postgres import Postgres
from tools.embedded.process import Child, Step
from tools.embedded.servers import servers_in
from tools.embedded.valkey import Valkey
from tools.refusal import Refusal
from tools.run_state import RUN_ID_VARIABLE, RunState
from tools.screen import welcome
from tools.supervision import Interruption, Stopped, Supervisor

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8080
READY_SECONDS = 60.0
# Gunicorn and the worker finish what they are doing on SIGTERM.
GRACEFUL = (Step(signal.SIGTERM, 40), Step(signal.SIGQUIT, 5))
AT_ONCE = (Step(signal.SIGTERM, 10),)


@dataclass(frozen=True, slots=True)
class Bind:
    """Where the web server listens."""

    host: str
    port: int

    @property
    def base_url(self) -> str:
        """Where a client on this machine finds it."""
        host = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(self.host, self.host)  # noqa: S104 - recognised, not bound
        return f"http://{host}:{self.port}"


def main(arguments: list[str]) -> int:
    """Run until somebody asks to stop (status 0) or something cannot go on (status 1); `stop` ends a running one."""
    state = RunState(data_folder())
    try:
        if arguments == ["stop"]:
            say(state.stop_running())
            return 0
        state.take()
        bind = bind_from(os.environ)
        return _Run(state, bind).run()
    except Refusal as refusal:
        print(f"linli: {refusal}", file=sys.stderr, flush=True)
        return 1


def data_folder() -> Path:
    """`var` in the project, or the folder named by LINLI_DATA_DIR."""
    return (ROOT / os.environ.get("LINLI_DATA_DIR", "var")).resolve()


def bind_from(environment: Mapping[str, str]) -> Bind:
    """LINLI_WEB_BIND (host:port), or 127.0.0.1 with LINLI_PORT; refuses a port that is none or is taken."""
    text = environment.get("LINLI_WEB_BIND") or f"{DEFAULT_HOST}:{environment.get('LINLI_PORT') or DEFAULT_PORT}"
    host, _, port = text.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Refusal(
            f"'{text}' is no address to listen on: LINLI_PORT must be a number up to 65535, LINLI_WEB_BIND host:port."
        )
    bind = Bind(host, int(port))
    problem = process.why_not_listen(host.strip("[]"), bind.port)
    if problem == "in use":
        other = process.free_port(bind.port + 1)
        holder = process.who_listens(bind.port) or "another program"
        raise Refusal(
            f"Port {port} on {host} is already in use by {holder}. "
            f"Stop that, or choose another port: LINLI_PORT={other} make run"
        )
    if problem:
        raise Refusal(
            f"This account cannot listen on {text} ({problem}). Choose another address: LINLI_PORT=8081 make run"
        )
    return bind


def say(line: str) -> None:
    """Show a line at once, also when the screen is a pipe."""
    print(line, flush=True)


class _Run:
    """One run, from the first server started to the last one stopped."""

    def __init__(self, state: RunState, bind: Bind) -> None:
        self._state = state
        self._bind = bind
        self._logs = data_folder() / "log"
        self._interruption = Interruption()
        self._supervisor = Supervisor(self._interruption, say)
        self._environment = {**os.environ, "LINLI_WEB_BIND": f"{bind.host}:{bind.port}", RUN_ID_VARIABLE: state.run_id}
        self._environment["LINLI_MODE"] = os.environ.get("LINLI_MODE") or "demo"
        self._environment.setdefault("PYTHONUNBUFFERED", "1")
        self._owner_url = os.environ.get("DATABASE_OWNER_URL")
        self._home: Path | None = None
        self._wechat_url: str | None = None

    def run(self) -> int:
        """Start, show where to look, watch, stop."""
        self._interruption.install()
        began = time.monotonic()
        try:
            self._start()
            self._publish("running")
            took = time.monotonic() - began
            where = {"base_url": self._bind.base_url, "wechat_url": self._wechat_url}
            say(welcome(**where, mode=self._mode, logs=self._logs, seconds=took))
            self._supervisor.watch()
        except Stopped:
            pass
        finally:
            self._stop()
        return 0

    @property
    def _mode(self) -> str:
        return self._environment["LINLI_MODE"]

    def _start(self) -> None:
        for name in self._state.end_orphans():
            say(f"Stopped the {name} that a killed start had left.")
        self._find_servers()
        say("Bringing the database up to date.")
        self._stand_in_for_wechat()
        self._step("migrations", ["-m", "flask", "--app", "wsgi", "db", "upgrade"])
        # Web server and worker do without the owner's rights.
        self._environment.pop("DATABASE_OWNER_URL", None)
        if self._mode == "demo":
            say("Loading the demo neighbourhood.")
            self._step("neighbourhood", ["-m", "sandbox.neighbourhood", "load"])
        say("Starting the web server and the worker.")
        self._supervisor.keep(lambda: self._child("worker", ["-m", "flask", "--app", "wsgi", "worker"]))
        self._supervisor.keep(
            lambda: self._child("web server", ["-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"])
        )
        self._supervisor.wait_for(self._ready, seconds=READY_SECONDS, what=f"{self._bind.base_url}/readyz")

    def _find_servers(self) -> None:
        """Use the servers that were named, or start our own; refuses when only one of the two was named."""
        given = [name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)]
        if len(given) == 1:
            missing = {"DATABASE_URL": "REDIS_URL", "REDIS_URL": "DATABASE_URL"}[given[0]]
            both = "set both to use your servers, or neither for embedded ones"
            raise Refusal(f"{given[0]} is set but {missing} is not: {both}.")
        if given:
            say("Using the servers of DATABASE_URL and REDIS_URL.")
            return
        servers = servers_in(data_folder(), self._logs)
        for note in servers.notes:
            say(f"  {note}")
        self._supervisor.keep(lambda: _on_its_port(servers.postgres))
        self._supervisor.keep(lambda: _on_its_port(servers.valkey))
        servers.prepare_database()
        self._environment |= {
            "DATABASE_URL": servers.app_url,
            "DATABASE_OWNER_URL": servers.owner_url,
            "REDIS_URL": servers.redis_url,
        }
        self._owner_url = servers.owner_url
        self._home = servers.home

    def _stand_in_for_wechat(self) -> None:
        """In demo mode, unless a WeChat was named: the stand-in, with an account for everybody of the neighbourhood."""
        if self._mode != "demo" or any(name.startswith("LINLI_WECHAT_") for name in os.environ):
            return
        port = process.free_port(self._bind.port + 10)
        self._environment |= world.settings(f"http://127.0.0.1:{port}")
        self._wechat_url = f"http://127.0.0.1:{port}"
        command = ["-m", "sandbox.wechat", "--port", str(port), "--push-url", f"{self._bind.base_url}/v1/wechat/push"]
        self._supervisor.keep(lambda: self._child("stand-in of WeChat", command, steps=AT_ONCE))

    def _step(self, name: str, arguments: list[str]) -> None:
        """Run a command of the application that ends by itself."""
        self._supervisor.run_to_end(self._child(name, arguments, steps=AT_ONCE))

    def _child(self, name: str, arguments: list[str], steps: tuple[Step, ...] = GRACEFUL) -> Child:
        log = self._logs / f"{name.replace(' ', '-')}.log"
        command = [sys.executable, *arguments]
        child = process.start(f"The {name}", command, log=log, steps=steps, environment=self._environment, folder=ROOT)
        self._state.remember(name, child.process.pid)
        return child

    def _ready(self) -> bool:
        # No proxy of the environment stands between us and ourselves.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self._bind.base_url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _publish(self, state: str) -> None:
        self._state.publish(
            {
                "state": state,
                "mode": self._mode,
                "base_url": self._bind.base_url,
                "docs_url": f"{self._bind.base_url}/docs",
                "database_url": self._environment.get("DATABASE_URL"),
                "database_owner_url": self._owner_url,
                "redis_url": self._environment.get("REDIS_URL"),
                "wechat_url": self._wechat_url,
                "logs": str(self._logs),
            }
        )

    def _stop(self) -> None:
        self._publish("stopping")
        if names := self._supervisor.names():
            say(f"Stopping {names}.")
            self._supervisor.stop()
            say(f"Stopped. Everything is kept{f' in {self._home}' if self._home else ''}.")
        self._state.withdraw()


def _on_its_port(server: Postgres | Valkey) -> Child:
    """Start a server, or start it again: then only on the port that web server and worker know."""
    known = server.port
    child = server.start()
    if known and server.port != known:
        child.stop()
        raise Refusal(f"{child.name} fell and its port {known} was taken by another program meanwhile. Start again.")
    return child


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
