"""Servers for a test session: in a private temporary folder, gone afterwards, also when nothing started them before."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.embedded import postgres, process, valkey
from tools.embedded.account import account_for
from tools.embedded.servers import servers_in
from tools.refusal import Refusal

SERVER_URL_VARIABLE = "LINLI_TEST_SERVER_URL"
REDIS_URL_VARIABLE = "LINLI_TEST_REDIS_URL"
PREFIX = "linli-test-"
# What is thrown away needs no care of the disk. And autovacuum, coming by after thousands of tests that rolled back,
# counts no rows: the next large batch is then planned as if there were none, and takes a minute.
THROWN_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "256MB",  # it lies in memory, where there is some
}
# A database is a thousand files, and a file system that has just deleted a thousand looks long for room for others:
# making a clone then takes ten times as long on a disk as in memory.
MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is our own
MEMORY_BYTES_MIN = 4 * 2**30


@dataclass(frozen=True, slots=True)
class TestServers:
    """Addresses for tests: a PostgreSQL role that may create databases and roles, and a Valkey or Redis."""

    __test__ = False  # not a class of tests, whatever its name

    server_url: str
    redis_url: str


@contextmanager
def ensure_servers(*, settings: Mapping[str, str] = THROWN_AWAY) -> Iterator[TestServers]:
    """The servers named by LINLI_TEST_SERVER_URL and LINLI_TEST_REDIS_URL, or embedded ones until the block ends.

    `settings` are of the embedded PostgreSQL; none makes it the one that `make run` starts.
    With several test processes, the one that starts the others calls this and passes the addresses on in their
    environment.
    """
    server_url, redis_url = os.environ.get(SERVER_URL_VARIABLE), os.environ.get(REDIS_URL_VARIABLE)
    if server_url and redis_url:
        yield TestServers(server_url, redis_url)
        return
    if server_url or redis_url:
        raise Refusal(f"Set both {SERVER_URL_VARIABLE} and {REDIS_URL_VARIABLE}, or neither.")
    with private_folder(in_memory=settings == THROWN_AWAY) as folder, ExitStack() as stack:
        servers = servers_in(folder, folder / "log")
        servers.postgres.settings.update(settings)
        stack.callback(servers.stop)
        servers.start()
        yield TestServers(servers.server_url, servers.redis_url)


@contextmanager
def private_folder(*, in_memory: bool = False) -> Iterator[Path]:
    """A new temporary folder, removed at the end; what killed sessions left is removed first.

    `in_memory`: in memory, where the system has a folder for that with enough room, and nobody named another.
    """
    parent = _temporary_parent(in_memory=in_memory)
    _sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    folder.chmod(0o711)  # root's servers run as an account that has to pass through
    try:
        with (folder / "lock").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _temporary_parent(*, in_memory: bool) -> Path:
    account = account_for(Path("/nonexistent"))
    parents = [Path(tempfile.gettempdir()), Path("/var/tmp"), Path("/tmp")]  # noqa: S108 - the folder is our own
    if in_memory and "TMPDIR" not in os.environ and _has_room(MEMORY):
        parents.insert(0, MEMORY)
    for parent in parents:
        if parent.is_dir() and account.can_enter(parent):
            return parent
    raise Refusal(f"No temporary folder can be entered by the account '{account.name}'. Name one with TMPDIR.")


def _has_room(folder: Path) -> bool:
    return folder.is_dir() and shutil.disk_usage(folder).free >= MEMORY_BYTES_MIN


def _sweep(parent: Path) -> None:
    """Stop the servers of sessions that were killed, and remove their folders; a held lock means a living session."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            with (folder / "lock").open("r+", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                end_orphans(folder)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def end_orphans(home: Path) -> None:
    """Stop what a killed launcher left running in `home`, each identified by its own data folder."""
    data = home / "postgres"
    process.end_orphan(data / "postmaster.pid", data, postgres.SERVING_NAMES, postgres.STEPS)
    data = home / "valkey"
    process.end_orphan(data / valkey.PID_FILE, data, valkey.SERVING_NAMES, valkey.STEPS)
