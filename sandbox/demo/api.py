"""Speaking to the running system, as any client would: sessions, retries with the same key, and counts of both."""

import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx

from sandbox.neighbourhood.people import Person
from sandbox.neighbourhood.places import BOOK

ATTEMPTS_MAX = 12
WAIT_SECONDS_MAX = 5.0
POLITE_SECONDS_MAX = 60.0  # whoever comes too often waits as long as he is told to
RENEW_BEFORE = timedelta(minutes=2)
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
        self._sessions: dict[Person, dict[str, Any]] = {}
        self._owners: dict[Person, str] = {}
        self._renewing = threading.Lock()
        self._tally = tally

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def get(
        self, person: Person, path: str, *, at: datetime | None = None, language: str = "zh", **query: str | int
    ) -> Reply:
        """Read something of the book. `at` is the instant it shall be for the system; left out: now."""
        headers = self._headers(person, at) | {"Accept-Language": language}
        return self.send("GET", f"/v1/books/{BOOK}{path}", headers, params=query)

    def post(
        self, person: Person, path: str, body: dict[str, Any], *, at: datetime | None = None, key: str | None = None
    ) -> Reply:
        """Do something. `key` goes out as Idempotency-Key, for acts that carry no reference of their own."""
        headers = self._headers(person, at) | ({"Idempotency-Key": key} if key else {})
        return self.send("POST", f"/v1/books/{BOOK}{path}", headers, json=body)

    def ask(self, person: Person, method: str, path: str, **content: Any) -> Reply:
        """Ask for something outside the book, or do it: once, however often it is sent."""
        key = {} if method == "GET" else {"Idempotency-Key": secrets.token_hex(16)}
        return self.send(method, path, self._headers(person, None) | key, **content)

    def admit(self, person: Person, tokens: dict[str, Any]) -> None:
        """Take over the session of somebody who has signed in."""
        self._sessions[person] = tokens

    def call(self, person: Person, owner_id: str) -> None:
        """Note as what the book knows a resident."""
        self._owners[person] = owner_id

    def id_of(self, person: Person) -> str:
        """As what the book knows a resident: the owner of the passbook."""
        return self._owners[person]

    def _headers(self, person: Person, at: datetime | None) -> dict[str, str]:
        clock = {"Linli-Demo-Clock": at.isoformat()} if at else {}
        return {"Authorization": f"Bearer {self._token(person)}"} | clock

    def _token(self, person: Person) -> str:
        session = self._sessions.get(person)
        if session is None:
            raise DemoProblem(f"{person.name} 还没有登录 / has not signed in")
        if _is_old(session):
            with self._renewing:
                if _is_old(session := self._sessions[person]):
                    body = {"refresh_token": session["refresh_token"]}
                    self._sessions[person] = session = self.send("POST", "/v1/sessions/refresh", json=body).need()
        return str(session["access_token"])

    def send(self, method: str, path: str, headers: dict[str, str] | None = None, **content: Any) -> Reply:
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
                pause = max(pause, _seconds(answer))
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


def _seconds(answer: httpx.Response) -> float:
    told = answer.headers.get("Retry-After", "")
    longest = POLITE_SECONDS_MAX if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS else WAIT_SECONDS_MAX
    return min(float(told), longest) if told.isdigit() else 0.0


def _is_old(session: dict[str, Any]) -> bool:
    return datetime.fromisoformat(session["access_expires_at"]) < datetime.now(UTC) + RENEW_BEFORE
