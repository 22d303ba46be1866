"""PostgreSQL dies in mid-load and comes back: nothing acknowledged is lost, nothing half-written stays."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
import psycopg
import pytest

from tests.crash.load import Client, Log
from tests.fixtures import servers as places
from tests.fixtures.servers import Servers
from tests.points import committed, invariants
from tests.points.committed import commit_ledger
from tools.embedded import for_tests
from tools.embedded.postgres import Postgres
from tools.embedded.servers import servers_in

CLIENTS = 6
BEFORE, AFTER = 40, 60  # acts acknowledged before the end, and after the new beginning


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A server of this module's own, that may be killed."""
    with for_tests.private_folder() as folder:
        server = servers_in(folder, folder / "log").postgres
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def place(postgres, servers):
    private = Servers(postgres=postgres.url(), redis=servers.redis)
    with committed.open_place(private, places.ensure_template(private), pool_size=CLIENTS) as place:
        yield place


def kill_all(postgres: Postgres) -> None:
    """Kill -9 the postmaster and every process of its, each by its id: as a power cut would."""
    postmaster = psutil.Process(postgres.child.process.pid)
    family = [postmaster, *postmaster.children(recursive=True)]
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    postgres.child.process.wait()
    psutil.wait_procs(family, timeout=30)


def stop_at_once(postgres: Postgres) -> None:
    """An immediate shutdown: sessions are cut off, nothing is flushed, the next start recovers."""
    postgres.child.process.send_signal(signal.SIGQUIT)
    postgres.child.process.wait()


@contextmanager
def load(place, ledger) -> Iterator[Log]:
    """Clients at work until the block ends; then each finishes what it has begun."""
    log = Log()
    clients = [Client(place.app, ledger, log, number) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield log
    finally:
        for client in clients:
            client.stop_asked.set()
        for client in clients:
            client.join(60)
    assert not any(client.is_alive() for client in clients)
    assert log.defects == []


@pytest.mark.slow
@pytest.mark.parametrize(("end", "times"), [(kill_all, 2), (stop_at_once, 1)])
def test_clients_lose_nothing_when_postgresql_ends_in_mid_load(place, postgres, end, times):
    ledger = commit_ledger(minted=10**7, value_fen=3)
    with load(place, ledger) as log:
        for _ in range(times):
            known = len(log.acknowledged)
            log.wait_for(lambda log, known=known: len(log.acknowledged) >= known + BEFORE)
            end(postgres)
            refused = len(log.refusals)
            log.wait_for(lambda log, refused=refused: len(log.refusals) >= refused + CLIENTS)
            known = len(log.acknowledged)
            postgres.start()
            log.wait_for(lambda log, known=known: len(log.acknowledged) >= known + AFTER)
    assert set(log.refusals) == {"DatabaseUnavailable"}
    with psycopg.connect(place.database.superuser_url) as connection:
        kept = dict(
            connection.execute("SELECT cause, subject_id FROM points_outcomes WHERE decline IS NULL").fetchall()
        )
        told = {cause: subject or kept[cause] for cause, subject in log.acknowledged.items()}
        ours = {cause: subject for cause, subject in kept.items() if not cause.startswith(("cause-", "restripe"))}
        assert ours == told  # all that was acknowledged is there, and nothing that nobody was told of
        assert invariants.list_wrongs(invariants.fetch_on(connection), ledger.id) == []
        left_behind = connection.execute("SELECT count(*) FROM points_holds WHERE open").fetchone()
        assert left_behind == (0,)
