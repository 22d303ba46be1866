"""One call to WeChat from start to end: bulkhead, fuse, deadline, repeating what may be repeated, the numbers."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from app.infra import metrics, unit_of_work
from app.infra.wechat.bulkhead import Breaker, Bulkhead
from app.infra.wechat.errors import WeChatBusy, WeChatUnavailable
from app.infra.wechat.transport import Reply, Request, Transport, TransportError

log = structlog.get_logger(__name__)

BUSY = -1
MINUTE_QUOTA = 45011
DAY_QUOTA = 45009
# Error codes that may be gone a moment later. Nothing was done when WeChat answers one of them.
PASSING = frozenset({BUSY, DAY_QUOTA, MINUTE_QUOTA})
# Named in the metrics; a server gone mad must not make a series for every number there is.
KNOWN = frozenset(
    {-1, 40001, 40003, 40013, 40014, 40029, 40037, 40125, 40129, 40163, 40164, 40226, 41001, 41002, 41030, 42001}
    | {43101, 43104, 43107, 45002, 45009, 45011, 47001, 47003, 48001, 61010, 87014}
)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a call is treated. `repeatable`: sending it twice does no more than sending it once."""

    name: str
    deadline_seconds: float = 5.0
    attempts_max: int = 3
    repeatable: bool = True
    passing: frozenset[int] = PASSING


@dataclass(frozen=True, slots=True)
class Answer:
    """What WeChat said: a document with `errcode` (0: well), or bytes that are no document."""

    errcode: int
    document: Mapping[str, Any]
    content: bytes = b""
    repeated: bool = False
    """Whether an earlier attempt of this call may have reached WeChat."""


@dataclass(slots=True)
class Caller:
    """Makes calls. One for each process; safe in threads."""

    transport: Transport
    bulkhead: Bulkhead
    breaker: Breaker
    now: Callable[[], float] = time.monotonic
    patience: float = 1.0
    """By what the deadlines are multiplied; tests have little."""

    def deadline(self, kind: Kind) -> float:
        """Give the instant, on the clock `now`, by which a call that begins now has ended."""
        return self.now() + kind.deadline_seconds * self.patience

    @contextmanager
    def place(self, kind: Kind) -> Iterator[None]:
        """Hold one of the few places for the length of the block, waiting for tokens included. Refuses WeChatBusy."""
        with self.bulkhead.place() as place:
            if not place:
                raise self._refusal(kind, "full", WeChatBusy())
            yield

    def call(self, kind: Kind, request: Request, *, deadline: float) -> Answer:
        """Call until it is answered, or repeating is unsafe, useless or too late.

        Refuses WeChatBusy (nothing was sent) and WeChatUnavailable. An answer with an error code is an answer.
        """
        with self.place(kind), metrics.wechat_call_seconds.labels(kind.name).time():
            if not self.breaker.allows(kind.name):
                raise self._refusal(kind, "resting", WeChatBusy())
            course = _Course()
            try:
                self._attempt(course, kind, request, deadline)
            finally:
                self.breaker.note(kind.name, well=course.outcome == "answered")
        answer = course.answer
        if answer is None:
            raise self._refusal(kind, course.outcome, WeChatUnavailable(sent=course.sent))
        known = answer.errcode in KNOWN
        metrics.wechat_calls_total.labels(kind.name, _named(answer.errcode, known=known)).inc()
        if answer.errcode:
            said = str(answer.document.get("errmsg", ""))[:120]
            log.info("wechat_said_no", call=kind.name, errcode=answer.errcode, said=_plain(said, request))
        return answer

    def _attempt(self, course: "_Course", kind: Kind, request: Request, deadline: float) -> None:
        """Try until there is an answer that will not change, or trying again is unsafe, useless or too late."""
        for attempt in range(1, kind.attempts_max + 1):
            try:
                reply = self.transport.send(request, deadline=deadline)
                course.answer, course.outcome = _read(reply, repeated=course.sent), "answered"
                course.sent, again = True, course.answer.errcode in kind.passing
            except TransportError as error:
                course.answer, course.outcome = None, error.reason
                course.sent, again = course.sent or error.sent, kind.repeatable or not error.sent
            if not again or attempt == kind.attempts_max or not self._pause(attempt, deadline):
                return

    def _pause(self, attempt: int, deadline: float) -> bool:
        """Wait a random moment before the next attempt; False when there is no time left for one."""
        seconds = unit_of_work.backoff_seconds(attempt, unit=0.1, maximum=1.0)
        if self.now() + seconds >= deadline:
            return False
        threading.Event().wait(seconds)
        return True

    @staticmethod
    def _refusal(kind: Kind, outcome: str, refusal: WeChatBusy | WeChatUnavailable) -> WeChatBusy | WeChatUnavailable:
        metrics.wechat_calls_total.labels(kind.name, outcome).inc()
        log.warning("wechat_call_failed", call=kind.name, outcome=outcome)
        return refusal


@dataclass(slots=True)
class _Course:
    """How a call goes: the last answer, if there is one, how the last attempt ended, whether any may have arrived."""

    answer: Answer | None = None
    outcome: str = "broken"
    sent: bool = False


def _named(errcode: int, *, known: bool) -> str:
    if errcode == 0:
        return "ok"
    return f"errcode_{errcode}" if known else "errcode_other"


def _plain(said: str, request: Request) -> str:
    """Give WeChat's words without anything we had sent it, should it ever repeat that."""
    for value in request.query.values():
        said = said.replace(value, "***") if value else said
    return said


def _read(reply: Reply, *, repeated: bool) -> Answer:
    """Tell a document from bytes. Refuses TransportError for what is neither: an error page, a proxy's sign-in."""
    if reply.status != 200:
        raise TransportError("status", sent=True)
    if reply.media_type.startswith("image/"):
        return Answer(0, {}, content=reply.body, repeated=repeated)
    try:
        document = json.loads(reply.body)
        errcode = document.get("errcode", 0)
    except (ValueError, RecursionError, AttributeError):
        raise TransportError("garbled", sent=True) from None
    if type(errcode) is not int:
        raise TransportError("garbled", sent=True)
    return Answer(errcode, document, repeated=repeated)
