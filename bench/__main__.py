"""`make bench`: measure every claim of the ledger's design in one run and print the table.

`make bench ARGS=--quick` takes a small history and short rounds: good for seeing that it works, not for judging.
"""

import argparse
import sys
from statistics import median

import psycopg
from psycopg import sql

from bench import audits, books, expiry, imports, lanes, pages, pgbench, places, reads, risk, storage, throughput
from bench.table import Row, at_least, keep, render
from bench.throughput import Spans

FULL, QUICK = Spans(seconds=5, rounds=5), Spans(seconds=2, rounds=2)
SMALL_ENTRIES = 100_000


def main() -> int:
    """Run everything; exit 0 also when a claim is missed, because a miss is a result."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2-second rounds and a million entries")
    parser.add_argument("--entries", type=int, help="size of the large history (10 million; with --quick 1 million)")
    arguments = parser.parse_args()
    spans = QUICK if arguments.quick else FULL
    large_entries = arguments.entries or (1_000_000 if arguments.quick else 10_000_000)
    with places.open_server() as server:
        rows = _measure(server, spans, large_entries)
    print("\n" + render(rows))
    if not arguments.quick:
        keep(rows)
    return 0


def _measure(server: places.Server, spans: Spans, large_entries: int) -> list[Row]:
    label = f"{large_entries // 1_000_000} million" if large_entries >= 1_000_000 else f"{large_entries:,}"
    _say("filling three ledgers")
    small = places.make_place(server, "bench_small", SMALL_ENTRIES)
    middle = places.make_place(server, "bench_middle", large_entries // 4)
    large = places.make_place(server, "bench_large", large_entries)
    _say("auditing")
    rows = audits.measure(server, middle, large, label)
    _say("postings against TPC-B")
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS tpcb WITH (FORCE)"))
        connection.execute(sql.SQL("CREATE DATABASE tpcb"))
    pgbench.prepare_tpcb(server.pgbench, server.database_url("tpcb"))
    rows = throughput.measure(server, small, spans) + rows
    _say("books apart")
    rows.append(books.lock_independence(server, small, spans))
    _say("growth")
    rows.insert(4, _growth(server, small, large, spans, label))
    _say("storage and reads")
    rows.append(storage.bytes_per_redemption(server, large, spans.seconds))
    rows.append(storage.idle_indexes(server, large))
    for place in (small, large):
        reads.add_busy_passbook(place)
    rows += reads.measure(small, large, label) + pages.measure(large, label)
    _say("expiry")
    rows += expiry.measure(server, small, spans.rounds)
    _say("taking residents in from a file")
    rows += imports.measure(server)
    _say("risk decisions")
    rows += risk.measure(server)
    _say("one book's long lists beside another's work")
    return rows + lanes.measure(server)


def _growth(server: places.Server, small: places.Place, large: places.Place, spans: Spans, label: str) -> Row:
    throughput.warm_up(server, large)
    texts = (throughput.scripts.AWARD_MANY_BUDGETS, throughput.scripts.REDEMPTION_ANY_SHOP)
    ratios = []
    for _ in range(spans.rounds):
        few = pgbench.scripts(server.pgbench, small.app_url, texts, spans.seconds)
        ratios.append(pgbench.scripts(server.pgbench, large.app_url, texts, spans.seconds) / few)
    return at_least(f"postings at {label} entries / at 100 thousand", ratios, 0.9, f"median {median(ratios):.2f}")


def _say(what: str) -> None:
    print(f"bench: {what} …", flush=True)


if __name__ == "__main__":
    sys.exit(main())
