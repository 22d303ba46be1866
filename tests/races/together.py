"""Several units of work at the same moment, with real commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask

from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import SYSTEM
from app.kernel.errors import DomainError

Work = Callable[[UnitOfWork], Any]


def alone(work: Work) -> Any:
    """Run one unit of work now, as the system."""
    return run_in_transaction(work, actor=SYSTEM)


def together(app: Flask, *works: Work) -> list[Any]:
    """Run units of work at once, each in its own thread and transaction; answers results or refusals in their order."""
    start = Barrier(len(works))

    def run(work: Work) -> Any:
        with app.app_context():
            start.wait(timeout=30)
            try:
                return alone(work)
            except DomainError as refusal:
                return refusal

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def split(outcomes: list[Any]) -> tuple[list[Any], list[DomainError]]:
    """Part results from refusals."""
    refusals = [outcome for outcome in outcomes if isinstance(outcome, DomainError)]
    return [outcome for outcome in outcomes if not isinstance(outcome, DomainError)], refusals
