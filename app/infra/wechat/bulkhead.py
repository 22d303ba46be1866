"""What keeps a failing neighbour from taking us down: few calls at a time, and none while it is known to fail."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

FAILURES_MAX = 5
REST_SECONDS = 10.0


@dataclass(slots=True)
class _State:
    failures: int = 0
    closed_until: float = 0.0
    trying: bool = False


@dataclass(slots=True)
class Breaker:
    """One fuse for each kind of call: after five failures in a row nobody calls for ten seconds, then one may try.

    Failures are those of WeChat or of the way to it; an answer that says no is none.
    """

    now: Callable[[], float] = time.monotonic
    _states: dict[str, _State] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def allows(self, call: str) -> bool:
        """Say whether to call at all. Whoever is allowed must tell the outcome by `note`."""
        with self._lock:
            state = self._states.setdefault(call, _State())
            if state.failures < FAILURES_MAX:
                return True
            if self.now() < state.closed_until or state.trying:
                return False
            state.trying = True
            return True

    def note(self, call: str, *, well: bool) -> None:
        """Remember how a call ended."""
        with self._lock:
            state = self._states.setdefault(call, _State())
            state.trying = False
            state.failures = 0 if well else state.failures + 1
            if state.failures >= FAILURES_MAX:
                state.closed_until = self.now() + REST_SECONDS


class Bulkhead:
    """At most `size` threads at a time; whoever comes on top is told so at once, and its thread is free again.

    A thread that has a place may take it again within it: the call for a token belongs to the call that needs it.
    """

    def __init__(self, size: int) -> None:
        self._places = threading.BoundedSemaphore(size)
        self._own = threading.local()

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Take a place for the length of the block, if there is one."""
        if getattr(self._own, "has_one", False):
            yield True
            return
        taken = self._places.acquire(blocking=False)
        self._own.has_one = taken
        try:
            yield taken
        finally:
            self._own.has_one = False
            if taken:
                self._places.release()
