"""`make demo` against a server of its own in demo mode, beside WeChat's stand-in, as `make run` starts them.

Clean, and clean again when the database goes away in between. Everybody signs in as real people do.
"""

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

from app.factory import create_app
from app.infra.db import db
from sandbox.demo.api import Api, Tally
from sandbox.demo.doors import Doors
from sandbox.neighbourhood.people import roster
from sandbox.wechat import server
from sandbox.wechat.world import World, settings
from tests.fixtures import servers as places
from tests.fixtures.servers import ROOT, Database, Servers
from tests.tools.launcher import Launcher, launched
from tools.embedded.process import free_port, wait_until

DEMO = (sys.executable, "-m", "sandbox.demo")
TURNED_AWAY = re.compile(r'linli_http_requests_total\{[^}]*route="/v1[^}]*status="503"')
READY_SECONDS = 120.0
DEMO_SECONDS = 150.0  # it takes twenty; the machine may be busy with other things
SCALE = "0.03"
EVERYBODY = roster()
RESIDENT = EVERYBODY.holders[0].person


@dataclass(frozen=True)
class System:
    """A loaded neighbourhood and the web server on it."""

    database: Database
    environment: dict[str, str]
    port: int
    wechat_url: str

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
        return launched(self.environment, *DEMO, *self.where, "--scale", SCALE)

    @property
    def where(self) -> tuple[str, ...]:
        return ("--base-url", self.base_url, "--wechat-url", self.wechat_url)


@pytest.fixture(scope="module")
def system(servers: Servers, template: str) -> Iterator[System]:
    database = places.clone(servers, template)
    world = World()
    world.add_people(each.name for each in (*(holder.person for holder in EVERYBODY.holders), *EVERYBODY.staff))
    with server.running(world) as stand_in:
        yield from served(servers, database, stand_in.url)


def served(servers: Servers, database: Database, wechat_url: str) -> Iterator[System]:
    """The neighbourhood loaded and the web server on it, in demo mode."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LINLI_WECHAT_")},
        **settings(wechat_url),
        "LINLI_MODE": "demo",
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
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "tests.sandbox.served:app"],
        cwd=ROOT,
        env=environment,
    )
    found = System(database, environment, port, wechat_url)
    try:
        assert wait_until(found.is_ready, seconds=READY_SECONDS)
        yield found
    finally:
        web.terminate()
        web.wait(READY_SECONDS)
        places.drop(servers, database)


@pytest.fixture(scope="module")
def inside(system: System) -> Iterator[Api]:
    """The staff and one resident, signed in."""
    api, app = Api(system.base_url, connections=4, tally=Tally()), create_app(system.database.config())

    def flask(*arguments: str) -> str:
        return app.test_cli_runner().invoke(args=arguments).output

    Doors(api, wechat_url=system.wechat_url, flask=flask, connections=4).open(EVERYBODY, [RESIDENT])
    yield api
    api.close()
    with app.app_context():
        db.engine.dispose()


def test_a_resident_and_staff_sign_in_and_act_without_a_development_token(system: System, inside: Api) -> None:
    clerk = EVERYBODY.clerks[0]
    filed = inside.post(RESIDENT, "/reports", {"text": "路灯不亮", "place": "3号楼"}, key="report").need()
    refused = inside.post(clerk, f"/reports/{filed['id']}/reject", {"reason": "已在处理"}, key="reject").need()
    assert (refused["state"], inside.post(RESIDENT, f"/reports/{filed['id']}/reject", {"reason": "x"}).status) == (
        "rejected",
        403,
    )
    for person, has_device in ((RESIDENT, True), (clerk, False)):
        sessions = inside.ask(person, "GET", "/v1/me/sessions").need()["items"]
        assert [each["device"] is not None for each in sessions if each["is_this"]] == [has_device]
    assert "/v1/dev/tokens" not in system.get("/metrics")[1]


def test_an_access_token_that_is_nearly_over_is_renewed(inside: Api) -> None:
    clerk = EVERYBODY.clerks[1]
    before = inside.ask(clerk, "GET", "/v1/me/sessions").need()["items"]
    inside._sessions[clerk] = {**inside._sessions[clerk], "access_token": "x", "access_expires_at": "2026-01-01T00:00Z"}
    assert inside.ask(clerk, "GET", "/v1/me/sessions").need()["items"][0]["id"] == before[0]["id"]


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
    system: System, inside: Api, servers: Servers
) -> None:
    with system.demo() as demo:
        assert demo.ends(seconds=DEMO_SECONDS) == 0, demo.output
    assert_clean(demo.output)
    assert_nobody_was_bothered(system)
    leave_frozen(inside)

    with system.demo() as another:
        assert another.says("day 1"), another.output
        with outage(system, servers):
            assert wait_until(system.has_turned_someone_away, seconds=READY_SECONDS)
        assert another.ends(seconds=DEMO_SECONDS) == 0, another.output
    assert_clean(another.output)
    assert "/v1/dev/tokens" not in system.get("/metrics")[1]
    assert "503" in another.output.partition("retries")[2].partition("\n")[0], another.output


def assert_nobody_was_bothered(system: System) -> None:
    """All are honest and new, behind one address: nothing of theirs is stopped, and few wait to be looked at."""
    with psycopg.connect(system.database.owner_url) as connection:
        rows = connection.execute(
            "SELECT kind, outcome, count(*) FROM risk_decisions GROUP BY kind, outcome"
        ).fetchall()
    decided = {(kind, outcome): count for kind, outcome, count in rows}
    assert {outcome for _, outcome in decided} <= {"approve", "review"}, decided
    for kind in ("redeem", "award"):
        assert decided.get((kind, "review"), 0) * 10 < decided[kind, "approve"], decided


def leave_frozen(api: Api) -> None:
    """Leave a passbook as a week that was broken off leaves it."""
    path = f"/passbooks/{api.id_of(RESIDENT)}/freeze"
    assert api.post(EVERYBODY.treasurer, path, {"reason": "演示中断"}).ok


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


def test_without_a_stand_in_of_wechat_it_says_how_to_get_one(system: System) -> None:
    with launched(system.environment, *DEMO, "--base-url", system.base_url, "--scale", SCALE) as demo:
        assert demo.ends() == 1
    assert "--wechat-url" in demo.output
