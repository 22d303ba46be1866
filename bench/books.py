"""Whether a second book's load is felt by the first: its postings while clients of another book wait for each other.

Two busy books on one machine share its cores, which is no news. What must not be shared are locks: so the clients of the
second book here want a budget that one of them keeps, and wait; they take no time of any core.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from statistics import median
from uuid import UUID

import psycopg

from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import CHART, AccountKind
from bench import pgbench, scripts
from bench.places import Place, Server
from bench.table import Row, at_least
from bench.throughput import Spans

SECOND = 2
BUDGET = UUID(int=(1 << 41), version=4)
WAITERS = pgbench.CLIENTS
LOOKS_MAX = 2_000
OPEN_BOOK = """
    INSERT INTO points_books (id, code, name, currency_name, validity_months, grace_days, expired_cost_goes_to, created_at)
    VALUES (%s, 'bench-second', 'bench', 'points', 24, 30, 'sponsor', now())"""
WANT = "SELECT 1 FROM points_balances WHERE book_id = %s ORDER BY lock_rank, account_id FOR NO KEY UPDATE"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def lock_independence(server: Server, place: Place, spans: Spans) -> Row:
    """Postings of the first book with as many clients of the second waiting / alone."""
    _open_second(place)
    texts = (scripts.AWARD_MANY_BUDGETS, scripts.AWARD_ONE_BUDGET, scripts.REDEMPTION_ANY_SHOP)
    ratios = []
    for _ in range(spans.rounds):
        alone = pgbench.scripts(server.pgbench, place.app_url, texts, spans.seconds)
        with _second_waits(place):
            ratios.append(pgbench.scripts(server.pgbench, place.app_url, texts, spans.seconds) / alone)
    note = f"{WAITERS} clients of the other book at its locked budget; median {median(ratios):.2f}"
    return at_least("postings while another book's clients wait / alone", ratios, 0.9, note)


def _open_second(place: Place) -> None:
    """A second book with the sixteen stripes of one budget."""
    stripes = [
        AccountRef(AccountKind.SPONSOR_BUDGET, BUDGET, n) for n in range(CHART[AccountKind.SPONSOR_BUDGET].stripes)
    ]
    with psycopg.connect(place.owner_url) as connection:
        connection.execute(OPEN_BOOK, [SECOND])
        connection.execute(
            "SELECT points_open_accounts(%s, now(), %s, %s, %s, %s)",
            [
                SECOND,
                [account_id(SECOND, stripe) for stripe in stripes],
                [str(stripe.kind) for stripe in stripes],
                [stripe.owner_id for stripe in stripes],
                [stripe.stripe for stripe in stripes],
            ],
        )


@contextmanager
def _second_waits(place: Place) -> Iterator[None]:
    """One client of the second book holds its budget, all others wait for it."""
    with psycopg.connect(place.superuser_url) as holder, psycopg.connect(place.superuser_url, autocommit=True) as eye:
        holder.execute(WANT, [SECOND])
        waiters = [psycopg.connect(place.superuser_url) for _ in range(WAITERS)]
        threads = [threading.Thread(target=_want, args=(waiter,)) for waiter in waiters]
        for thread in threads:
            thread.start()
        try:
            _await(eye)
            yield
        finally:
            for waiter in waiters:
                waiter.cancel()
            for thread in threads:
                thread.join()
            for waiter in waiters:
                waiter.close()
            holder.rollback()


def _want(waiter: psycopg.Connection) -> None:
    with suppress(psycopg.errors.QueryCanceled):
        waiter.execute(WANT, [SECOND])


def _await(eye: psycopg.Connection) -> None:
    for _ in range(LOOKS_MAX):
        (waiting,) = eye.execute(WAITING).fetchone() or (0,)
        if waiting >= WAITERS:
            return
        time.sleep(0.005)
    message = "the clients of the second book never waited"
    raise RuntimeError(message)
