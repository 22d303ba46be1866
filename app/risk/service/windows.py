"""Windows of a shop and its terminals, counted in Redis: near enough, and never a reason why nothing works.

They count in buckets of five minutes; one number holds both the facts of a bucket and their points. While Redis is away
they are missing, and each rule has declared what they then count as.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

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
COUNT = redis.script("""
local now, buckets, recent_ones, one = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local told = {}
for _, key in ipairs(KEYS) do
    local kept, recent, facts, points = redis.call('HGETALL', key), 0, 0, 0
    for place = 1, #kept, 2 do
        local age, number = now - tonumber(kept[place]), tonumber(kept[place + 1])
        if age >= buckets then
            redis.call('HDEL', key, kept[place])
        elseif age >= 0 then
            local count = math.floor(number / one)
            if age < recent_ones then recent = recent + count end
            facts, points = facts + count, points + number - count * one
        end
    end
    table.insert(told, recent)
    table.insert(told, facts)
    table.insert(told, points)
    redis.call('HINCRBY', key, ARGV[1], string.format('%.0f', one + tonumber(ARGV[5])))
    redis.call('EXPIRE', key, ARGV[6])
end
return told
""")
"""Adds up and counts within Redis: one round trip, and a few numbers to read. A hash holds a dozen buckets."""
UNCOUNT = """
for _, key in ipairs(KEYS) do
    if redis.call('HEXISTS', key, ARGV[1]) == 1 then
        redis.call('HINCRBY', key, ARGV[1], string.format('%.0f', -tonumber(ARGV[2]) - tonumber(ARGV[3])))
    end
end
"""
COUNTED = frozenset({EventKind.REDEEM, EventKind.REFUND})


def look_and_count(uow: UnitOfWork, event: Event, book_id: int) -> dict[str, int]:
    """Give what was counted before this fact, and count it. Empty where nothing is, or Redis is away."""
    asked = {name: found for name, found in scopes_of(event).items() if found is not None}
    if event.kind not in COUNTED or not asked:
        return {}
    try:
        told = redis.run(
            redis.client(),
            COUNT,
            _keys(uow, book_id, event.kind, asked),
            [_bucket(uow.now), BUCKETS, RECENT, ONE_FACT, min(event.points, POINTS_MAX), LIFE_SECONDS],
        )
    except RedisError as error:
        metrics.risk_windows_missing_total.inc()
        log.warning("risk_windows_missing", error=type(error).__name__)
        return {}
    found: dict[str, int] = {}
    for index, name in enumerate(asked):
        recent, facts, points = told[3 * index : 3 * index + 3]
        found |= {f"{name}_count_10m": recent, f"{name}_count_1h": facts, f"{name}_points_1h": points}
    return found


def scopes_of(event: Event) -> dict[str, UUID | None]:
    """Whose windows a fact is counted in."""
    return {"shop": event.shop_id, "terminal": event.terminal_id}


def uncount(
    uow: UnitOfWork,
    book_id: int,
    kind: EventKind,
    scopes: Mapping[str, UUID | None],
    *,
    points: int,
    at: datetime,
) -> None:
    """Take back a fact that was counted at an instant and did not happen. While Redis is away it stays counted."""
    counted = {name: subject for name, subject in scopes.items() if subject is not None}
    if kind not in COUNTED or not counted:
        return
    try:
        redis.client().register_script(UNCOUNT)(
            keys=_keys(uow, book_id, kind, counted), args=[_bucket(at), ONE_FACT, min(points, POINTS_MAX)]
        )
    except RedisError as error:
        log.warning("risk_windows_missing", error=type(error).__name__)


def _keys(uow: UnitOfWork, book_id: int, kind: EventKind, scopes: Mapping[str, UUID]) -> list[str]:
    place = f"{PREFIX}:{uow.session.connection().engine.url.database}:{book_id}:{kind}"
    return [f"{place}:{name}:{subject}" for name, subject in scopes.items()]


def _bucket(at: datetime) -> int:
    return int(at.timestamp()) // BUCKET_SECONDS
