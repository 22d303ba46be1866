"""Postings per second against pgbench's TPC-B on the same server, interleaved round by round."""

import json
import subprocess
import sys
from dataclasses import dataclass

from bench import pgbench, scripts
from bench.places import DRIVERS, ROOT, Place, Server, environment
from bench.table import Row, at_least, shown

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Spans:
    """How long and how often: seconds per script, rounds of all."""

    seconds: int
    rounds: int


def measure(server: Server, place: Place, spans: Spans) -> list[Row]:
    """The throughput rows of the ledger's design, medians over the rounds."""
    tpcb_url = server.database_url("tpcb")
    warm_up(server, place)
    rates: dict[str, list[float]] = {}

    def run(name: str, *texts: str) -> None:
        rates.setdefault(name, []).append(pgbench.scripts(server.pgbench, place.app_url, texts, spans.seconds))

    for _ in range(spans.rounds):
        rates.setdefault("tpcb", []).append(pgbench.tpcb(server.pgbench, tpcb_url, spans.seconds))
        run("uniform", scripts.AWARD_MANY_BUDGETS, scripts.REDEMPTION_ANY_SHOP)
        run("shops", scripts.REDEMPTION_ANY_SHOP)
        run("shop", scripts.REDEMPTION_ONE_SHOP)
        run("budgets", scripts.AWARD_MANY_BUDGETS)
        run("budget", scripts.AWARD_ONE_BUDGET)
        rates.setdefault("batch", []).append(batch_rate(server, place, spans.seconds))
        rates.setdefault("python", []).append(single_rate(server, place, spans.seconds))

    def ratios(one: str, other: str) -> list[float]:
        return [a / b for a, b in zip(rates[one], rates[other], strict=True)]

    return [
        at_least("award and redemption, SQL doors / TPC-B", ratios("uniform", "tpcb"), 1.0, BOUND),
        at_least("all redemptions at one shop / uniform", ratios("shop", "shops"), 0.9, "shops' accounts are folded"),
        at_least("all awards from one budget / 200 budgets", ratios("budget", "budgets"), 0.8, "16 stripes"),
        at_least(f"awards in batches of {BATCH} / TPC-B", ratios("batch", "tpcb"), 4.0, BATCH_BOUND),
        shown("single awards driven by Python / TPC-B", sum(ratios("python", "tpcb")) / spans.rounds, PYTHON_NOTE),
    ]


BOUND = (
    "per posting 8 rows and 12 index entries in 5 tables against TPC-B's 1 row; 2 cores shared with pgbench. Tried: all in "
    "one PL/pgSQL call (slower), CHECKs into guards, generic plans, guards without SET"
)
BATCH_BOUND = f"points.service.award_points in {DRIVERS} Python processes on the database's own 2 cores"
PYTHON_NOTE = f"points.service.award_points, one award a transaction, {DRIVERS} processes on the same 2 cores"


def warm_up(server: Server, place: Place) -> None:
    """Give every budget points and open every account, so that the rounds measure postings only."""
    _drive(server, place, "stock", 0, processes=1)
    texts = (scripts.AWARD_ONE_BUDGET, scripts.AWARD_MANY_BUDGETS, scripts.REDEMPTION_ANY_SHOP)
    pgbench.scripts(server.pgbench, place.app_url, texts, 3)


def play_story(server: Server, place: Place) -> None:
    """Every act of the ledger once, through points.service."""
    _drive(server, place, "story", 0, processes=1)


def batch_rate(server: Server, place: Place, seconds: int) -> float:
    """Awards per second through points.service in batches of 1,000."""
    return _drive(server, place, "batch", seconds)


def single_rate(server: Server, place: Place, seconds: int) -> float:
    """Awards per second through points.service, one a transaction."""
    return _drive(server, place, "single", seconds)


def _drive(server: Server, place: Place, mode: str, seconds: int, *, processes: int = DRIVERS) -> float:
    command = [sys.executable, "-m", "bench.drive", mode, str(seconds)]
    drivers = [
        subprocess.Popen(
            [*command, str(n)], cwd=ROOT, env=environment(server, place), stdout=subprocess.PIPE, text=True
        )
        for n in range(processes)
    ]
    return sum(json.loads(driver.communicate()[0])["per_second"] for driver in drivers)
