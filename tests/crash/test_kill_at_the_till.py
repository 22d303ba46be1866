"""Web, PostgreSQL and Redis die while tills work over HTTP: no acknowledged redemption is lost, none is made twice."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import psycopg
import pytest

from app.infra import outbound
from app.infra.db import db
from app.infra.outbound.sending import Sender
from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM, Actor, Role
from app.merchants import service, terms
from app.merchants.models import Branch
from app.webhooks import service as webhooks
from sandbox.till.client import Key
from sandbox.till.load import Log, Phone, Worker
from tests.crash.serving import kill_a_web_process, serving, working
from tests.crash.test_kill import kill_all
from tests.fixtures import servers as places
from tests.fixtures.servers import Servers
from tests.merchants.counter import offer
from tests.merchants.keys import enrol
from tests.merchants.till import Till
from tests.points import committed, invariants
from tests.points.ledger import Acts, named, open_ledger
from tests.webhooks.shop import ShopServer, serve
from tools.embedded import for_tests
from tools.embedded.process import wait_until
from tools.embedded.servers import servers_in

TILLS, BEFORE, AFTER = 4, 8, 8
FORGOTTEN = "forgotten"
TOLD = ["redemption.held", "redemption.captured", "redemption.reversed", "redemption.expired", "refund.created"]


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


@pytest.fixture
def heard() -> Iterator[ShopServer]:
    """The shop's own program, which hears of everything."""
    with serve() as shop:
        yield shop


def setting(uow):
    """A book, a shop with an offer, and residents with points."""
    ledger = open_ledger(uow)
    acts = Acts(uow, ledger)
    for number in range(TILLS):
        acts.award(named(f"resident {number}"), 20_000)
    acts.award(named("forgetful"), 20_000)
    shop = service.open_shop(uow, book=ledger.book.code, name="忠义面馆", street="忠义街")
    offer(uow, ledger.book.code, shop.id)
    return ledger, shop.id


def listen(place, url: str, ledger, shop_id: UUID) -> None:
    """Open an endpoint of the shop."""

    def open_it(uow):
        webhooks.open_endpoint(uow, owner_id=shop_id, hears={"book": ledger.book.code}, url=url, types=TOLD)

    place.app.extensions[outbound.SENDER] = Sender(local=True)
    run_in_transaction(open_it, actor=SYSTEM)


def forget(ledger, shop_id: UUID) -> None:
    """Hold points that nobody captures: the sweeper has to find it."""

    def hold(uow):
        till = Till(uow, ledger.book.code, shop_id)
        till.authorise(5, code=till.code(named("forgetful")), number=FORGOTTEN, order_fen=10_000)

    run_in_transaction(hold, actor=SYSTEM, now=datetime.now(UTC) - terms.HOLD_LIFE - timedelta(minutes=5))


def is_swept(place) -> bool:
    """Whether the sweeper ended the forgotten hold."""
    with psycopg.connect(place.database.superuser_url) as connection:
        state = connection.execute("SELECT state FROM merchants_redemptions WHERE out_trade_no = %s", [FORGOTTEN])
        return state.fetchone() == ("expired",)


def tell_the_rest() -> None:
    """What the worker would do in the next minutes: claims of the dead lapse, and what failed is tried again."""
    db.engine.dispose()  # its connections died with PostgreSQL
    later = datetime.now(UTC) + timedelta(minutes=10)
    while claims := run_in_transaction(webhooks.claim_due, actor=SYSTEM, now=later):
        for each in claims:
            done = webhooks.carry_out(each)
            run_in_transaction(partial(webhooks.record, claims=each, results=done), actor=SYSTEM, now=later)


def owed(connection) -> Counter:
    """What the rows say a shop must have heard, each once."""
    rows = connection.execute("""
        SELECT out_trade_no, hold_id IS NOT NULL, transaction_id IS NOT NULL, state,
               (SELECT count(*) FROM merchants_refunds f WHERE f.redemption_id = r.id) FROM merchants_redemptions r
         WHERE book_id IS NOT NULL""")
    told = Counter()
    for number, held, taken, state, refunds in rows:
        told[number, "redemption.held"] += held
        told[number, "redemption.captured"] += taken
        told[number, "refund.created"] += refunds
        for ended in ("reversed", "expired"):
            told[number, f"redemption.{ended}"] += state == ended
    return +told


def told_once(heard: ShopServer) -> Counter:
    """What the shop heard, repeats known by their webhook-id."""
    by_id = {sent["webhook-id"]: json.loads(body) for sent, body in list(heard.got)}
    return Counter((event["data"]["out_trade_no"], event["type"]) for event in by_id.values())


def break_all(private, server, worker, log) -> None:
    """End one thing after another; each time the tills go on."""
    log.wait_for(BEFORE)
    kill_a_web_process(server)
    log.wait_for(AFTER)
    worker.kill()
    log.wait_for(AFTER)
    private.valkey.child.process.kill()
    private.valkey.child.process.wait()
    private.valkey.start()
    log.wait_for(AFTER)
    kill_all(private.postgres)
    private.postgres.start()
    log.wait_for(AFTER)


@pytest.mark.slow
def test_tills_lose_nothing_when_web_worker_redis_and_postgresql_end_in_mid_load(place, private, heard):
    ledger, shop_id = run_in_transaction(setting, actor=SYSTEM, now=datetime.now(UTC) - timedelta(hours=1))
    listen(place, heard.url, ledger, shop_id)
    forget(ledger, shop_id)
    with serving(place) as (url, server), working(place, LINLI_OUTBOUND_LOCAL="yes") as worker:
        assert wait_until(lambda: heard.got, seconds=60)  # of the forgotten one: the worker is at it
        with tills(place, url, ledger, shop_id) as log:
            break_all(private, server, worker, log)
        assert wait_until(lambda: is_swept(place), seconds=60)
    tell_the_rest()
    with psycopg.connect(place.database.superuser_url) as connection:
        kept = found(connection)
        told = {number: (what["state"], what["points"]) for number, what in log.told.items()}
        for number, (state, points) in told.items():
            assert kept[number][1] == points, f"{number} was told {state}"
            assert kept[number][0] == ("captured" if state == "partly_refunded" else state)
        assert set(kept) - {FORGOTTEN} == set(told)  # and nothing that no till knows of
        assert told_once(heard) == owed(connection)
        assert invariants.list_wrongs(invariants.fetch_on(connection), ledger.id) == []
        taken = connection.execute(
            "SELECT sum(captured_points - refunded_points) FROM merchants_redemptions"
        ).fetchone()
        spent = connection.execute(
            "SELECT 20000 * %s - sum(posted) FROM points_balances b JOIN points_accounts a"
            " ON a.book_id = b.book_id AND a.id = b.account_id WHERE a.kind = 'resident'",
            [TILLS + 1],
        )
        assert taken == spent.fetchone()
