"""Web, PostgreSQL and Redis die while tills work over HTTP: no acknowledged redemption is lost, none is made twice."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from uuid import UUID

import httpx
import psutil
import psycopg
import pytest

from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM, Actor, Role
from app.merchants import service
from app.merchants.models import Branch
from sandbox.till.client import Key
from sandbox.till.load import Log, Phone, Worker
from tests.crash.test_kill import kill_all
from tests.fixtures import servers as places
from tests.fixtures.servers import ROOT, Servers
from tests.merchants.counter import offer
from tests.merchants.keys import enrol
from tests.points import committed, invariants
from tests.points.ledger import Acts, named, open_ledger
from tools.embedded import for_tests
from tools.embedded.servers import servers_in

TILLS, BEFORE, AFTER = 4, 8, 8


@pytest.fixture(scope="module")
def private() -> Iterator:
    """Servers of this module's own, that may be killed."""
    with for_tests.private_folder() as folder:
        servers = servers_in(folder, folder / "log")
        servers.start()
        try:
            yield servers
        finally:
            servers.stop()


@pytest.fixture
def place(private):
    own = Servers(postgres=private.postgres.url(), redis=private.redis_url)
    with committed.open_place(own, places.ensure_template(own), pool_size=4) as place:
        yield place


@contextmanager
def serving(place) -> Iterator[tuple[str, subprocess.Popen]]:
    """A web server of two processes, as in production."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "LINLI_MODE": "test",
        "DATABASE_URL": place.database.app_url,
        "REDIS_URL": place.database.redis_url,
        "LINLI_WEB_BIND": f"127.0.0.1:{port}",
        "LINLI_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "gunicorn", "wsgi:application"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        while server.poll() is None:
            with suppress(httpx.TransportError):
                if httpx.get(f"{url}/healthz", trust_env=False).status_code == 200:
                    break
        yield url, server
    finally:
        server.terminate()
        server.wait(timeout=60)


def kill_a_web_process(server: subprocess.Popen) -> None:
    """Kill -9 one of the processes that answer; its requests are cut off wherever they are."""
    worker = psutil.Process(server.pid).children()[0]
    worker.send_signal(signal.SIGKILL)


@contextmanager
def tills(place, url, ledger, shop_id) -> Iterator[Log]:
    """Tills at work until the block ends; then each finishes what it has begun."""

    def key(number):
        def make(uow):
            pen = enrol(uow, uow.session.get_one(Branch, shop_id), name=f"{number}号机")
            return Key(url, pen.serial, pen.key.private_bytes_raw().hex())

        return run_in_transaction(make, actor=SYSTEM)

    office, log = place.app.extensions["linli.token_office"], Log()
    workers = []
    for number in range(TILLS):
        who = Actor(id=named(f"resident {number}"), roles=frozenset({Role.RESIDENT}), book=ledger.book.code)
        token = office.sign(who, token_id=UUID(int=7), now=datetime.now(UTC))
        workers.append(Worker(key(number), Phone(url, ledger.book.code, token), log, f"T-{number}"))
    for worker in workers:
        worker.start()
    try:
        yield log
    finally:
        for worker in workers:
            worker.stop.set()
        for worker in workers:
            worker.join(60)
    assert not any(worker.is_alive() for worker in workers)
    assert log.surprises == []


def found(connection) -> dict[str, tuple[str, int]]:
    """By number what the rows say, and what the journal moved for them."""
    rows = connection.execute("""
        SELECT r.out_trade_no, r.state, r.captured_points, r.refunded_points, r.transaction_id IS NOT NULL, r.id,
               (SELECT count(*) FROM points_transactions t
                 WHERE t.code = 'redemption' AND t.cause IN ('redeem:' || r.id, 'capture:' || r.id, 'late:' || r.id))
          FROM merchants_redemptions r""").fetchall()
    for number, state, _, _, taken, _, moved in rows:
        assert moved == int(taken), f"{number} {state}: taken {moved} times"
    return {row[0]: (row[1], (row[2] or 0) - row[3]) for row in rows}


def setting(uow):
    """A book, a shop with an offer, and residents with points."""
    ledger = open_ledger(uow)
    acts = Acts(uow, ledger)
    for number in range(TILLS):
        acts.award(named(f"resident {number}"), 20_000)
    shop = service.open_shop(uow, book=ledger.book.code, name="忠义面馆", street="忠义街")
    offer(uow, ledger.book.code, shop.id)
    return ledger, shop.id


@pytest.mark.slow
def test_tills_lose_nothing_when_web_redis_and_postgresql_end_in_mid_load(place, private):
    ledger, shop_id = run_in_transaction(setting, actor=SYSTEM)
    with serving(place) as (url, server), tills(place, url, ledger, shop_id) as log:
        log.wait_for(BEFORE)
        kill_a_web_process(server)
        log.wait_for(AFTER)
        private.valkey.child.process.kill()
        private.valkey.child.process.wait()
        private.valkey.start()
        log.wait_for(AFTER)
        kill_all(private.postgres)
        private.postgres.start()
        log.wait_for(AFTER)
    with psycopg.connect(place.database.superuser_url) as connection:
        kept = found(connection)
        told = {number: (what["state"], what["points"]) for number, what in log.told.items()}
        for number, (state, points) in told.items():
            assert kept[number][1] == points, f"{number} was told {state}"
            assert kept[number][0] == ("captured" if state == "partly_refunded" else state)
        assert set(kept) == set(told)  # and nothing that no till knows of
        assert invariants.list_wrongs(invariants.fetch_on(connection), ledger.id) == []
        taken = connection.execute(
            "SELECT sum(captured_points - refunded_points) FROM merchants_redemptions"
        ).fetchone()
        spent = connection.execute(
            "SELECT 20000 * %s - sum(posted) FROM points_balances b JOIN points_accounts a"
            " ON a.book_id = b.book_id AND a.id = b.account_id WHERE a.kind = 'resident'",
            [TILLS],
        )
        assert taken == spent.fetchone()
