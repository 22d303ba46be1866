"""How far a long transaction is, told beside it: what it has written nobody sees before it commits.

The only call over the network that a unit of work may make: a number to Redis at a few points of its way, which is no
truth and is missed by nobody. Where Redis does not answer, the first attempt is the last.
"""

from dataclasses import dataclass

import structlog
from redis.exceptions import RedisError

from app.infra import redis

log = structlog.get_logger(__name__)
KEPT_SECONDS = 3600


@dataclass(slots=True)
class Progress:
    """How much of something is done."""

    name: str
    silent: bool = False

    def tell(self, done: int) -> None:
        """Let others know; nothing happens when they cannot."""
        if self.silent:
            return
        try:
            redis.client().set(_key(self.name), done, ex=KEPT_SECONDS)
        except RedisError as error:
            self.silent = True
            log.warning("progress_untold", name=self.name, error=type(error).__name__)


def find_progress(name: str) -> int | None:
    """Give how much is done of something that is under way; None when nobody knows."""
    try:
        told = redis.client().get(_key(name))
    except RedisError:
        return None
    return int(str(told)) if told is not None else None


def _key(name: str) -> str:
    return f"linli:progress:{name}"
