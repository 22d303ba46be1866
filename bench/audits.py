"""The audit's speed, and its memory as the ledger grows: its own processes and the database's behind them."""

import re
import subprocess
import sys
import tempfile
import time

import psutil

from bench.places import ROOT, Place, Server, environment
from bench.table import Row, at_least, at_most

SAMPLE_SECONDS = 0.1
MIB = 1024 * 1024


def measure(server: Server, middle: Place, large: Place, label: str) -> list[Row]:
    """Entries per second of `flask points audit`, and peak memory at `label` entries over that at a quarter of them."""
    _, quarter, _ = _audit(server, middle)
    seconds, memory, entries = _audit(server, large)
    return [
        at_least(
            f"audit at {label}, entries per second / 300,000",
            [entries / seconds / 300_000],
            1.0,
            f"{entries:,} entries in {seconds:.0f} s; the one claim that is an absolute rate",
        ),
        at_most(
            f"audit's memory at {label} / at a quarter",
            memory / quarter,
            1.3,
            f"peak {memory / MIB:.0f} MiB private in all, the database's processes included; sorts spill over work_mem",
        ),
    ]


def _audit(server: Server, place: Place) -> tuple[float, int, int]:
    """Seconds, peak private bytes of all processes that take part, entries."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "points", "audit"]
    with tempfile.TemporaryFile("w+") as said:
        started = time.perf_counter()
        audit = subprocess.Popen(command, cwd=ROOT, env=environment(server, place), stdout=said, stderr=said)
        peak = 0
        while audit.poll() is None:
            peak = max(peak, private_bytes(audit.pid, place.name))
            time.sleep(SAMPLE_SECONDS)
        seconds = time.perf_counter() - started
        said.seek(0)
        text = said.read()
    if audit.returncode:
        raise RuntimeError(f"the audit of {place.name} is not clean:\n{text[-3000:]}")
    found = re.search(r"([\d,]+) entries", text)
    if found is None:
        raise RuntimeError(f"the audit did not say how many entries it read:\n{text[-500:]}")
    return seconds, peak, int(found[1].replace(",", ""))


def private_bytes(pid: int, database: str) -> int:
    """Memory that only these processes have: the audit's tree, and the backends serving its database."""
    total = 0
    for process in psutil.process_iter(["pid", "ppid", "cmdline"]):
        words = " ".join(process.info["cmdline"] or ())
        if pid in (process.info["pid"], process.info["ppid"]) or (
            words.startswith("postgres:") and f" {database} " in words
        ):
            try:
                total += process.memory_full_info().uss
            except psutil.Error:
                continue
    return total
