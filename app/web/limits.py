"""How often a stranger may try: windows per address, account, device, shop or input, in Redis for all processes.

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
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis import Redis
from redis.exceptions import RedisError

from app.infra import metrics, redis
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
    further one is worked. Not for By.ADDRESS and By.INPUT. `why`: a sentence in each language for whoever has to wait.
    """

    by: By
    count: int
    seconds: int
    field: str = ""
    refused: frozenset[str] = frozenset()
    why: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        """Refuse, at import, what would never count."""
        if self.refused and self.by in {By.ADDRESS, By.INPUT}:
            message = f"refusals are not counted by {self.by.name}"
            raise TypeError(message)


# A treasurer mends a list and sends it again; who sends more is a program gone wild, or means harm.
UPLOADS = (Limit(By.ADDRESS, 120, 600), Limit(By.ACCOUNT, 30, 600), Limit(By.DEVICE, 30, 600))
"""Of every route that takes a file from a person."""

Asked = tuple[Limit, tuple[str, ...]]
"""A limit, and whose tries are meant."""
HIT, LOOK = "hit", "look"
# The windows of `limits` (sliding_window.lua and acquire_sliding_window.lua of its Redis storage), of several limits in
# one round trip, counting a try or only looking: until one is full, of which it tells (its place, and after how many
# milliseconds there is room again).
ASK = redis.script("""
for n = 1, #KEYS / 2 do
    local before, now = KEYS[2 * n - 1], KEYS[2 * n]
    local act, most, expiry = ARGV[3 * n - 2], tonumber(ARGV[3 * n - 1]), tonumber(ARGV[3 * n]) * 1000
    local left = redis.call('PTTL', now)
    if left > 0 and left < expiry then
        redis.call('RENAME', now, before)
        redis.call('SET', now, 0, 'PX', left + expiry)
        left = left + expiry
    end
    local earlier, count = tonumber(redis.call('GET', before)) or 0, tonumber(redis.call('GET', now)) or 0
    local fades = earlier > 0 and math.max(0, redis.call('PTTL', before)) or 0
    if math.floor(earlier * fades / expiry) + count + 1 > most then
        local waits = expiry
        if earlier > 0 then waits = math.min(waits, fades % (expiry / earlier)) end
        if count > 0 then waits = math.min(waits, left % expiry) end
        return {n, math.floor(waits)}
    end
    if act == 'hit' then
        if left > 0 then redis.call('INCR', now) else redis.call('SET', now, 1, 'PX', expiry * 2) end
    end
end
return {0, 0}
""")


class Windows:
    """Counts tries."""

    def __init__(self, client: Redis, prefix: str = PREFIX) -> None:
        """Count in this Redis under keys that begin so, or here while it does not answer."""
        self._prefix = prefix
        self._client = client
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())

    def hit(self, asked: Sequence[Asked], *, looks: Sequence[Asked] = ()) -> tuple[int, int]:
        """Count a try against each, up to one that is full: answers its place among them (from 1), and after how many
        seconds (1 or more) another try makes sense. (0, 0): there was room in all.

        Those of `looks` come after them, and nothing is counted against these.
        """
        return self._ask([*((HIT, *each) for each in asked), *((LOOK, *each) for each in looks)])

    def look(self, asked: Sequence[Asked]) -> tuple[int, int]:
        """Say what `hit` would, without counting."""
        return self.hit((), looks=asked)

    def _ask(self, acts: Sequence[tuple[str, Limit, tuple[str, ...]]]) -> tuple[int, int]:
        keys, arguments = [], []
        for act, limit, key in acts:
            # the braces let the two of a window lie together in a cluster
            name = f"{{{self._prefix}:{'/'.join(key)}/{limit.count}/{limit.seconds}}}"
            keys += [f"{name}/-1", name]
            arguments += [act, str(limit.count), str(limit.seconds)]
        try:
            place, milliseconds = redis.run(self._client, ASK, keys, arguments)
        except RedisError as error:
            log.warning("limits_count_alone", error=type(error).__name__)
            return self._ask_here(acts)
        return (place, max(1, round(milliseconds / 1000))) if place else (0, 0)

    def _ask_here(self, acts: Sequence[tuple[str, Limit, tuple[str, ...]]]) -> tuple[int, int]:
        for place, (act, limit, key) in enumerate(acts, start=1):
            item = limits.RateLimitItemPerSecond(limit.count, limit.seconds)
            has_room = self._own.hit if act == HIT else self._own.test
            if not has_room(item, *key):
                reset = self._own.get_window_stats(item, *key).reset_time
                return place, max(1, round(reset - clock().timestamp()))
        return 0, 0


def install(app: Flask, client: Redis) -> None:
    """Give the application its windows."""
    app.extensions[EXTENSION] = Windows(client)


def check(
    route: str, stated: Sequence[Limit], *, actor: Actor | None = None, inputs: Mapping[str, object] | None = None
) -> None:
    """Count this request against those of the stated limits that can be told: by its address and, where he is known,
    of the caller; or, of its `inputs`, by these alone. In one round trip. Refuses TooOften.
    """
    told = [(limit, who) for limit in stated if (who := _who(limit, actor, inputs)) is not None]
    _judge(route, [pair for pair in told if not pair[0].refused], [pair for pair in told if pair[0].refused])


def count_refusal(route: str, stated: Sequence[Limit], *, actor: Actor, refusal: DomainError) -> None:
    """Count a request that ended in a refusal against the limits that are for it.

    Refuses TooOften for the one too many: of many at once all were judged, but only so many hear of what.
    """
    told = [(limit, _who(limit, actor, None)) for limit in stated if refusal.code in limit.refused]
    _judge(route, [(limit, who) for limit, who in told if who is not None])


def _judge(route: str, hits: Sequence[tuple[Limit, str]], looks: Sequence[tuple[Limit, str]] = ()) -> None:
    told = [*hits, *looks]
    if not told:
        return
    asked = [(limit, (route, limit.by.name, limit.field, who)) for limit, who in told]
    place, seconds = _windows().hit(asked[: len(hits)], looks=asked[len(hits) :])
    if place:
        metrics.limited_requests_total.labels(route, told[place - 1][0].by.name.lower()).inc()
        raise TooOften(seconds=seconds, why=told[place - 1][0].why)


def _windows() -> Windows:
    return cast("Windows", current_app.extensions[EXTENSION])


def count(limit: Limit, *key: str) -> int:
    """Count what is told from other things by `key`; answers 0, or after how many seconds another one makes sense."""
    return _windows().hit([(limit, key)])[1]


def _who(limit: Limit, actor: Actor | None, inputs: Mapping[str, object] | None) -> str | None:
    if limit.by is By.ADDRESS:
        return (request.remote_addr or "unknown") if inputs is None else None
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
