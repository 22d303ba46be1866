"""Running pgbench and reading what it says."""

import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

CLIENTS = 16
TPCB_SCALE = 50


def prepare_tpcb(pgbench: str, url: str) -> None:
    """Create pgbench's own tables at scale 50."""
    subprocess.run([pgbench, "-i", "-q", "-s", str(TPCB_SCALE), url], check=True, capture_output=True)


def tpcb(pgbench: str, url: str, seconds: int) -> float:
    """Transactions per second of pgbench's TPC-B, prepared."""
    return _run([pgbench, "-M", "prepared", "-n", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds), url])


def scripts(pgbench: str, url: str, texts: Sequence[str], seconds: int, *, clients: int = CLIENTS) -> float:
    """Transactions per second of our own scripts, drawn with equal chance. A failed transaction fails the bench."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for index, text in enumerate(texts):
            path = Path(folder) / f"{index}.sql"
            path.write_text(text, encoding="utf-8")
            files += ["-f", str(path)]
        command = [pgbench, "-M", "prepared", "-n", "-c", str(clients), "-j", "2", "-T", str(seconds), *files, url]
        return _run(command)


def _run(command: Sequence[str]) -> float:
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([0-9.]+)", told.stdout)
    if told.returncode != 0 or found is None or "aborted" in told.stderr:
        raise RuntimeError(f"pgbench failed:\n{told.stderr[-2000:]}")
    return float(found[1])
