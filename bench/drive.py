"""Drives points.service from a process of its own: `python -m bench.drive stock|batch|single SECONDS NUMBER`."""

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

STOCK = 100_000  # points per resident: one lot that the measured redemptions take from


def main() -> None:
    """Print how many awards a second went through."""
    mode, seconds, number = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    size = 1000 if mode == "batch" else 1
    chance = random.Random(number)
    with create_app(Config.from_environment(os.environ)).app_context():
        owners, budget_id = run_in_transaction(_people, actor=SYSTEM)
        done, started = 0, time.perf_counter()
        if mode == "stock":
            for first in range(0, len(owners), 1000):
                run_in_transaction(
                    _award(owners[first : first + 1000], budget_id, f"stock:{first}", STOCK), actor=SYSTEM
                )
            print(json.dumps({"per_second": 0}))
            return
        while (spent := time.perf_counter() - started) < seconds:
            run_in_transaction(
                _award(chance.sample(owners, size), budget_id, f"{started}:{number}:{done}"), actor=SYSTEM
            )
            done += size
    print(json.dumps({"per_second": done / spent}))


def _people(uow: UnitOfWork) -> tuple[list[UUID], UUID]:
    rows = uow.session.execute(text("SELECT owner, budget FROM bench_pairs")).all()
    return [row.owner for row in rows], rows[0].budget


def _award(owners: list[UUID], budget_id: UUID, name: str, each: int = 3) -> Callable[[UnitOfWork], None]:
    def work(uow: UnitOfWork) -> None:
        book = queries.list_books(uow.session)[0]
        awards = [points.Award(f"bench:{name}:{n}", owner, each) for n, owner in enumerate(owners)]
        for outcome in points.award_points(uow, book, budget_id=budget_id, awards=awards):
            outcome.raise_if_declined()

    return work


if __name__ == "__main__":
    main()
