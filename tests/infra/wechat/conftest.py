import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from redis import Redis

from app.infra.wechat.bulkhead import Breaker, Bulkhead
from app.infra.wechat.caller import Caller
from app.infra.wechat.calls import WeChatClient
from app.infra.wechat.tokens import Tokens
from app.infra.wechat.transport import Transport
from sandbox.wechat import server
from sandbox.wechat.server import StandIn
from sandbox.wechat.world import World

APPID = f"wx{os.getpid():016}"  # the workers of a run share one Redis
ANNA, BORIS = "王秀英", "李建国"
START = 1_780_000_000.0


class Clock:
    """The time of WeChat and of ours, where they are the same."""

    def __init__(self) -> None:
        self.seconds = START

    def __call__(self) -> float:
        return self.seconds

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stand_in(clock: Clock) -> Iterator[StandIn]:
    world = World(now=clock, seed=7, appid=APPID)
    world.add_people([ANNA, BORIS])
    with server.running(world) as running:
        yield running


@pytest.fixture
def cache(servers) -> Iterator[Redis]:
    """Redis, empty of WeChat's things."""
    made = Redis.from_url(servers.redis, decode_responses=True)
    made.delete(*(f"linli:wechat:{APPID}:token{more}" for more in ("", ":lock")))
    with made:
        yield made


@pytest.fixture
def make_client(stand_in: StandIn, cache: Redis, clock: Clock) -> Iterator[Callable[..., WeChatClient]]:
    """Make clients, each like another process: `make_client(patience=0.2, calls_max=2, url=…, redis=…, secret=…)`."""
    with ExitStack() as open_ones:

        def make(
            *,
            patience: float = 1.0,
            calls_max: int = 8,
            url: str = stand_in.url,
            redis: Redis = cache,
            secret: str = stand_in.world.secret,
            breaker: Breaker | None = None,
            version: str = "release",
        ) -> WeChatClient:
            transport = Transport(url)
            open_ones.callback(transport.close)
            caller = Caller(transport, Bulkhead(calls_max), breaker or Breaker(), patience=patience)
            tokens = Tokens(caller, redis, stand_in.world.appid, secret, clock=clock.utc)
            return WeChatClient(caller, tokens, stand_in.world.appid, secret, version=version)

        yield make


@pytest.fixture
def wechat(make_client) -> WeChatClient:
    return make_client()
