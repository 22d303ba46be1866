"""What a background job is, and the shape of the two tables that list them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.infra.unit_of_work import UnitOfWork

Act = Callable[..., object]  # a service function: (uow, **arguments that are plain JSON)


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work by the clock: a service function that takes only `uow`, and may be run twice without harm.

    `cron` has the usual five fields **in UTC** (the district is UTC+8), and an optional sixth one for seconds.
    With `until_zero` the act does one batch and returns how many rows; it runs again, in a transaction of its own
    each time, until it returns 0.
    """

    cron: str
    act: Callable[[UnitOfWork], object]
    until_zero: bool = False


@dataclass(frozen=True, slots=True)
class Rounds:
    """Work by the clock that goes round: for each of `keys(uow)` (say, every book) step after step until it is done.

    `step(uow, key, where)` does one bounded step in a transaction of its own and returns where the next one goes on;
    it begins at None, and None ends it. A round that was cut off is begun anew without harm. A key whose step fails
    does not keep the others from theirs.
    """

    cron: str
    keys: Callable[[UnitOfWork], Sequence[Any]]
    step: Callable[[UnitOfWork, Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Errands:
    """Work by the clock that goes out of the house: errands are claimed, each is run, what came of it recorded.

    `claim(uow)` and `record(uow, errand, outcome)` have a transaction of their own each; `carry_out(errand)` has none,
    so it may take its time on the network, and nothing is locked meanwhile. It goes on until nothing is claimed, or
    `most` errands were run: a long queue must not keep the worker from everything else. What was claimed and never
    recorded, because the worker died or `carry_out` raised, is the feature's own to find.
    """

    cron: str
    claim: Callable[[UnitOfWork], Sequence[Any]]
    carry_out: Callable[[Any], Any]
    record: Callable[[UnitOfWork, Any, Any], object]
    most: int = 100


Scheduled = Periodic | Rounds | Errands


@dataclass(frozen=True, slots=True)
class Slots:
    """How many jobs of each lane a worker runs at the same time."""

    short: int = 1
    long: int = 1


LOOK_SECONDS = 5
"""How often a worker looks for work that nobody told it of; of what is new it is told at once."""
HEARTBEAT_SECONDS = 10
STALLED_SECONDS = 30
ATTEMPTS_MAX = 12
RETRY_SECONDS_MAX = 300
BATCHES_MAX = 10_000
