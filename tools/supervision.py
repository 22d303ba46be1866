"""Keeping the processes of a run: started in order, watched, started again when they fall, stopped in reverse order."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from tools.embedded.process import Child, tail
from tools.refusal import Refusal

WATCH_SECONDS = 0.1
RESTARTS_MAX = 3
RESTART_WINDOW_SECONDS = 60.0


class Interruption:
    """Whether somebody asked to stop: Ctrl-C, SIGTERM, a closed terminal, or the death of the `make` above us.

    A signal only raises a flag that every wait looks at, so nothing is ever interrupted half-way.
    """

    def __init__(self) -> None:
        self._asked = False
        # Without make above us (a service manager, nohup) a change of parent means nothing.
        self._parent = os.getppid() if "MAKELEVEL" in os.environ else None

    def install(self) -> None:
        """Listen; a second Ctrl-C changes nothing, because stopping is already as fast as it is safe."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup asked to stay when the terminal closes
            signal.signal(signal.SIGHUP, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True

    @property
    def asked(self) -> bool:
        """True from the first request on."""
        return self._asked or (self._parent is not None and os.getppid() != self._parent)


class Stopped(Exception):
    """Somebody asked to stop before everything was running."""


@dataclass(slots=True)
class _Kept:
    start: Callable[[], Child]
    child: Child
    restarted_at: list[float] = field(default_factory=list)

    def restart_allowed(self, now: float) -> bool:
        """At most three times a minute: what falls faster than that does not heal by starting it again."""
        self.restarted_at = [at for at in self.restarted_at if now - at < RESTART_WINDOW_SECONDS]
        return len(self.restarted_at) < RESTARTS_MAX


class Supervisor:
    """The processes of one run. `say` shows a line to the person at the keyboard."""

    def __init__(self, interruption: Interruption, say: Callable[[str], None]) -> None:
        self._interruption = interruption
        self._say = say
        self._kept: list[_Kept] = []

    def keep(self, start: Callable[[], Child]) -> None:
        """Start a process and keep it from now on."""
        self._kept.append(_Kept(start, start()))

    def run_to_end(self, child: Child) -> None:
        """Wait for a command that ends by itself; refuses when it fails or when somebody asks to stop."""
        while not child.ended():
            if self._interruption.asked:
                child.stop()
                raise Stopped
            time.sleep(WATCH_SECONDS)
        if child.process.returncode != 0:
            raise Refusal(_report(child))

    def wait_for(self, condition: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Wait while everything starts; refuses when a process ends, or when `what` takes too long."""
        deadline = time.monotonic() + seconds
        while not condition():
            if self._interruption.asked:
                raise Stopped
            for kept in self._kept:
                if kept.child.ended():
                    raise Refusal(_report(kept.child))
            if time.monotonic() > deadline:
                log = self._kept[-1].child.log
                raise Refusal(f"{what} is not ready after {seconds:.0f} seconds. The last lines of {log}:\n{tail(log)}")
            time.sleep(WATCH_SECONDS)

    def watch(self) -> None:
        """Until somebody asks to stop, start again what falls; refuses when one process keeps falling."""
        while not self._interruption.asked:
            for kept in self._kept:
                if kept.child.ended() and not self._interruption.asked:
                    self._restart(kept)
            time.sleep(WATCH_SECONDS)

    def _restart(self, kept: _Kept) -> None:
        now = time.monotonic()
        if not kept.restart_allowed(now):
            raise Refusal(_report(kept.child))
        kept.restarted_at.append(now)
        self._say(f"{kept.child.name} {kept.child.how_it_ended()}; starting it again (its log: {kept.child.log}).")
        kept.child = kept.start()

    def names(self) -> str:
        """What is kept, in the order in which it stops."""
        return ", ".join(kept.child.name.removeprefix("The ") for kept in reversed(self._kept))

    def stop(self) -> None:
        """Stop everything, last started first; each is gone before the next is asked."""
        while self._kept:
            self._kept[-1].child.stop()
            self._kept.pop()


def _report(child: Child) -> str:
    return f"{child.name} {child.how_it_ended()}. The last lines of {child.log}:\n{tail(child.log)}"
