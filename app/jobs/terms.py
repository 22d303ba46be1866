"""What a background job is, and the shape of the two tables that list them."""

from collections.abc import Callable
from dataclasses import dataclass

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


HEARTBEAT_SECONDS = 10
STALLED_SECONDS = 30
ATTEMPTS_MAX = 12
RETRY_SECONDS_MAX = 300
BATCHES_MAX = 10_000
