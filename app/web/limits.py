"""How often a stranger may try: windows per address, account, device, shop or input, in Redis for all processes.

These keep guessing and flooding away; money's own limits stand in the database. While Redis is down each process counts
for itself, which is laxer by the number of processes and still bounded.
"""

from collections.abc import Callable, Mapping, Sequence
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
from app.kernel.errors import DomainError
from app.web.refusals import TooOften

EXTENSION = "linli.limits"
PREFIX = "linli:limits"
log = structlog.get_logger(__name__)


class By(Enum):
    """Whose tries are counted together."""

    ADDRESS = auto()
    ACCOUNT = auto()
    DEVICE = auto()
    """The installation that signed in, whoever is acted for from it; at a desk, which has none, the session."""
    SHOP = auto()
    """All tills of the caller's shop together."""
    INPUT = auto()


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` requests in any `seconds`. `field` names the input that is counted, for By.INPUT.

    With `refused`, codes of refusals, only requests that end in one of them count, and when there were so many no
    further one is worked. Not for By.ADDRESS and By.INPUT.
    """

    by: By
    count: int
    seconds: int
    field: str = ""
    refused: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse, at import, what would never count."""
        if self.refused and self.by in {By.ADDRESS, By.INPUT}:
            message = f"refusals are not counted by {self.by.name}"
            raise TypeError(message)


# A treasurer mends a list and sends it again; who sends more is a program gone wild, or means harm.
UPLOADS = (Limit(By.ADDRESS, 120, 600), Limit(By.ACCOUNT, 30, 600), Limit(By.DEVICE, 30, 600))
"""Of every route that takes a file from a person."""

Question = Callable[..., bool]
"""Whether a limiter has room for one more, by its item and key: with counting it, or without."""


class Windows:
    """Counts tries."""

    def __init__(self, redis: Redis, prefix: str = PREFIX) -> None:
        """Count in this Redis under keys that begin so, or here while it does not answer."""
        pool = redis.connection_pool
        shared = RedisStorage("redis://", connection_pool=pool, key_prefix=prefix, wrap_exceptions=False)
        self._shared = SlidingWindowCounterRateLimiter(shared)
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())

    def hit(self, limit: Limit, *key: str) -> int:
        """Count a try; answers 0, or after how many seconds (1 or more) another one makes sense."""
        return self._ask(limit, key, SlidingWindowCounterRateLimiter.hit)

    def look(self, limit: Limit, *key: str) -> int:
        """Say what `hit` would, without counting."""
        return self._ask(limit, key, SlidingWindowCounterRateLimiter.test)

    def _ask(self, limit: Limit, key: Sequence[str], question: Question) -> int:
        item = limits.RateLimitItemPerSecond(limit.count, limit.seconds)
        try:
            return _wait(self._shared, item, key, question)
        except RedisError as error:
            log.warning("limits_count_alone", error=type(error).__name__)
            return _wait(self._own, item, key, question)


def _wait(
    counter: SlidingWindowCounterRateLimiter, item: limits.RateLimitItem, key: Sequence[str], question: Question
) -> int:
    if question(counter, item, *key):
        return 0
    return max(1, round(counter.get_window_stats(item, *key).reset_time - clock().timestamp()))


def install(app: Flask, redis: Redis) -> None:
    """Give the application its windows."""
    app.extensions[EXTENSION] = Windows(redis)


def check(
    route: str, stated: Sequence[Limit], *, actor: Actor | None = None, inputs: Mapping[str, object] | None = None
) -> None:
    """Count this request against those of the stated limits that can be told yet. Refuses TooOften."""
    windows = _windows()
    for limit in stated:
        who = _who(limit, actor, inputs)
        if who is not None:
            _judge(route, limit, windows.look if limit.refused else windows.hit, who)


def count_refusal(route: str, stated: Sequence[Limit], *, actor: Actor, refusal: DomainError) -> None:
    """Count a request that ended in a refusal against the limits that are for it.

    Refuses TooOften for the one too many: of many at once all were judged, but only so many hear of what.
    """
    windows = _windows()
    for limit in stated:
        who = _who(limit, actor, None)
        if who is not None and refusal.code in limit.refused:
            _judge(route, limit, windows.hit, who)


def _judge(route: str, limit: Limit, ask: Callable[..., int], who: str) -> None:
    seconds = ask(limit, route, limit.by.name, limit.field, who)
    if seconds:
        metrics.limited_requests_total.labels(route, limit.by.name.lower()).inc()
        raise TooOften(seconds=seconds)


def _windows() -> Windows:
    return cast("Windows", current_app.extensions[EXTENSION])


def count(limit: Limit, *key: str) -> int:
    """Count what is told from other things by `key`; answers 0, or after how many seconds another one makes sense."""
    return cast("Windows", current_app.extensions[EXTENSION]).hit(limit, *key)


def _who(limit: Limit, actor: Actor | None, inputs: Mapping[str, object] | None) -> str | None:
    if limit.by is By.ADDRESS and actor is None and inputs is None:
        return request.remote_addr or "unknown"
    if actor is not None:
        return _of_actor(limit.by, actor)
    if limit.by is By.INPUT and inputs is not None:
        # hashed: what people type into a field of a form has no place in the keys of a cache
        return sha256(str(inputs.get(limit.field)).encode()).hexdigest()
    return None


def _of_actor(by: By, actor: Actor) -> str | None:
    ids = {
        By.ACCOUNT: actor.id,
        By.DEVICE: actor.device_id or actor.session_id or actor.id,
        By.SHOP: actor.shop_id,
    }
    found = ids.get(by)
    return None if found is None else str(found)
