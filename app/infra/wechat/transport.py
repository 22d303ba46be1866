"""HTTP to WeChat with one deadline for everything: name look-up, connecting, headers, the last byte of the body.

A timeout per read, which is what HTTP libraries offer, never ends an answer that drips. So the requests of a process
run on an event loop of its own, where a deadline cancels whatever is going on and closes the connection.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog

log = structlog.get_logger(__name__)

CONNECT_SECONDS_MAX = 1.0
BODY_BYTES_MAX = 4 * 1024 * 1024
# The loop has this long to report a deadline it has kept itself.
GRACE_SECONDS = 0.25


class TransportError(Exception):
    """No answer. `sent` tells whether the request may have arrived; nothing of it is said, for it holds secrets."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Query and document hold secrets, so neither is shown."""

    method: str
    path: str
    query: Mapping[str, str] = field(repr=False)
    document: Mapping[str, Any] | None = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    """In place of a document: bytes that were signed, with their `headers`."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whole."""

    status: int
    media_type: str
    body: bytes = field(repr=False)


class Transport:
    """Sends requests to `base_url`. May be used by any number of threads, and before a fork."""

    def __init__(self, base_url: str, *, now: Callable[[], float] = time.monotonic) -> None:
        self._base_url = base_url.rstrip("/")
        self._now = now
        self._lock = threading.Lock()
        self._runner: _Runner | None = None

    def send(self, request: Request, *, deadline: float) -> Reply:
        """Give the whole answer before `deadline` (on the clock `now`). Refuses TransportError, no later than that."""
        seconds = deadline - self._now()
        if seconds <= 0:
            raise TransportError("timeout", sent=False)
        return self._here().run(request, seconds)

    def close(self) -> None:
        """End the loop of this process, if it began one."""
        with self._lock:
            runner, self._runner = self._runner, None
        if runner is not None and runner.process_id == os.getpid():
            runner.close()

    def _here(self) -> "_Runner":
        with self._lock:
            if self._runner is None or self._runner.process_id != os.getpid():
                self._runner = _Runner(self._base_url)
            return self._runner


class _Runner:
    """The loop of one process, in a thread of its own, and the connections it keeps."""

    def __init__(self, base_url: str) -> None:
        self.process_id = os.getpid()
        self._base_url = base_url
        self._loop = asyncio.new_event_loop()
        self._client = httpx.AsyncClient(
            trust_env=False,  # settings come from the configuration, proxies of the environment included
            follow_redirects=False,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=8, keepalive_expiry=30),
            headers={"Accept-Encoding": "identity", "User-Agent": "linli"},
        )
        self._thread = threading.Thread(target=self._loop.run_forever, name="wechat", daemon=True)
        self._thread.start()

    def run(self, request: Request, seconds: float) -> Reply:
        """Fetch from another thread, and give up in time even if the loop itself hangs."""
        progress = _Progress()
        future = asyncio.run_coroutine_threadsafe(self._within(request, seconds, progress), self._loop)
        try:
            return future.result(timeout=seconds + GRACE_SECONDS)
        except FutureTimeout:
            future.cancel()
            raise TransportError("timeout", sent=progress.connected) from None

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result(timeout=5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    async def _within(self, request: Request, seconds: float, progress: "_Progress") -> Reply:
        # `from None` throughout: the library's exceptions hold the request, and that holds the secret
        try:
            async with asyncio.timeout(seconds):
                return await self._fetch(request, seconds, progress)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise TransportError("unreachable", sent=False) from None
        except (TimeoutError, httpx.TimeoutException):
            raise TransportError("timeout", sent=progress.connected) from None
        except TransportError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it may hold the request
            log.warning("wechat_transport_broken", error=type(error).__name__)
            raise TransportError("broken", sent=progress.connected) from None

    async def _fetch(self, request: Request, seconds: float, progress: "_Progress") -> Reply:
        timeout = httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS_MAX))
        built = self._client.build_request(
            request.method,
            self._base_url + request.path,
            params=dict(request.query),
            json=request.document,
            content=request.content,
            headers=dict(request.headers),
            timeout=timeout,
            extensions={"trace": progress.trace},
        )
        answer = await self._client.send(built, stream=True)
        try:
            if answer.headers.get("Content-Encoding", "identity") != "identity":
                raise TransportError("garbled", sent=True)
            body = bytearray()
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > BODY_BYTES_MAX:
                    raise TransportError("garbled", sent=True)
        finally:
            await answer.aclose()
        media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Reply(answer.status_code, media_type, bytes(body))


@dataclass(slots=True)
class _Progress:
    """Whether a connection stood, so that a request may have gone out on it."""

    connected: bool = False

    async def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        """Hear from the library what it is doing."""
        if event.endswith("send_request_headers.started"):
            self.connected = True
