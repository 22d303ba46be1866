"""WeChat's access token, shared by all processes through Redis, and good without Redis as well.

`stable_token` in its normal mode answers everybody the same token until five minutes before its end, and then a new one
beside which the old one lives on for those five minutes. So a second refresh at the same time does no harm; the lock in
Redis only spares calls. What this process knows is kept in it, for the times when Redis is away.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from redis import Redis
from redis.exceptions import RedisError

from app.infra import unit_of_work
from app.infra.wechat.caller import BUSY, Answer, Caller, Kind
from app.infra.wechat.errors import WeChatRefused, WeChatUnavailable
from app.infra.wechat.transport import Request
from app.kernel.errors import DomainError

log = structlog.get_logger(__name__)

STABLE_TOKEN = Kind("stable_token", deadline_seconds=5.0)
TOKEN_LENGTH_MAX = 4096  # WeChat says to reserve 512 and more
# Within WeChat's own five minutes, so that asking again gives a new one.
RENEW_BEFORE = timedelta(seconds=240)
# How long a process may hold the lock, and how long the others wait for what it brings.
LOCK_MILLISECONDS = 6_000
WAITS_MAX, WAIT_SECONDS = 20, 0.05
# So long Redis is left alone after it failed: waiting for it at every step would use up the deadline of a call.
REDIS_REST_SECONDS = 10.0
_UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
_FORGET = """local kept = redis.call('get', KEYS[1])
if kept and cjson.decode(kept)['token'] == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"""


@dataclass(frozen=True, slots=True)
class Token:
    """A token and until when it is good."""

    text: str = field(repr=False)
    good_until: datetime

    def is_good(self, now: datetime) -> bool:
        """Say whether it may still be used."""
        return now < self.good_until

    def is_fresh(self, now: datetime) -> bool:
        """Say whether nobody needs to think of the next one yet."""
        return now < self.good_until - RENEW_BEFORE


@dataclass(slots=True)
class Tokens:
    """Gives the access token of one mini-program."""

    caller: Caller
    redis: Redis
    appid: str
    secret: str = field(repr=False)
    clock: Callable[[], datetime] = unit_of_work.clock
    _own: Token | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _redis_rests_until: float = 0.0

    def get(self, *, deadline: float) -> str:
        """Give a token that is good now. Refuses WeChatUnavailable, WeChatBusy, WeChatRefused."""
        now, own = self.clock(), self._own
        if own is not None and own.is_fresh(now):
            return own.text
        good = own if own is not None and own.is_good(now) else None
        # While the old one is good, one thread looks for the next and the others go on.
        if not self._lock.acquire(timeout=0 if good else max(0.0, deadline - self.caller.now())):
            if good:
                return good.text
            raise WeChatUnavailable
        try:
            return self._renew(good, deadline=deadline).text
        finally:
            self._lock.release()

    def forget(self, text: str) -> None:
        """Drop a token that WeChat called invalid, here and for all, unless a newer one is there already."""
        if self._own is not None and self._own.text == text:
            self._own = None
        with self._sharing() as sharing:
            if sharing:
                self.redis.eval(_FORGET, 1, self._key, text)

    def replace_leaked(self) -> None:
        """Make WeChat end the present token at once: only on a leak, for it may be done twenty times a day."""
        deadline = self.caller.deadline(STABLE_TOKEN)
        self._keep(self._fetch(deadline=deadline, force=True))

    @property
    def _key(self) -> str:
        return f"linli:wechat:{self.appid}:token"

    def _renew(self, good: Token | None, *, deadline: float) -> Token:
        now = self.clock()
        if self._own is not None and self._own.is_fresh(now):
            return self._own  # another thread was here first
        with self._sharing() as sharing:
            found = self._shared() if sharing else None
            if found is not None and found.is_fresh(now):
                self._own = found
                return found
            if sharing:
                return self._renew_for_all(good, deadline=deadline)
        if self._own is not None and self._own.is_fresh(now):
            return self._own  # Redis failed after the token was fetched
        return self._fetch_or(good, deadline=deadline)

    def _renew_for_all(self, good: Token | None, *, deadline: float) -> Token:
        lock, owner = f"{self._key}:lock", str(unit_of_work.new_id())
        if self.redis.set(lock, owner, nx=True, px=LOCK_MILLISECONDS):
            try:
                return self._fetch_or(good, deadline=deadline)
            finally:
                self.redis.eval(_UNLOCK, 1, lock, owner)
        if good is not None:
            return good  # another process is at it
        for _ in range(WAITS_MAX):
            threading.Event().wait(WAIT_SECONDS)
            found = self._shared()
            if found is not None and found.is_fresh(self.clock()):
                self._own = found
                return found
            if self.caller.now() >= deadline:
                break
        return self._fetch_or(None, deadline=deadline)  # whoever holds the lock is slow or gone

    def _fetch_or(self, good: Token | None, *, deadline: float) -> Token:
        """Fetch the next token; while the present one is good a failure to do so is no failure."""
        try:
            fetched = self._fetch(deadline=deadline, force=False)
        except DomainError:
            if good is None:
                raise
            return good
        self._keep(fetched)
        return fetched

    def _fetch(self, *, deadline: float, force: bool) -> Token:
        document = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret,
            "force_refresh": force,
        }
        request = Request("POST", "/cgi-bin/stable_token", {}, document)
        return self._token_of(self.caller.call(STABLE_TOKEN, request, deadline=deadline))

    def _token_of(self, answer: Answer) -> Token:
        if answer.errcode == BUSY:
            raise WeChatUnavailable(sent=False)
        if answer.errcode:
            raise WeChatRefused(errcode=answer.errcode)
        text, seconds = answer.document.get("access_token"), answer.document.get("expires_in")
        if not (isinstance(text, str) and 0 < len(text) <= TOKEN_LENGTH_MAX and type(seconds) is int and seconds > 0):
            raise WeChatUnavailable
        return Token(text, self.clock() + timedelta(seconds=min(seconds, 7200)))

    def _shared(self) -> Token | None:
        kept = cast("str | None", self.redis.get(self._key))
        try:
            found: Any = json.loads(kept) if kept else None
            return Token(found["token"], datetime.fromisoformat(found["good_until"])) if found else None
        except (ValueError, KeyError, TypeError):
            return None  # not written by us

    def _keep(self, token: Token) -> None:
        self._own = token
        seconds = int((token.good_until - self.clock()).total_seconds())
        kept = json.dumps({"token": token.text, "good_until": token.good_until.isoformat()})
        with self._sharing() as sharing:
            if sharing:
                self.redis.set(self._key, kept, ex=max(1, seconds))

    @contextmanager
    def _sharing(self) -> Iterator[bool]:
        """Say whether Redis is to be asked. Its failing ends the block, and keeps it from being asked for a while."""
        try:
            yield self.caller.now() >= self._redis_rests_until
        except RedisError as error:
            self._redis_rests_until = self.caller.now() + REDIS_REST_SECONDS
            log.warning("wechat_token_not_shared", error=type(error).__name__)
