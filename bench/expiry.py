"""The expiry run against batch awards: 100 thousand lots into passbooks by awards, then out of them by the run.

`python -m bench.expiry LOTS` is the process that does both, through points.service, and prints the seconds of each.
"""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text

from app.factory import create_app
from app.infra.config import Config
from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import SYSTEM
from app.points import queries
from app.points import service as points
from bench.places import ROOT, Place, Server, environment
from bench.table import Row, at_least

LOTS = 100_000
BATCH = 1000
EARNED = datetime(2024, 3, 15, 4, tzinfo=UTC)
LAPSED = datetime(2026, 5, 1, 4, tzinfo=UTC)


def measure(server: Server, place: Place, rounds: int, lots: int = LOTS) -> list[Row]:
    """Lots expired per second ÷ awards per second in batches, each round in a book of its own."""
    ratios, seconds = [], (0.0, 0.0)
    for number in range(rounds):
        command = [sys.executable, "-m", "bench.expiry", str(lots), str(number)]
        told = subprocess.run(
            command, cwd=ROOT, env=environment(server, place), stdout=subprocess.PIPE, text=True, check=True
        )
        found = json.loads(told.stdout)
        if found["expired"] != lots:
            raise RuntimeError(f"{found['expired']} lots expired, not {lots}")
        seconds = found["award_seconds"], found["expiry_seconds"]
        ratios.append(seconds[0] / seconds[1])
    note = f"last round: {lots:,} awards in batches of {BATCH} {seconds[0]:.1f} s, their expiry {seconds[1]:.1f} s"
    return [at_least(f"expiry of {lots:,} lots / batch awards", ratios, 0.5, note)]


def main() -> None:
    """Award, expire, print how long each took and how many lots the run moved."""
    lots, number = int(sys.argv[1]), int(sys.argv[2])
    owners = [UUID(int=(3 << 64) + n, version=4) for n in range(lots)]
    code = f"bench-expiry-{number}"
    with create_app(Config.from_environment(os.environ)).app_context():
        run_in_transaction(lambda uow: _prepare(uow, code), actor=SYSTEM, now=EARNED)
        started = time.perf_counter()
        for first in range(0, lots, BATCH):
            _award(owners[first : first + BATCH], code)
        awarded = time.perf_counter()
        where: object = None
        while True:
            where = run_in_transaction(
                lambda uow, after=where: points.expire_step(uow, code, after), actor=SYSTEM, now=LAPSED
            )
            if where is None:
                break
        done = time.perf_counter()
        expired = run_in_transaction(lambda uow: _count_expired(uow, code), actor=SYSTEM)
    told = {"award_seconds": awarded - started, "expiry_seconds": done - awarded, "expired": expired}
    print(json.dumps(told))


def _prepare(uow: UnitOfWork, code: str) -> None:
    book = points.create_book(uow, code=code, name=code, currency_name="points")
    sponsor = uow.new_id()
    points.fund_sponsor(uow, book.id, cause="fund", sponsor_id=sponsor, amount_fen=10**11, bank_reference="bench")
    budget = points.create_budget(uow, book.id, sponsor_id=sponsor, name="bench", point_value_fen=10)
    points.mint_points(uow, book.id, cause="mint", budget_id=budget.id, points=10**8)


def _award(owners: list[UUID], code: str) -> None:
    def work(uow: UnitOfWork) -> None:
        book = queries.get_book(uow.session, code)
        (budget,) = queries.list_budgets(uow.session, book.id, after=None, limit=1)
        awards = [points.Award(f"bench:{owner}", owner, 3) for owner in owners]
        for outcome in points.award_points(uow, book, budget_id=budget.id, awards=awards):
            outcome.raise_if_declined()

    run_in_transaction(work, actor=SYSTEM, now=EARNED)


def _count_expired(uow: UnitOfWork, code: str) -> int:
    book = queries.get_book(uow.session, code)
    found = uow.session.scalar(
        text("SELECT count(*) FROM points_transactions WHERE book_id = :book AND code = 'expiry'"), {"book": book.id}
    )
    return int(found or 0)


if __name__ == "__main__":
    main()
