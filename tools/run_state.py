"""What one `make run` leaves in its folder for others: who runs, where to reach it, which processes are its own."""

import fcntl
import json
import os
import signal
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from tools.embedded.account import make_folder
from tools.embedded.process import Step, end_found, wait_until
from tools.refusal import Refusal

RUN_ID_VARIABLE = "LINLI_RUN_ID"
# Their database has ended with the launcher or ends next, so there is little left to finish.
ORPHAN_STEPS = (Step(signal.SIGTERM, 8),)
STOP_SECONDS = 120.0


class RunState:
    """The files of a run in `folder`, held by a lock that the kernel releases even when the launcher is killed.

    `run.json` says where the running system is and is gone when it has stopped; `children.json` names the processes
    that a killed launcher may leave behind, recognised by the id of their run in their environment.
    """

    def __init__(self, folder: Path) -> None:
        self.run_id = uuid.uuid4().hex
        self.run_file = folder / "run.json"
        self._children_file = folder / "children.json"
        self._lock_file = folder / "run.lock"
        self._lock: Any = None
        self._children: dict[str, int] = {}

    def take(self) -> None:
        """Become the one launcher of this folder; waits for one that is on its way out, refuses when one is running."""
        make_folder(self._lock_file.parent, 0o755)
        self._lock = self._lock_file.open("a+", encoding="utf-8")
        if not self._try_lock() and not (
            self._holder_is_leaving() and wait_until(self._try_lock, seconds=STOP_SECONDS)
        ):
            where = self.read().get("base_url", "still starting")
            raise Refusal(
                f"Linli is already running from this folder ({where}). Stop it with Ctrl-C there, or with: make stop"
            )
        self._lock.truncate(0)
        self._lock.write(f"{os.getpid()} {os.getppid()}\n")
        self._lock.flush()

    def stop_running(self) -> str:
        """End the launcher that holds the lock, and wait for it; a sentence that says what happened."""
        if not self._lock_file.exists():
            return "Linli is not running from this folder."
        self._lock = self._lock_file.open("a+", encoding="utf-8")
        if self._try_lock():
            return "Linli is not running from this folder."
        with suppress(ProcessLookupError):
            os.kill(self._holder()[0], signal.SIGTERM)
        if not wait_until(self._try_lock, seconds=STOP_SECONDS):
            raise Refusal(f"Linli (process {self._holder()[0]}) has not stopped within {STOP_SECONDS:.0f} seconds.")
        return "Stopped."

    def read(self) -> dict[str, Any]:
        """The content of run.json, empty when nothing runs."""
        try:
            return dict(json.loads(self.run_file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def publish(self, content: dict[str, Any]) -> None:
        """Write run.json, readable for its owner only: it holds addresses with passwords."""
        _write_private(self.run_file, {**content, "run_id": self.run_id, "pid": os.getpid()})

    def withdraw(self) -> None:
        """Say that nothing runs here any more."""
        for path in (self.run_file, self._children_file):
            path.unlink(missing_ok=True)

    def remember(self, name: str, pid: int) -> None:
        """Note a child that has LINLI_RUN_ID in its environment."""
        self._children[name] = pid
        _write_private(self._children_file, {"run_id": self.run_id, "children": self._children})

    def end_orphans(self) -> list[str]:
        """End what a killed launcher left behind, each one recognised by its run's id; their names."""
        try:
            left = json.loads(self._children_file.read_text(encoding="utf-8"))
            candidates = {name: psutil.Process(pid) for name, pid in left["children"].items() if psutil.pid_exists(pid)}
        except (OSError, ValueError, KeyError, psutil.NoSuchProcess):
            return []
        orphans = {name: process for name, process in candidates.items() if _belongs_to(process, left["run_id"])}
        end_found(list(orphans.values()), ORPHAN_STEPS)
        return list(orphans)

    def _try_lock(self) -> bool:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _holder(self) -> tuple[int, int]:
        """Process id of the launcher that holds the lock, and of what started it."""
        self._lock.seek(0)
        words = self._lock.read().split()
        return (int(words[0]), int(words[1])) if len(words) == 2 else (0, 0)

    def _holder_is_leaving(self) -> bool:
        """Whether the holder is stopping, or is about to because the `make` that started it is gone."""
        pid, parent = self._holder()
        try:
            return self.read().get("state") == "stopping" or psutil.Process(pid).ppid() != parent
        except (psutil.NoSuchProcess, ValueError):
            return True


def _belongs_to(process: psutil.Process, run_id: str) -> bool:
    try:
        return bool(process.environ().get(RUN_ID_VARIABLE) == run_id)
    except (psutil.Error, OSError):
        return False


def _write_private(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
    draft.replace(path)
