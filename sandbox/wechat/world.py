"""What the stand-in knows: people, codes, tokens, subscriptions, what was sent, how often who called."""

import base64
import hashlib
import hmac
import itertools
import json
import random
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

APPID, SECRET = "wx11aa22bb33cc44dd", "0123456789abcdef0123456789abcdef"
PUSH_TOKEN, PUSH_AES_KEY = "linlisandbox", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
CODE_SECONDS = 300
VISIT_SECONDS = 7200
TOKEN_SECONDS = 7200
OVERLAP_SECONDS = 300
TOKEN_LENGTH = 512
FORCE_SECONDS, FORCES_A_DAY = 30, 20
MINUTE_QUOTAS = {"stable_token": 10_000, "getwxacodeunlimit": 5000, "msg_sec_check": 4000, "media_check_async": 2000}
LOGINS_A_MINUTE = 100
MESSAGES_KEPT = 500


def settings(url: str) -> dict[str, str]:
    """Give the settings of an application that takes the stand-in at `url` for WeChat."""
    return {
        "LINLI_WECHAT_BASE_URL": url,
        "LINLI_WECHAT_APPID": APPID,
        "LINLI_WECHAT_SECRET": SECRET,
        "LINLI_WECHAT_PUSH_TOKEN": PUSH_TOKEN,
        "LINLI_WECHAT_PUSH_AES_KEY": PUSH_AES_KEY,
    }


class No(Exception):
    """What WeChat answers instead: an error code."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode, self.errmsg = errcode, errmsg


@dataclass
class Person:
    """Somebody with a WeChat account."""

    name: str
    openid: str
    phone: str
    blocked: bool = False
    risk_rank: int = 0
    visited_at: float = float("-inf")
    subscriptions: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass
class Code:
    """A one-use code: for signing in, or for a telephone number."""

    person: Person
    kind: str
    issued_at: float
    used: bool = False


@dataclass
class Token:
    """An access token and its end."""

    text: str
    ends_at: float
    begun_at: float


@dataclass
class Message:
    """A subscribe message that was sent."""

    name: str
    template_id: str
    page: str
    data: dict[str, str]
    sent_at: float


@dataclass
class MediaCheck:
    """A check whose result has not been pushed yet."""

    trace_id: str
    openid: str
    url: str


class World:
    """All of it, safe for threads. `now` is seconds since 1970."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.time,
        appid: str = APPID,
        secret: str = SECRET,
        seed: int | None = None,
    ) -> None:
        self.now, self.appid, self.secret = now, appid, secret
        self.lock = threading.RLock()
        self.people: dict[str, Person] = {}
        self.codes: dict[str, Code] = {}
        self.tokens: list[Token] = []
        self.forced: deque[float] = deque(maxlen=FORCES_A_DAY)
        self.messages: deque[Message] = deque(maxlen=MESSAGES_KEPT)
        self.media: dict[str, MediaCheck] = {}
        self.templates: dict[str, dict[str, str]] = {}
        self.calls: dict[str, int] = defaultdict(int)
        self._windows: dict[str, deque[float]] = defaultdict(deque)
        self._chance = random.Random(seed)
        self._numbers = itertools.count(1)

    # people

    def add_people(self, names: Iterable[str]) -> None:
        """Give accounts to people, the same ones every time."""
        for name in names:
            digest = hashlib.sha256(f"{self.appid}:{name}".encode()).digest()
            openid = "o" + base64.urlsafe_b64encode(digest).decode()[:27]
            phone = f"138{int.from_bytes(digest[:4]) % 10**8:08}"
            self.people.setdefault(name, Person(name, openid, phone))

    def person(self, name: str) -> Person:
        """Find somebody by name."""
        if name not in self.people:
            raise No(40003, "no such person in the sandbox")
        return self.people[name]

    def by_openid(self, openid: object) -> Person:
        """Find somebody by openid."""
        for person in self.people.values():
            if person.openid == openid:
                return person
        raise No(40003, "invalid openid")

    def visitor(self, openid: object) -> Person:
        """Find somebody who used the mini-program within the last two hours."""
        person = self.by_openid(openid)
        if self.now() - person.visited_at > VISIT_SECONDS:
            raise No(61010, "user access log timeout")
        return person

    # codes

    def issue_code(self, name: str, kind: str = "login") -> str:
        """Do what wx.login and the button getPhoneNumber do on somebody's phone."""
        with self.lock:
            person = self.person(name)
            person.visited_at = self.now()
            code = self._text(32)
            self.codes[code] = Code(person, kind, self.now())
            return code

    def use_code(self, text: object, kind: str) -> Person:
        """Take a code in, once."""
        with self.lock:
            code = self.codes.get(str(text))
            if code is None or code.kind != kind or self.now() - code.issued_at > CODE_SECONDS:
                raise No(40029, "invalid code")
            if kind == "login":
                self.count(f"login {code.person.openid}", LOGINS_A_MINUTE)
            if code.used:
                raise No(40163, "code been used")
            code.used = True
            return code.person

    # tokens

    def give_token(self, *, force: bool) -> Token:
        """Do what stable_token does."""
        with self.lock:
            now = self.now()
            latest = self.tokens[-1] if self.tokens else None
            if force:
                self._count_force(now)
                self.tokens.clear()
                latest = None
            if latest is None or latest.ends_at - now <= OVERLAP_SECONDS:
                latest = Token(self._text(TOKEN_LENGTH), now + TOKEN_SECONDS, now)
                self.tokens = [*self.tokens[-1:], latest]
            return latest

    def check_token(self, text: object) -> None:
        """Refuse what is no token, or none any more."""
        with self.lock:
            if not text:
                raise No(41001, "access_token missing")
            for token in self.tokens:
                if hmac.compare_digest(token.text, str(text)):
                    if self.now() >= token.ends_at:
                        raise No(42001, "access_token expired")
                    return
            raise No(40001, "invalid credential, access_token is invalid or not latest")

    def spoil_tokens(self) -> None:
        """End all tokens without telling anybody."""
        with self.lock:
            self.tokens.clear()

    def _count_force(self, now: float) -> None:
        recent = [at for at in self.forced if now - at < 86_400]
        if recent and now - recent[-1] < FORCE_SECONDS:
            raise No(45011, "api minute-quota reach limit, must slower")
        if len(recent) >= FORCES_A_DAY:
            raise No(45009, "reach max api daily quota limit")
        self.forced.append(now)

    # quotas

    def count(self, what: str, quota: int) -> None:
        """Count a call of the last minute, and refuse the one too many."""
        with self.lock:
            window, now = self._windows[what], self.now()
            while window and now - window[0] >= 60:
                window.popleft()
            if len(window) >= quota:
                raise No(45011, "api minute-quota reach limit, must slower, retry next minute")
            window.append(now)

    # messages

    def accept(self, name: str, template_id: str, times: int = 1) -> None:
        """Do what accepting in wx.requestSubscribeMessage does."""
        with self.lock:
            self.person(name).subscriptions[template_id] += times

    def send(self, openid: object, template_id: object, page: str, data: dict[str, str]) -> int:
        """Send a subscribe message against one subscription."""
        with self.lock:
            person, template = self.by_openid(openid), str(template_id)
            if self.templates and template not in self.templates:
                raise No(40037, "invalid template_id")
            if person.subscriptions[template] < 1:
                raise No(43101, "user refuse to accept the msg")
            person.subscriptions[template] -= 1
            self.messages.append(Message(person.name, template, page, data, self.now()))
            return next(self._numbers)

    # content

    def new_trace(self) -> str:
        """Make a trace id as WeChat does."""
        return "-".join(self._text(8, "0123456789abcdef") for _ in range(3))

    def sign_soter(self, name: str, challenge: str) -> dict[str, str]:
        """Do what a finger on somebody's phone does."""
        result = json.dumps({"raw": challenge, "fid": "1", "counter": next(self._numbers), "cpu_id": "sandbox"})
        return {"result": result, "signature": self._soter(self.person(name).openid, result)}

    def check_soter(self, openid: object, result: object, signature: object) -> bool:
        """Say whether a signature is one of ours."""
        return hmac.compare_digest(self._soter(self.by_openid(openid).openid, str(result)), str(signature))

    def _soter(self, openid: str, result: str) -> str:
        return hmac.new(openid.encode(), result.encode(), hashlib.sha256).hexdigest()

    def _text(
        self, length: int, letters: str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    ) -> str:
        return "".join(self._chance.choices(letters, k=length))

    def snapshot(self) -> dict[str, Any]:
        """Say how often which call came."""
        with self.lock:
            return dict(self.calls)
