"""`make test` itself: whose servers, whose last words, whose status."""

import signal
import sys
from pathlib import Path

import pytest

from tests.fixtures import servers as places
from tests.tools.launcher import environment_of, launched
from tools.embedded import for_tests

ONE_TEST = "tests/tools/test_run.py::test_the_screen_tells_each_role_how_to_log_in"


def without_servers(folder: Path, **changes: str) -> dict[str, str]:
    named = (for_tests.SERVER_URL_VARIABLE, for_tests.REDIS_URL_VARIABLE)
    return {name: value for name, value in with_servers(folder, **changes).items() if name not in named}


def with_servers(folder: Path, **changes: str) -> dict[str, str]:
    """Those of this session: starting others takes longer than a test that does not ask whose they are."""
    inherited = environment_of(folder, **changes).items()
    return {name: value for name, value in inherited if not name.startswith("PYTEST_")} | {"TMPDIR": "/tmp"}


def test_servers_of_its_own_and_the_last_words_are_of_pytest(tmp_path: Path) -> None:
    with launched(without_servers(tmp_path), sys.executable, "-m", "tools.run_tests", "-n0", ONE_TEST) as run:
        assert run.ends() == 0
    assert " 1 passed in " in run.output.splitlines()[-1]


def test_the_status_is_of_pytest(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "tools.run_tests", "-n0", ONE_TEST, "-k", "nothing_of_that_name")
    with launched(with_servers(tmp_path), *command) as run:
        assert run.ends() == 5


def test_a_signal_stops_pytest_and_the_servers(tmp_path: Path) -> None:
    forever = tmp_path / "test_forever.py"
    forever.write_text("import signal\ndef test_forever():\n    print('up', flush=True)\n    signal.pause()\n")
    command = (sys.executable, "-m", "tools.run_tests", "-n0", "-s", "--rootdir", str(tmp_path), str(forever))
    with launched(without_servers(tmp_path), *command) as run:
        assert run.says("up"), run.output
        assert run.stop(signal.SIGTERM) == 2
        assert "KeyboardInterrupt" in run.output


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"DATABASE_URL": "postgresql://127.0.0.1:9/x"}, "REDIS_URL is not set"),
        ({"REDIS_URL": "redis://127.0.0.1:9/0"}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:9/x", "REDIS_URL": "redis://127.0.0.1:9/0"}, "does not answer"),
        ({for_tests.SERVER_URL_VARIABLE: "postgresql://127.0.0.1:9/x"}, "Set both LINLI_TEST_SERVER_URL"),
    ],
)
def test_servers_that_cannot_serve_are_refused(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    environment = {**without_servers(tmp_path), **changes}
    with launched(environment, sys.executable, "-m", "tools.run_tests", "-n0", ONE_TEST) as run:
        assert run.ends() == 2
    assert words in run.output
    assert "Traceback" not in run.output


def test_a_role_that_may_not_make_databases_is_refused(tmp_path: Path, database: places.Database) -> None:
    environment = without_servers(tmp_path, DATABASE_URL=database.app_url, REDIS_URL=database.redis_url)
    with launched(environment, sys.executable, "-m", "tools.run_tests", "-n0", ONE_TEST) as run:
        assert run.ends() == 2
    assert "is no superuser" in run.output
