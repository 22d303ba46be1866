"""`make demo` against a server of its own: clean, and clean again when the database goes away in between."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psycopg
import pytest

from sandbox.demo.api import Api, Tally
from sandbox.neighbourhood.people import roster
from tests.fixtures import servers as places
from tests.fixtures.servers import ROOT, Database, Servers
from tests.tools.launcher import Launcher, launched
from tools.embedded.process import free_port, wait_until

DEMO = (sys.executable, "-m", "sandbox.demo")
TURNED_AWAY = re.compile(r'linli_http_requests_total\{[^}]*route="/v1[^}]*status="503"')
READY_SECONDS = 120.0
SCALE = "0.03"


@dataclass(frozen=True)
class System:
    """A loaded neighbourhood and the web server on it."""

    database: Database
    environment: dict[str, str]
    port: int

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of an answer; 0 while nothing listens."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def is_ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    def has_turned_someone_away(self) -> bool:
        return TURNED_AWAY.search(self.get("/metrics")[1]) is not None

    def demo(self) -> AbstractContextManager[Launcher]:
        """A demo that is being played."""
        return launched(self.environment, *DEMO, "--base-url", self.base_url, "--scale", SCALE)


@pytest.fixture(scope="module")
def system(servers: Servers, template: str) -> Iterator[System]:
    database = places.clone(servers, template)
    port = free_port()
    environment = {
        **os.environ,
        "LINLI_MODE": "test",
        "LINLI_LOG_LEVEL": "WARNING",
        "LINLI_WEB_BIND": f"127.0.0.1:{port}",
        "LINLI_WEB_WORKERS": "1",
        "DATABASE_URL": database.app_url,
        "REDIS_URL": database.redis_url,
        "PYTHONUNBUFFERED": "1",
    }
    load = [sys.executable, "-m", "sandbox.neighbourhood", "load"]
    subprocess.run(load, cwd=ROOT, env=environment, check=True, capture_output=True)
    web = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"], cwd=ROOT, env=environment
    )
    found = System(database, environment, port)
    try:
        assert wait_until(found.is_ready, seconds=READY_SECONDS)
        yield found
    finally:
        web.terminate()
        web.wait(READY_SECONDS)
        places.drop(servers, database)


@contextmanager
def outage(system: System, servers: Servers) -> Iterator[None]:
    """Nobody gets into the database, and whoever was in it is thrown out."""
    with psycopg.connect(servers.postgres, autocommit=True) as superuser:
        superuser.execute(f"ALTER DATABASE {system.database.name} ALLOW_CONNECTIONS false")
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [system.database.name]
        )
        yield
        superuser.execute(f"ALTER DATABASE {system.database.name} ALLOW_CONNECTIONS true")


@pytest.mark.slow
def test_a_week_ends_clean_and_another_on_top_of_it_through_an_outage_of_the_database(
    system: System, servers: Servers
) -> None:
    with system.demo() as demo:
        assert demo.ends() == 0, demo.output
    assert_clean(demo.output)
    leave_frozen(system)

    with system.demo() as another:
        assert another.says("day 1"), another.output
        with outage(system, servers):
            assert wait_until(system.has_turned_someone_away, seconds=READY_SECONDS)
        assert another.ends() == 0, another.output
    assert_clean(another.output)
    assert "503" in another.output.partition("retries")[2].partition("\n")[0], another.output


def leave_frozen(system: System) -> None:
    """Leave a passbook as a week that was broken off leaves it."""
    api = Api(system.base_url, connections=1, tally=Tally())
    everybody = roster()
    path = f"/passbooks/{everybody.holders[0].person.id}/freeze"
    assert api.post(everybody.treasurer, path, {"reason": "演示中断"}).ok
    api.close()


def assert_clean(output: str) -> None:
    for auditor in ("trial balance", "passbooks agree", "points audit", "bean-check"):
        assert re.search(f"clean  .*{auditor}", output), output
    assert "NOT CLEAN" not in output
    assert "100%" in output  # progress is seen on a plain pipe as well


def test_nothing_running_is_said(tmp_path: Path) -> None:
    environment = {**os.environ, "LINLI_DATA_DIR": str(tmp_path)}

    for arguments in ((), ("--base-url", f"http://127.0.0.1:{free_port()}")):
        with launched(environment, *DEMO, *arguments) as demo:
            assert demo.ends() == 1
        assert "make run" in demo.output
