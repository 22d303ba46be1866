"""A `make run` of the tests: its own folder, its own port, its output as it comes."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tools.embedded.process import wait_until

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 300.0  # only ends what hangs: on a machine that others share, an act of seconds takes minutes
INHERITED_NOT = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "LINLI_WEB_BIND",
    "LINLI_PORT",
    "LINLI_POSTGRES_BIN",
)


def environment_of(folder: Path, **changes: str) -> dict[str, str]:
    """The environment of a launcher whose data is in `folder`. As below `make`, it stops when its parent is gone."""
    inherited = {name: value for name, value in os.environ.items() if name not in INHERITED_NOT}
    ours = {"LINLI_DATA_DIR": str(folder), "LINLI_MODE": "test", "MAKELEVEL": "1", "PYTHONUNBUFFERED": "1"}
    return {**inherited, **ours, **changes}


class Launcher:
    """A started launcher; `output` is everything it has said so far."""

    def __init__(self, environment: Mapping[str, str], *command: str) -> None:
        self.process = subprocess.Popen(
            command or (sys.executable, "-m", "tools.run"),
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.output += line

    def says(self, words: str) -> bool:
        """Wait until it has said `words`, or has ended."""
        wait_until(lambda: words in self.output or not self._reader.is_alive(), seconds=PATIENCE_SECONDS)
        return words in self.output

    def ends(self, *, seconds: float = PATIENCE_SECONDS) -> int:
        """Wait for its end and for its last words; the status."""
        status = self.process.wait(seconds)
        self._reader.join(PATIENCE_SECONDS)
        return status

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.ends()


@contextmanager
def launched(environment: Mapping[str, str], *command: str) -> Iterator[Launcher]:
    """A launcher that does not outlive the block."""
    launcher = Launcher(environment, *command)
    try:
        yield launcher
    finally:
        if launcher.process.poll() is None:
            launcher.stop()
        if launcher.process.stdout is not None:
            launcher.process.stdout.close()
