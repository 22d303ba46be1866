"""The ledger on the oldest PostgreSQL that is installed here: its guards and acts once more, on such a server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.servers import ROOT, Servers
from tools.embedded import for_tests
from tools.embedded.binaries import NEWEST_POSTGRES, OLDEST_POSTGRES
from tools.embedded.servers import servers_in

PLACES = {age: Path(f"/usr/lib/postgresql/{age}/bin") for age in range(OLDEST_POSTGRES, NEWEST_POSTGRES)}
INSTALLED = next((folder for folder in PLACES.values() if (folder / "postgres").exists()), None)
CHOSEN = [
    "test_guards.py",
    "test_guards_state.py",
    "test_guards_application.py",
    "test_service_holds.py",
    "test_service_corrections.py",
    "test_service_posting.py",
]
LARGE = "tests/points/test_service_posting.py::test_ten_thousand_awards_are_one_call"
PATIENCE_SECONDS = 600  # half a minute on an idle machine; it only ends what hangs
REGRESSION = "tests/races/test_ledger_races.py::test_two_first_time_spenders_from_nothing_cannot_overspend"


@pytest.mark.slow
@pytest.mark.skipif(INSTALLED is None, reason="no PostgreSQL older than the embedded one is installed here")
def test_the_ledger_stands_on_an_older_server(servers: Servers, monkeypatch):
    monkeypatch.setenv("LINLI_POSTGRES_BIN", str(INSTALLED))
    with for_tests.private_folder(in_memory=True) as folder:
        postgres = servers_in(folder, folder / "log").postgres
        postgres.settings.update(for_tests.THROWN_AWAY)
        postgres.start()
        try:
            run = run_tests(postgres.url(), servers.redis)
        finally:
            postgres.stop()
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert " passed" in run.stdout


def run_tests(server_url: str, redis_url: str) -> subprocess.CompletedProcess[str]:
    """The chosen tests in a process of their own, on that server."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {for_tests.SERVER_URL_VARIABLE: server_url, for_tests.REDIS_URL_VARIABLE: redis_url}
    tests = [*(f"tests/points/{name}" for name in CHOSEN), REGRESSION]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:xdist", "--deselect", LARGE, *tests]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )
