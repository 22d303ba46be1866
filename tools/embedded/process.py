"""Server processes: started so that they cannot be lost, found again by their own data folder, stopped in steps."""

import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import psutil

from tools.embedded.account import Account

POLL_SECONDS = 0.02
LOG_BYTES_MAX = 10 * 1024 * 1024
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Step:
    """Ask a process to end with `signal`, and wait so long for it."""

    signal: signal.Signals
    seconds: float


@dataclass(slots=True)
class Child:
    """A process of ours, its log, and the steps that end it gracefully."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    steps: Sequence[Step]

    def ended(self) -> bool:
        return self.process.poll() is not None

    def how_it_ended(self) -> str:
        status = self.process.poll()
        if status is None:
            return "is running"
        if status < 0:
            return f"was ended by {signal.Signals(-status).name}"
        return f"ended with status {status}"

    def stop(self) -> None:
        """End the process, one step after the other; it is gone when this returns."""
        for step in self.steps:
            if self.ended():
                return
            self.process.send_signal(step.signal)
            try:
                self.process.wait(step.seconds)
            except subprocess.TimeoutExpired:
                continue
        if not self.ended():
            self.process.kill()
            self.process.wait()


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    steps: Sequence[Step],
    environment: Mapping[str, str],
    folder: Path,
    account: Account | None = None,
    text: str | None = None,
) -> Child:
    """Start a child in a session of its own, so that Ctrl-C at the terminal reaches only the launcher.

    Where the kernel can (Linux), the first of `steps` is also what the child gets when the launcher is killed.
    `text` is written to its standard input. Its output is appended to `log`, which the launcher opens: the account
    needs no access to the log's folder.
    """
    with open_log(log) as record:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL if text is None else subprocess.PIPE,
            stdout=record,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=dict(environment),
            start_new_session=True,
            preexec_fn=_end_with_parent(steps[0].signal),  # noqa: PLW1509 - one thread, and it only makes a system call
            **(account.identity() if account else {}),  # type: ignore[call-overload] # a mapping of keyword arguments
        )
    if process.stdin is not None:
        with suppress(BrokenPipeError):  # it has ended already: whoever waits for it says how
            process.stdin.write((text or "").encode())
            process.stdin.close()
    return Child(name, process, log, steps)


def _end_with_parent(end: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None
    parent = os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(end))
        if os.getppid() != parent:
            os._exit(1)

    return ask


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending, with the former one set aside when it has grown large."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
        path.replace(path.with_suffix(f"{path.suffix}.1"))
    return path.open("ab")


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log, indented for the screen."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "    (no log)"
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:]) or "    (empty log)"


def working_in(folder: Path, programs: frozenset[str]) -> list[psutil.Process]:
    """Processes of these programs whose working folder is `folder`: a server stands in its own data folder.

    The name only narrows; what identifies a process is the folder, so servers of others are never meant.
    """
    everybody = psutil.process_iter(["name"])
    return [process for process in everybody if process.info["name"] in programs and _stands_in(process, folder)]


def _stands_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return bool(os.path.realpath(process.cwd()) == os.path.realpath(folder))
    except (psutil.Error, OSError):
        return False


def end_orphan(pid_file: Path, folder: Path, programs: frozenset[str], steps: Sequence[Step]) -> bool:
    """Stop a server that a killed launcher left in `folder`; True when there was one.

    Only the process that `pid_file` names, and only if it stands in `folder`, is signalled; its own children are then
    waited for. A pid that now belongs to another program is left alone, and the file that claims it is removed:
    PostgreSQL would believe the file and refuse to start.
    """
    orphan = _named_in(pid_file)
    if orphan is None:
        return False
    if not _stands_in(orphan, folder):
        if not working_in(folder, programs):
            pid_file.unlink(missing_ok=True)
        return False
    end_found([orphan], steps)
    wait_until(lambda: not working_in(folder, programs), seconds=10)
    return True


def end_found(processes: Sequence[psutil.Process], steps: Sequence[Step]) -> None:
    """End processes that are not our children, each step for all of them at once; killed when no step helps."""
    for step in (*steps, Step(signal.SIGKILL, 5)):
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(step.signal)
        if wait_until(lambda: all(is_gone(process) for process in processes), seconds=step.seconds):
            return


def is_gone(process: psutil.Process) -> bool:
    """Whether it has ended; one that nobody has collected yet (an idle first process of a container) counts as gone."""
    try:
        return not process.is_running() or bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _named_in(pid_file: Path) -> psutil.Process | None:
    try:
        return psutil.Process(int(pid_file.read_text(encoding="ascii").split()[0]))
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return None


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Poll until the condition holds; False when it did not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def free_port(preferred: int | None = None) -> int:
    """A TCP port of 127.0.0.1 that nobody listens on, the preferred one if it is free."""
    if preferred and not port_in_use("127.0.0.1", preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_in_use(host: str, port: int) -> bool:
    """Whether another program listens there."""
    return why_not_listen(host, port) == "in use"


def why_not_listen(host: str, port: int) -> str:
    """The empty string when a server could listen there, "in use", or the system's words for another obstacle.

    Connections of the past that linger are no obstacle.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as failure:
            return "in use" if failure.errno == errno.EADDRINUSE else failure.strerror or str(failure)
    return ""


def who_listens(port: int) -> str | None:
    """Name and id of the process that listens on the port, where this account may know it."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        return None
    return None
