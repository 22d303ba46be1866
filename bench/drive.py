"""Drives points.service from a process of its own: `python -m bench.drive stock|story|batch|single SECONDS NUMBER`.

Process NUMBER has residents and a budget of its own, so that processes do not wait for each other's batches.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import text

from app.factory import create_app
from app.infra.config import Config
from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import SYSTEM
from app.points import queries
from app.points import service as points
from bench import story
from bench.places import DRIVERS

STOCK = 100_000  # points per resident: one lot that the measured redemptions take from
SIZES = {"stock": 1000, "batch": 1000, "single": 1}


def main() -> None:
    """Print how many awards a second went through."""
    mode, seconds, number = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    with create_app(Config.from_environment(os.environ)).app_context():
        owners, budget_id, budgets = run_in_transaction(_people, actor=SYSTEM)
        if mode == "stock":
            rate = _stock(owners, budget_id)
        elif mode == "story":
            rate = story.play(owners[0], budget_id)
        else:
            rate = _drive(owners[number::DRIVERS], budgets[number], SIZES[mode], seconds)
    print(json.dumps({"per_second": rate}))


def _stock(owners: list[UUID], budget_id: UUID) -> float:
    """Points into every measured passbook, and into the budgets of the uniform awards."""
    size, started = SIZES["stock"], time.perf_counter()
    run_in_transaction(_mint_other_budgets, actor=SYSTEM)
    for first in range(0, len(owners), size):
        run_in_transaction(_award(owners[first : first + size], budget_id, f"stock:{first}", STOCK), actor=SYSTEM)
    return len(owners) / (time.perf_counter() - started)


def _mint_other_budgets(uow: UnitOfWork) -> None:
    book = queries.list_books(uow.session)[0]
    sponsor = uow.new_id()
    points.fund_sponsor(uow, book.id, cause="bench", sponsor_id=sponsor, amount_fen=10**11, bank_reference="bench")
    for budget in uow.session.scalars(text("SELECT DISTINCT other_budget FROM bench_pairs")).all():
        points.create_budget(uow, book.id, sponsor_id=sponsor, name="bench", point_value_fen=10, budget_id=budget)
        points.mint_points(uow, book.id, cause=f"bench:{budget}", budget_id=budget, points=10_000_000)


def _drive(owners: list[UUID], budget_id: UUID, size: int, seconds: float) -> float:
    chance = random.Random(str(owners[0]))
    done, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < seconds:
        name = f"{started}:{owners[0]}:{done}"
        run_in_transaction(_award(chance.sample(owners, size), budget_id, name, 3), actor=SYSTEM)
        done += size
    return done / spent


def _people(uow: UnitOfWork) -> tuple[list[UUID], UUID, list[UUID]]:
    rows = uow.session.execute(text("SELECT owner, budget, other_budget FROM bench_pairs ORDER BY n")).all()
    return [row.owner for row in rows], rows[0].budget, [row.other_budget for row in rows[:DRIVERS]]


def _award(owners: list[UUID], budget_id: UUID, name: str, each: int) -> Callable[[UnitOfWork], None]:
    def work(uow: UnitOfWork) -> None:
        book = queries.list_books(uow.session)[0]
        awards = [points.Award(f"bench:{name}:{n}", owner, each) for n, owner in enumerate(owners)]
        for outcome in points.award_points(uow, book, budget_id=budget_id, awards=awards):
            outcome.raise_if_declined()

    return work


if __name__ == "__main__":
    main()
