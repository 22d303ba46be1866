"""Windows of a shop and its terminals, counted in Redis: near enough, and never a reason why nothing works.

They count in buckets of five minutes; one number holds both the facts of a bucket and their points. While Redis is away
they are missing, and each rule has declared what they then count as.
"""

import structlog
from redis.exceptions import RedisError

from app.infra import metrics, redis
from app.infra.unit_of_work import UnitOfWork
from app.risk.rules.events import Event
from app.risk.terms import EventKind

log = structlog.get_logger(__name__)

PREFIX = "linli:risk"
"""With the name of the database behind it: several installations may share a Redis."""
BUCKET_SECONDS = 300
BUCKETS = 12
LIFE_SECONDS = BUCKET_SECONDS * (BUCKETS + 2)
ONE_FACT, POINTS_MAX = 10**11, 10**7
"""A bucket is facts × ONE_FACT + points, of one fact POINTS_MAX at most: exact in a double up to 10,000 facts."""
RECENT = 2
"""Buckets of the short window: of five to ten minutes."""
COUNT = """
local buckets, recent_ones, one = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local numbers, told = redis.call('MGET', unpack(KEYS)), {}
for first = 1, #KEYS, buckets do
    local recent, facts, points = 0, 0, 0
    for place = 0, buckets - 1 do
        local number = tonumber(numbers[first + place] or 0)
        local count = math.floor(number / one)
        if place < recent_ones then recent = recent + count end
        facts, points = facts + count, points + number - count * one
    end
    table.insert(told, recent)
    table.insert(told, facts)
    table.insert(told, points)
    redis.call('INCRBY', KEYS[first], string.format('%.0f', one + tonumber(ARGV[4])))
    redis.call('EXPIRE', KEYS[first], ARGV[5])
end
return told
"""
"""Adds up and counts within Redis: one round trip, and a few numbers to read."""
COUNTED = frozenset({EventKind.REDEEM, EventKind.REFUND})


def look_and_count(uow: UnitOfWork, event: Event, book_id: int) -> dict[str, int]:
    """Give what was counted before this fact, and count it. Empty where nothing is, or Redis is away."""
    scopes = {"shop": event.shop_id, "terminal": event.terminal_id}
    asked = {name: found for name, found in scopes.items() if found is not None}
    if event.kind not in COUNTED or not asked:
        return {}
    now = int(uow.now.timestamp()) // BUCKET_SECONDS
    place = f"{PREFIX}:{uow.session.connection().engine.url.database}:{book_id}:{event.kind}"
    keys = [f"{place}:{name}:{found}:{now - back}" for name, found in asked.items() for back in range(BUCKETS)]
    try:
        script = redis.client().register_script(COUNT)
        told = script(keys=keys, args=[BUCKETS, RECENT, ONE_FACT, min(event.points, POINTS_MAX), LIFE_SECONDS])
    except RedisError as error:
        metrics.risk_windows_missing_total.inc()
        log.warning("risk_windows_missing", error=type(error).__name__)
        return {}
    found: dict[str, int] = {}
    for index, name in enumerate(asked):
        recent, facts, points = told[3 * index : 3 * index + 3]
        found |= {f"{name}_count_10m": recent, f"{name}_count_1h": facts, f"{name}_points_1h": points}
    return found
