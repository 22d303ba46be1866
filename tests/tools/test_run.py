"""`make run`: one command up, killed and up again with everything, and down in order."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.fixtures import servers as places
from tests.tools.launcher import Launcher, environment_of, launched
from tools.embedded.for_tests import private_folder
from tools.embedded.process import free_port, is_gone, wait_until
from tools.refusal import Refusal
from tools.run import bind_from
from tools.screen import ROLES, welcome

UP = "Stop, keeping everything"


@pytest.fixture
def folder() -> Iterator[Path]:
    with private_folder() as made:
        yield made


def run_file(folder: Path) -> dict[str, object]:
    return json.loads((folder / "run.json").read_text())


def family(launcher: Launcher) -> list[psutil.Process]:
    return psutil.Process(launcher.process.pid).children(recursive=True)


def is_ready(base_url: object) -> bool:
    try:
        with urllib.request.urlopen(f"{base_url}/readyz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def kill(launcher: Launcher, mark: str) -> None:
    """Kill -9 the child of the launcher whose command line holds `mark`."""
    [child] = [child for child in psutil.Process(launcher.process.pid).children() if mark in " ".join(child.cmdline())]
    child.kill()


@pytest.mark.slow
def test_up_fallen_killed_and_up_again_with_everything_kept(folder: Path) -> None:
    environment = environment_of(folder, LINLI_PORT=str(free_port()), LINLI_WEB_WORKERS="1")
    with launched(environment) as first:
        assert first.says(UP), first.output
        known = run_file(folder)
        assert stat.S_IMODE((folder / "run.json").stat().st_mode) == 0o600
        assert is_ready(known["base_url"])
        with psycopg.connect(str(known["database_owner_url"])) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS points")

        with launched(environment) as second:
            assert second.ends() == 1
            assert f"already running from this folder ({known['base_url']})" in second.output

        for mark, name in (("worker", "The worker"), ("postgres", "PostgreSQL")):
            kill(first, mark)
            assert first.says(f"{name} was ended by SIGKILL; starting it again"), first.output
            assert wait_until(lambda: is_ready(known["base_url"]), seconds=30)

        left = family(first)
        first.process.kill()
        first.ends()

    with launched(environment) as again:
        assert again.says(UP), again.output
        assert all(is_gone(process) for process in left)
        with psycopg.connect(str(run_file(folder)["database_owner_url"])) as connection:
            assert connection.execute("SELECT points FROM kept").fetchone() == (7,)
        running = family(again)
        assert again.stop(signal.SIGINT) == 0
        assert all(is_gone(process) for process in running)
        assert "Stopping web server, worker, Valkey, PostgreSQL." in again.output
        assert "Traceback" not in again.output
    assert not (folder / "run.json").exists()


@pytest.fixture
def given(servers: places.Servers, template: str) -> Iterator[places.Database]:
    """A database on a server that is not the launcher's."""
    made = places.clone(servers, template)
    yield made
    places.drop(servers, made)


def test_given_servers_are_used_and_the_death_of_make_stops_all(folder: Path, given: places.Database) -> None:
    addresses = {
        "DATABASE_URL": given.app_url,
        "DATABASE_OWNER_URL": given.owner_url,
        "REDIS_URL": given.redis_url,
    }
    environment = environment_of(folder, LINLI_PORT=str(free_port()), LINLI_WEB_WORKERS="1", **addresses)
    make = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'tools.run'])"
    with launched(environment, sys.executable, "-c", make) as above:
        assert above.says(UP), above.output
        assert not (folder / "postgres").exists()
        assert run_file(folder)["database_url"] == given.app_url
        [launcher, *below] = family(above)
        above.process.kill()
        assert wait_until(lambda: all(is_gone(process) for process in (launcher, *below)), seconds=60)
    assert not (folder / "run.json").exists()


def test_stop_from_another_terminal(folder: Path) -> None:
    stop = subprocess.run(
        [sys.executable, "-m", "tools.run", "stop"],
        env=environment_of(folder),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert stop.stdout == "Linli is not running from this folder.\n"
    assert stop.returncode == 0


def test_a_step_that_fails_is_reported_and_nothing_stays(folder: Path) -> None:
    environment = environment_of(folder, LINLI_PORT=str(free_port()), LINLI_POOL_SIZE="many")
    with launched(environment) as launcher:
        assert launcher.ends() == 1
        assert "The migrations ended with status 2" in launcher.output
        assert "LINLI_POOL_SIZE is wrong" in launcher.output
        assert "Traceback" not in launcher.output
    assert not (folder / "postgres" / "postmaster.pid").exists()
    assert not (folder / "run.json").exists()


def test_a_port_in_use_is_said_before_anything_starts(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with launched(environment_of(folder, LINLI_PORT=str(port))) as launcher:
            assert launcher.ends() == 1
    assert re.search(
        rf"linli: Port {port} on 127\.0\.0\.1 is already in use by \S+ \(process {os.getpid()}\)\. "
        r"Stop that, or choose another port: LINLI_PORT=\d+ make run\n$",
        launcher.output,
    )
    assert not (folder / "postgres").exists()


@pytest.mark.parametrize(("given", "missing"), [("DATABASE_URL", "REDIS_URL"), ("REDIS_URL", "DATABASE_URL")])
def test_one_address_without_the_other_is_refused(folder: Path, given: str, missing: str) -> None:
    environment = environment_of(folder, LINLI_PORT=str(free_port()), **{given: "x://y"})
    with launched(environment) as launcher:
        assert launcher.ends() == 1
    assert f"{given} is set but {missing} is not" in launcher.output


@pytest.mark.parametrize("port", ["0", "65536", "http", "８０８０", "-1"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(Refusal, match="is no address to listen on"):
        bind_from({"LINLI_PORT": port})


def test_an_address_that_is_not_ours_is_refused() -> None:
    with pytest.raises(Refusal, match=r"cannot listen on 192\.0\.2\.1:8080"):
        bind_from({"LINLI_WEB_BIND": "192.0.2.1:8080"})


def test_the_screen_tells_each_role_how_to_log_in() -> None:
    text = welcome(base_url="http://127.0.0.1:1", mode="demo", logs=Path("var/log"), seconds=1.0)
    for role in ROLES:
        assert f'"role": "{role}"' in text
    assert "make demo" in text
    assert "stand-in" not in text
    assert "http://127.0.0.1:2   (a stand-in" in welcome(
        base_url="x", mode="demo", logs=Path(), seconds=1.0, wechat_url="http://127.0.0.1:2"
    )
    assert "/v1/dev/tokens" not in welcome(base_url="x", mode="production", logs=Path(), seconds=1.0)
