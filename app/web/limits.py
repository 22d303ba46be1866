"""How often a stranger may try: windows per address, account or named input, counted in Redis over all processes.

These keep guessing and flooding away; money's own limits stand in the database. While Redis is down each process counts
for itself, which is laxer by the number of processes and still bounded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import sha256
from typing import cast

import limits
import structlog
from flask import Flask, current_app, request
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis import Redis
from redis.exceptions import RedisError

from app.infra import metrics
from app.infra.unit_of_work import clock
from app.kernel.actor import Actor
from app.web.refusals import TooOften

EXTENSION = "linli.limits"
log = structlog.get_logger(__name__)


class By(Enum):
    """Whose tries are counted together."""

    ADDRESS = auto()
    ACCOUNT = auto()
    INPUT = auto()


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` requests in any `seconds`. `field` names the input that is counted, for By.INPUT."""

    by: By
    count: int
    seconds: int
    field: str = ""


class Windows:
    """Counts tries."""

    def __init__(self, redis: Redis) -> None:
        """Count in this Redis, or here while it does not answer."""
        shared = RedisStorage(
            "redis://", connection_pool=redis.connection_pool, key_prefix="linli:limits", wrap_exceptions=False
        )
        self._shared = SlidingWindowCounterRateLimiter(shared)
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())

    def hit(self, limit: Limit, *key: str) -> int:
        """Count a try; answers 0, or after how many seconds (1 or more) another one makes sense."""
        item = limits.RateLimitItemPerSecond(limit.count, limit.seconds)
        try:
            return _wait(self._shared, item, key)
        except RedisError as error:
            log.warning("limits_count_alone", error=type(error).__name__)
            return _wait(self._own, item, key)


def _wait(counter: SlidingWindowCounterRateLimiter, item: limits.RateLimitItem, key: Sequence[str]) -> int:
    if counter.hit(item, *key):
        return 0
    return max(1, round(counter.get_window_stats(item, *key).reset_time - clock().timestamp()))


def install(app: Flask, redis: Redis) -> None:
    """Give the application its windows."""
    app.extensions[EXTENSION] = Windows(redis)


def check(
    route: str, stated: Sequence[Limit], *, actor: Actor | None = None, inputs: Mapping[str, object] | None = None
) -> None:
    """Count this request against those of the stated limits that can be told yet. Refuses TooOften."""
    windows = cast("Windows", current_app.extensions[EXTENSION])
    for limit in stated:
        who = _who(limit, actor, inputs)
        if who is None:
            continue
        seconds = windows.hit(limit, route, limit.by.name, limit.field, who)
        if seconds:
            metrics.limited_requests_total.labels(route, limit.by.name.lower()).inc()
            raise TooOften(seconds=seconds)


def count(limit: Limit, *key: str) -> int:
    """Count what is told from other things by `key`; answers 0, or after how many seconds another one makes sense."""
    return cast("Windows", current_app.extensions[EXTENSION]).hit(limit, *key)


def _who(limit: Limit, actor: Actor | None, inputs: Mapping[str, object] | None) -> str | None:
    if limit.by is By.ADDRESS and actor is None and inputs is None:
        return request.remote_addr or "unknown"
    if limit.by is By.ACCOUNT and actor is not None:
        return str(actor.id)
    if limit.by is By.INPUT and inputs is not None:
        # hashed: what people type into a field of a form has no place in the keys of a cache
        return sha256(str(inputs.get(limit.field)).encode()).hexdigest()
    return None
