"""One book's locks are no business of another: with every row of one held, the other goes on with its day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from uuid import uuid4

import psycopg
import pytest

from app.factory import create_app
from app.infra.db import db
from app.infra.failures import DatabaseBusy
from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM
from app.merchants import service as merchants
from app.points.service import rounds
from app.points.service.clearing import nettings, transfers
from tests.fixtures import servers as places
from tests.fixtures.work import NOW
from tests.points import invariants
from tests.points.committed import commit
from tests.points.ledger import ANNA, BORIS, SHOP, Acts, open_ledger
from tests.points.neighbours import agree, terms

IMPATIENT_MS = 150  # a lock that is waited for at all is longer than this


@pytest.fixture(scope="module")
def database(servers, template):
    made = places.clone(servers, template)
    yield made
    places.drop(servers, made)


@pytest.fixture(scope="module")
def books(database):
    """Two books with passbooks and a shop each, in an application that hardly waits for locks."""
    app = create_app(database.config(lock_timeout_ms=IMPATIENT_MS))
    with app.app_context():
        ledgers = [run_in_transaction(open_ledger, actor=SYSTEM, now=NOW) for _ in range(2)]
        for ledger in ledgers:
            commit(ledger, lambda acts: acts.award(ANNA, 500))
            commit(ledger, lambda acts: acts.hold(ANNA, 10))
            code = ledger.book.code
            run_in_transaction(
                lambda uow, code=code: merchants.open_shop(uow, book=code, name="面馆", street="忠义街", shop_id=SHOP),
                actor=SYSTEM,
            )
            run_in_transaction(lambda uow, code=code: agree(uow, code, terms("elsewhere")), actor=SYSTEM, now=NOW)
        yield ledgers
        with psycopg.connect(database.superuser_url) as connection:
            for ledger in ledgers:
                assert invariants.list_wrongs(invariants.fetch_on(connection), ledger.id) == []
        db.engine.dispose()


@contextmanager
def held(database, book_id: int) -> Iterator[None]:
    """A transaction that holds every row of a book: its stripes, passbooks, lots, outcomes, closings, agreements."""
    with psycopg.connect(database.superuser_url) as holder:
        tables = holder.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'book_id'"
            " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        ).fetchall()
        for (table,) in tables:
            holder.execute(f"SELECT 1 FROM {table} WHERE book_id = {book_id} FOR UPDATE")
        holder.execute("SELECT 1 FROM points_books WHERE id = %s FOR UPDATE", [book_id])
        for lock in ("points_fold", "points_clearing_agreements"):
            holder.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [lock, book_id])
        yield
        holder.rollback()


def expire(acts):
    rounds.expire_step(acts.uow, acts.book.code, None)


def net(acts):
    nettings.state_step(acts.uow, acts.book.code, None)


def sweep(acts):
    transfers.sweep_step(acts.uow, acts.book.code, None)


def settle(acts):
    acts.redeem(ANNA, 1)
    merchants.state_settlement(acts.uow, book=acts.book.code, shop_id=SHOP, through=date(2026, 6, 15))


ACTS = {
    "award": lambda acts: acts.award(BORIS, 5),
    "an award that levels the stripes": lambda acts: acts.award(BORIS, 90_000),
    "many awards": lambda acts: [acts.award(uuid4(), 1) for _ in range(20)],
    "redeem": lambda acts: acts.redeem(ANNA, 3),
    "hold and capture": lambda acts: acts.capture(acts.hold(ANNA, 5).hold_id, ANNA),
    "fund and mint": lambda acts: (acts.fund(1_000), acts.mint(100)),
    "opening": lambda acts: acts.opening(BORIS, 5, date(2026, 12, 31)),
    "reverse": lambda acts: acts.reverse(acts.award(BORIS, 2).subject_id),
    "freeze": lambda acts: (acts.freeze(BORIS), acts.thaw(BORIS)),
    "fold": lambda acts: acts.fold(),
    "release": lambda acts: acts.sweep(),
    "expire": expire,
    "net": net,
    "sweep": sweep,
    "settle": settle,
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_of_one_book_waits_for_nothing_of_another(database, books, name):
    ours, theirs = books
    act = ACTS[name]
    with held(database, theirs.id):
        commit(ours, act)


@pytest.mark.parametrize("name", ["award", "redeem", "fund and mint", "settle"])
def test_the_locks_that_are_held_would_stop_an_act_of_their_own_book(database, books, name):
    theirs = books[1]
    with held(database, theirs.id), pytest.raises(DatabaseBusy):
        commit(theirs, ACTS[name])


def test_a_new_book_is_set_up_while_another_is_held(database, books):
    with held(database, books[1].id):
        made = run_in_transaction(lambda uow: open_ledger(uow, minted=10), actor=SYSTEM, now=datetime.now(UTC))
        assert commit(made, lambda acts: Acts(acts.uow, made).award(ANNA, 5)).points == 5
