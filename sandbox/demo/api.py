"""Speaking to the running system, as any client would: tokens, retries with the same key, and counts of both."""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

import httpx

from sandbox.neighbourhood.people import Person
from sandbox.neighbourhood.places import BOOK

ATTEMPTS_MAX = 12
WAIT_SECONDS_MAX = 5.0
TIMEOUT_SECONDS = 30.0


class DemoProblem(Exception):
    """The demo cannot go on. Its text says what happened and what to do."""


class Tally:
    """Counts of what happened, from several threads."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, what: str, number: int = 1) -> None:
        """Add to a count."""
        with self._lock:
            self._counts[what] += number

    def __getitem__(self, what: str) -> int:
        return self._counts[what]

    def starting(self, prefix: str) -> dict[str, int]:
        """All counts whose name begins so, by the rest of it, the largest first."""
        found = self._counts.most_common()
        return {what.removeprefix(prefix): number for what, number in found if what.startswith(prefix)}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is final: done, or refused for a reason that a repeat would not change."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.status < HTTPStatus.BAD_REQUEST

    @property
    def code(self) -> str:
        """Why it was refused: the machine-readable word."""
        return "" if self.ok else str(self.body.get("code", self.status))

    def need(self) -> Any:
        """The body. Refuses DemoProblem when the answer is a refusal."""
        if not self.ok:
            why = self.body.get("errors") or self.body.get("detail")
            raise DemoProblem(f"系统拒绝了 / the system refused: {self.code} {why}")
        return self.body


class Api:
    """One book of one running system. Safe to use from several threads."""

    def __init__(self, base_url: str, *, connections: int, tally: Tally) -> None:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        # the system is asked directly, whatever proxy the environment names
        self._http = httpx.Client(base_url=base_url, timeout=TIMEOUT_SECONDS, limits=limits, trust_env=False)
        self._tokens: dict[Person, str] = {}
        self._tally = tally

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def get(
        self, person: Person, path: str, *, at: datetime | None = None, language: str = "zh", **query: str | int
    ) -> Reply:
        """Read something of the book. `at` is the instant it shall be for the system; left out: now."""
        headers = self._headers(person, at) | {"Accept-Language": language}
        return self._send("GET", f"/v1/books/{BOOK}{path}", headers, params=query)

    def post(
        self, person: Person, path: str, body: dict[str, Any], *, at: datetime | None = None, key: str | None = None
    ) -> Reply:
        """Do something. `key` goes out as Idempotency-Key, for acts that carry no reference of their own."""
        headers = self._headers(person, at) | ({"Idempotency-Key": key} if key else {})
        return self._send("POST", f"/v1/books/{BOOK}{path}", headers, json=body)

    def _headers(self, person: Person, at: datetime | None) -> dict[str, str]:
        clock = {"Linli-Demo-Clock": at.isoformat()} if at else {}
        return {"Authorization": f"Bearer {self._token(person)}"} | clock

    def _token(self, person: Person) -> str:
        if person not in self._tokens:
            body: dict[str, Any] = {"role": str(person.role), "name": person.name, "book": BOOK}
            if person.shop:
                body["shop_id"] = str(person.shop.id)
            reply = self._send("POST", "/v1/dev/tokens", {}, json=body)
            if reply.status == HTTPStatus.NOT_FOUND:
                raise DemoProblem("系统不在演示模式,不发演示令牌 / not in demo mode: this system gives no demo tokens")
            self._tokens[person] = reply.need()["token"]
        return self._tokens[person]

    def _send(self, method: str, path: str, headers: dict[str, str], **content: Any) -> Reply:
        """Send until there is a final answer. Every act may be repeated: it has a reference or a key."""
        trouble = ""
        for attempt in range(ATTEMPTS_MAX):
            self._tally.add("requests")
            pause = min(0.1 * 2**attempt, WAIT_SECONDS_MAX)
            try:
                answer = self._http.request(method, path, headers=headers, **content)
            except httpx.TransportError as error:
                trouble = f"{type(error).__name__}: {error}"
                self._tally.add("retries: connection lost")
            else:
                if not _is_retryable(answer):
                    return _final(method, path, answer)
                trouble = str(answer.status_code)
                pause = max(pause, _seconds(answer.headers.get("Retry-After", "")))
                self._tally.add(f"retries: {answer.status_code}")
            time.sleep(pause)
        raise DemoProblem(f"系统多次没有应答 / no answer after {ATTEMPTS_MAX} attempts: {method} {path} ({trouble})")


def _is_retryable(answer: httpx.Response) -> bool:
    """Whether the system asks to come back later: it says so with Retry-After."""
    return answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE or "Retry-After" in answer.headers


def _final(method: str, path: str, answer: httpx.Response) -> Reply:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or body is None:
        raise DemoProblem(f"系统出错 / internal error: {method} {path} -> {answer.status_code} {answer.text[:300]}")
    return Reply(answer.status_code, body)


def _seconds(retry_after: str) -> float:
    return min(float(retry_after), WAIT_SECONDS_MAX) if retry_after.isdigit() else 0.0
