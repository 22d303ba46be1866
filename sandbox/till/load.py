"""Tills that go on whatever happens, and write down what they were told: to be compared with the ledger afterwards."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from sandbox.till.client import PAUSE_SECONDS, Answer, Key, Till, said, wait_of

LOOK_SECONDS = 0.05
POINTS, PART, REFUNDED = 6, 4, 1


@dataclass
class Log:
    """What tills were told, number by number, in memory and line by line in a file."""

    path: Path | None = None
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    surprises: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def note(self, number: str, **what: Any) -> None:
        """Note the last word about a number."""
        with self.changed:
            self.told[number] = what
            if self.path:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"out_trade_no": number} | what) + "\n")
            self.changed.notify_all()

    def surprise(self, number: str, answer: Answer) -> None:
        """Note an answer that should not have come."""
        with self.changed:
            self.surprises.append(f"{number}: {answer.status} {answer.body}")
            self.changed.notify_all()

    def wait_for(self, more: int, *, seconds: float = 120) -> None:
        """Wait until so many more numbers have had their last word."""
        with self.changed:
            wanted = len(self.told) + more
            good = self.changed.wait_for(lambda: self.surprises or len(self.told) >= wanted, timeout=seconds)
        if not good:
            raise TimeoutError("nothing moves any more")


class Phone:
    """A resident who shows codes, signed in with a token; `pace` seconds apart, for twenty a minute are all there are.

    `refused`: how often a code was refused, and with which words.
    """

    def __init__(self, url: str, book: str, token: str, *, pace: float = 0) -> None:
        """Open no connection yet."""
        self._pace, self._next = pace, 0.0
        self.refused: Counter[str] = Counter()
        self._address = f"/v1/books/{book}/passbook/codes"
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=10, trust_env=False
        )

    def close(self) -> None:
        """Let the connection go."""
        self._http.close()

    def code(self, stopped: Callable[[], bool]) -> str | None:
        """A fresh code; asked again until there is one. None: it was stopped meanwhile."""
        while not stopped():
            if time.monotonic() >= self._next:
                self._next = time.monotonic() + self._pace
                try:
                    answer = self._http.post(self._address, json={})
                except httpx.TransportError:
                    self._next = time.monotonic() + PAUSE_SECONDS
                else:
                    if answer.status_code == HTTPStatus.CREATED:
                        return str(answer.json()["code"])
                    self.refused[f"{answer.status_code} {said(answer)}"] += 1
                    self._next = time.monotonic() + wait_of(answer)
            time.sleep(LOOK_SECONDS)
        return None


class Worker(threading.Thread):
    """One till with one resident before it: takes, holds and captures a part, reverses, refunds, in turn."""

    def __init__(self, key: Key, phone: Phone, log: Log, name: str) -> None:
        """Set it up; it goes when started, until `stop` is set, and finishes what it has begun."""
        super().__init__(daemon=True)
        self.till, self.phone, self.log, self.prefix = Till(key), phone, log, name
        self.stop = threading.Event()
        self.spent = False

    def run(self) -> None:
        """Go on."""
        steps = [self.take, self.hold, self.undo, self.take_and_refund]
        for turn in count():
            if self.stop.is_set():
                break
            code = self.phone.code(self.stop.is_set)
            if code is not None:
                steps[turn % len(steps)](code, f"{self.prefix}-{turn}")
        self.till.close()
        self.phone.close()

    def take(self, code: str, number: str) -> None:
        """At once."""
        answer = self.till.ask(code, number, 10_000, points=POINTS, capture="auto")
        self._ended(number, answer, "captured", POINTS)

    def hold(self, code: str, number: str) -> None:
        """Held, then a part captured."""
        answer = self.till.ask(code, number, 10_000, points=POINTS)
        if answer.ok:
            answer = self.till.capture(number, PART)
        self._ended(number, answer, "captured", PART)

    def undo(self, code: str, number: str) -> None:
        """Held, then reversed."""
        answer = self.till.ask(code, number, 10_000, points=POINTS)
        if answer.ok:
            answer = self.till.reverse(number)
        self._ended(number, answer, "reversed", 0)

    def take_and_refund(self, code: str, number: str) -> None:
        """At once, then a part given back."""
        answer = self.till.ask(code, number, 10_000, points=POINTS, capture="auto")
        if answer.ok:
            refund = self.till.refund(number, f"{number}-r", REFUNDED)
            answer = self.till.show(number) if refund.ok else refund
        self._ended(number, answer, "partly_refunded", POINTS - REFUNDED)

    def _ended(self, number: str, answer: Answer, state: str, points: int) -> None:
        if answer.code == "merchants.code_not_good":  # it lapsed while the system was away: nothing may have moved
            self.log.note(number, state="declined", points=0)
        elif answer.code == "merchants.points_too_few":
            self.log.note(number, state="declined", points=0)
            self.spent = True
            self.stop.set()
        elif answer.ok and answer.body["state"] == state:
            self.log.note(number, state=state, points=points)
        else:
            self.log.surprise(number, answer)
