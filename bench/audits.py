"""The audit's speed, and its memory as the ledger grows."""

import re
import resource
import subprocess
import sys
import time

from bench.places import ROOT, Place, Server, environment
from bench.table import Row, at_least, at_most


def measure(server: Server, small: Place, large: Place, label: str) -> list[Row]:
    """Entries per second of `flask points audit`, and peak memory at `label` entries over that at 100 thousand."""
    _, little_memory, _ = _audit(server, small)
    seconds, memory, entries = _audit(server, large)
    return [
        at_least(
            f"audit at {label}, entries per second / 300,000",
            [entries / seconds / 300_000],
            1.0,
            f"{entries:,} entries in {seconds:.0f} s; the one claim that is an absolute rate, on 2 shared cores",
        ),
        at_most(
            f"audit's memory at {label} / at 100 thousand",
            memory / little_memory,
            1.3,
            f"peak of the largest process: {memory / 1024:.0f} MiB",
        ),
    ]


def _audit(server: Server, place: Place) -> tuple[float, float, int]:
    """Seconds, peak KiB of the child processes so far, entries. Run the small one first: peaks only rise."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "points", "audit"]
    started = time.perf_counter()
    told = subprocess.run(
        command, cwd=ROOT, env=environment(server, place), capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if told.returncode:
        raise RuntimeError(f"the audit of {place.name} is not clean:\n{told.stdout[-2000:]}{told.stderr[-2000:]}")
    found = re.search(r"([\d,]+) entries", told.stdout)
    if found is None:
        raise RuntimeError(f"the audit did not say how many entries it read:\n{told.stdout[-500:]}")
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, int(found[1].replace(",", ""))
