"""Real processes of the system, that may be killed: the web server, and the worker with its jobs and sweeps."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import httpx
import psutil

from tests.fixtures.servers import ROOT
from tests.points.committed import Place


def environment_of(place: Place, mode: str) -> dict[str, str]:
    """What a process of the system is told."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("LINLI_WECHAT_")},
        "LINLI_MODE": mode,
        "DATABASE_URL": place.database.app_url,
        "REDIS_URL": place.database.redis_url,
        "LINLI_LOG_LEVEL": "ERROR",
    }


@contextmanager
def serving(
    place: Place, *, mode: str = "test", workers: int | None = None
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A web server of two processes, as in production."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = environment_of(place, mode) | {"LINLI_WEB_BIND": f"127.0.0.1:{port}"}
    if workers:
        environment["LINLI_WEB_WORKERS"] = str(workers)
    command = [sys.executable, "-m", "gunicorn", "wsgi:application"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        while server.poll() is None:
            with suppress(httpx.TransportError):
                if httpx.get(f"{url}/healthz", trust_env=False).status_code == 200:
                    break
        yield url, server
    finally:
        server.terminate()
        server.wait(timeout=60)


def kill_a_web_process(server: "subprocess.Popen[bytes]") -> None:
    """Kill -9 one of the processes that answer; its requests are cut off wherever they are."""
    psutil.Process(server.pid).children()[0].send_signal(signal.SIGKILL)


@dataclass
class Worker:
    """The process of jobs and sweeps. Killed, it is started again, as a supervisor does."""

    environment: Mapping[str, str]
    process: "subprocess.Popen[bytes]" = field(init=False)

    def start(self) -> None:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=dict(self.environment), stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        """Kill -9 it and its children, each by its id, and start another."""
        family = [*psutil.Process(self.process.pid).children(recursive=True), psutil.Process(self.process.pid)]
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGKILL)
        self.process.wait(timeout=60)
        self.start()


@contextmanager
def working(place: Place, **more: str) -> Iterator[Worker]:
    """The worker on a place; `more` for its environment."""
    worker = Worker(environment_of(place, "test") | more)
    worker.start()
    try:
        yield worker
    finally:
        worker.process.terminate()
        worker.process.wait(timeout=60)
