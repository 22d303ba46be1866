"""POST to a stranger's address: resolved once, every address checked, connected to the very one that was checked.

No redirects are followed, no proxy of the environment is asked, no answer's body is read: its status is all that is
wanted, so neither a bomb nor a body without end costs anything, and nobody reads through us what stands inside. One
deadline holds for all of it, as in app/infra/wechat/transport.py; requests run on one event loop, beside each other.
"""

import asyncio
import os
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx
import structlog

from app.infra.outbound.addresses import Target, UrlRefused, all_public, read_url
from app.infra.outbound.resolving import SystemResolver

log = structlog.get_logger(__name__)

SECONDS_MAX = 5.0
CONNECT_SECONDS_MAX = 3.0
GRACE_SECONDS = 1.0

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a name."""


@dataclass(frozen=True, slots=True)
class Post:
    """One request. Its headers hold signatures, its body what a shop should know, so neither is shown."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Result:
    """How it went: a status, or a word of ours for why there is none. `took_ms`: how long it took."""

    status: int | None
    failure: str | None
    took_ms: int


class _Inside(Exception):
    """A name that leads to where strangers have no business."""


class _Guarded(httpcore.AsyncNetworkBackend):
    """Connects to names by way of addresses that were checked, and to nothing else."""

    def __init__(self, resolve: Resolve, *, local: bool) -> None:
        self._resolve, self._local = resolve, local
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check all, connect to the first: what is resolved is never asked for again."""
        try:
            addresses = await self._resolve(host, port)
        except OSError:
            raise httpcore.ConnectError("no such name") from None
        if not all_public(addresses, local=self._local):
            raise _Inside
        return await self._inner.connect_tcp(
            addresses[0], port, timeout=timeout, local_address=local_address, socket_options=socket_options
        )


class Sender:
    """Sends posts to strangers. May be used by any number of threads, and before a fork."""

    def __init__(
        self,
        *,
        local: bool = False,
        resolve: Resolve | None = None,
        trust: Callable[[], ssl.SSLContext] = lambda: httpx.create_ssl_context(trust_env=False),
        seconds: float = SECONDS_MAX,
    ) -> None:
        self.local, self.resolve, self.seconds = local, resolve, seconds
        self._trust = trust
        self._lock = threading.Lock()
        self._runner: _Runner | None = None

    def send_each(self, series: Sequence[Sequence[Post]]) -> list[list[Result]]:
        """Send several series beside each other, the posts of each one after another.

        A series ends with its first failure, and when its seconds are over: what it has no results of was not sent.
        Takes twice the seconds of one post at most.
        """
        results: list[list[Result]] = self._here().run(self._all(series), 2 * self.seconds + GRACE_SECONDS)
        return results

    def close(self) -> None:
        """End the loop of this process, if it began one."""
        with self._lock:
            runner, self._runner = self._runner, None
        if runner is not None and runner.process_id == os.getpid():
            runner.close()

    def _here(self) -> "_Runner":
        with self._lock:
            if self._runner is None or self._runner.process_id != os.getpid():
                self._runner = _Runner(self._trust())
            return self._runner

    async def _all(self, series: Sequence[Sequence[Post]]) -> list[list[Result]]:
        return list(await asyncio.gather(*(self._one_after_another(posts) for posts in series)))

    async def _one_after_another(self, posts: Sequence[Post]) -> list[Result]:
        results: list[Result] = []
        began = time.monotonic()
        for post in posts:
            if time.monotonic() - began > self.seconds:
                break
            results.append(await self._timed(post))
            if not _is_well(results[-1]):
                break
        return results

    async def _timed(self, post: Post) -> Result:
        began = time.monotonic()
        status, failure = await self._within(post)
        return Result(status, failure, int((time.monotonic() - began) * 1000))

    async def _within(self, post: Post) -> tuple[int | None, str | None]:
        try:
            target = read_url(post.url, local=self.local)
            async with asyncio.timeout(self.seconds):
                return await self._ask(target, post), None
        except (UrlRefused, _Inside):
            return None, "address_refused"
        except (TimeoutError, httpcore.TimeoutException):
            return None, "timeout"
        except httpcore.ConnectError as error:
            return None, "tls" if isinstance(error.__context__, ssl.SSLError) else "unreachable"
        except httpcore.ProtocolError:
            return None, "garbled"
        except Exception as error:  # noqa: BLE001 - whatever it is, it concerns this one post only
            log.warning("outbound_broken", error=type(error).__name__)
            return None, "broken"

    async def _ask(self, target: Target, post: Post) -> int:
        connect = min(self.seconds, CONNECT_SECONDS_MAX)
        waits = {"connect": connect, "read": self.seconds, "write": self.seconds, "pool": self.seconds}
        headers = {"Host": target.origin, "Accept-Encoding": "identity", "User-Agent": "linli", **post.headers}
        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=self._here().trust,
                max_connections=1,
                retries=0,
                network_backend=_Guarded(self.resolve or self._here().resolve, local=self.local),
            ) as pool,
            pool.stream(
                "POST",
                httpcore.URL(
                    scheme=b"https" if target.tls else b"http",
                    host=target.host.encode(),
                    port=target.port,
                    target=target.path.encode(),
                ),
                headers=[*headers.items()],
                content=post.body,
                extensions={"timeout": waits},
            ) as answer,
        ):
            return int(answer.status)


def _is_well(result: Result) -> bool:
    return result.status is not None and 200 <= result.status < 300


class _Runner:
    """The loop of one process, in a thread of its own."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self.process_id, self.trust, self.resolve = os.getpid(), trust, SystemResolver()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="outbound", daemon=True)
        self._thread.start()

    def run(self, work: Any, seconds: float) -> Any:
        """Run from another thread, for so long at most."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=seconds)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()
