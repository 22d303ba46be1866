"""Windows of a shop and its terminals, counted in Redis: near enough, and never a reason why nothing works.

They count in buckets of five minutes; one number holds both the facts of a bucket and their points. While Redis is away
they are missing, and each rule has declared what they then count as.
"""

from uuid import UUID

import structlog
from redis.exceptions import RedisError

from app.infra import metrics, redis
from app.infra.unit_of_work import UnitOfWork
from app.risk.rules.events import Event
from app.risk.terms import EventKind

log = structlog.get_logger(__name__)

BUCKET_SECONDS = 300
BUCKETS = 12
LIFE_SECONDS = BUCKET_SECONDS * (BUCKETS + 2)
ONE_FACT = 10**12
"""A bucket is facts × ONE_FACT + points."""
COUNTED = frozenset({EventKind.REDEEM, EventKind.REFUND})


def look_and_count(uow: UnitOfWork, event: Event, book_id: int) -> dict[str, int]:
    """Give what was counted before this fact, and count it. Empty where nothing is, or Redis is away."""
    scopes = {"shop": event.shop_id, "terminal": event.terminal_id}
    asked = {name: found for name, found in scopes.items() if found is not None}
    if event.kind not in COUNTED or not asked:
        return {}
    now = int(uow.now.timestamp()) // BUCKET_SECONDS
    keys = {name: _keys(event.kind, book_id, name, found, now) for name, found in asked.items()}
    pipeline = redis.client().pipeline(transaction=False)
    pipeline.mget([key for each in keys.values() for key in each])
    for each in keys.values():
        pipeline.incrby(each[0], ONE_FACT + event.points)
        pipeline.expire(each[0], LIFE_SECONDS)
    try:
        told = pipeline.execute()[0]
    except RedisError as error:
        metrics.risk_windows_missing_total.inc()
        log.warning("risk_windows_missing", error=type(error).__name__)
        return {}
    numbers = [int(number or 0) for number in told]
    found: dict[str, int] = {}
    for index, name in enumerate(keys):
        buckets = numbers[index * BUCKETS : (index + 1) * BUCKETS]
        found[f"{name}_count_10m"] = sum(bucket // ONE_FACT for bucket in buckets[:2])
        found[f"{name}_count_1h"] = sum(bucket // ONE_FACT for bucket in buckets)
        found[f"{name}_points_1h"] = sum(bucket % ONE_FACT for bucket in buckets)
    return found


def _keys(kind: EventKind, book_id: int, scope: str, subject: UUID, now: int) -> list[str]:
    return [f"linli:risk:{book_id}:{kind}:{scope}:{subject}:{now - back}" for back in range(BUCKETS)]
