"""One till: its key, its signature, and requests that are sent again until they are answered."""

import base64
import json
import secrets
import sys
import time
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

TIMEOUT_SECONDS = 10.0
PAUSE_SECONDS = 0.2
SIGNED_SECONDS = 240
"""So long the same bytes are sent again; then they are signed anew, for after 300 seconds a signature is over."""
TOLD_FROM_SECONDS = 2
"""A wait that is longer is told, with its reason."""


class NotDone(Exception):
    """The system said no to something that is no payment; the text says to what, and why."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a till keeps: where the system is, the name of its key, and the key (hex of the seed)."""

    url: str
    serial: str
    seed: str

    @classmethod
    def read(cls, path: Path) -> "Key":
        """Read it from its file."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def write(self, path: Path) -> None:
        """Keep it in a file that nobody else may read."""
        path.touch(mode=0o600)
        path.chmod(0o600)  # also where there was one
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the system said: done, or refused for a reason that a repeat would not change."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.status < HTTPStatus.BAD_REQUEST

    @property
    def code(self) -> str:
        """The word of a refusal."""
        return "" if self.ok else str(self.body.get("code"))


def enrol(url: str, code: str) -> Key:
    """Make a key, bring its public half with a one-time code, and prove that the other half is here."""
    made = Ed25519PrivateKey.generate()
    public = base64.b64encode(made.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    proof = base64.b64encode(made.sign(f"LINLI-ENROL\n{code}\n{public}\n".encode())).decode()
    body = {"code": code, "algorithm": "ed25519", "public_key": public, "proof": proof}
    answer = httpx.post(f"{url}/v1/terminals", json=body, timeout=TIMEOUT_SECONDS, trust_env=False)
    if answer.is_error:
        raise NotDone(f"the key was not taken: {answer.status_code} {answer.text}")
    return Key(url, answer.json()["serial"], made.private_bytes_raw().hex())


class Till:
    """Signs and sends. Safe to use from one thread."""

    def __init__(self, key: Key) -> None:
        """Open no connection yet."""
        self.key = key
        self._signer = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key.seed))
        self._http = httpx.Client(base_url=key.url, timeout=TIMEOUT_SECONDS, trust_env=False)
        self.retries = 0

    def close(self) -> None:
        """Let the connection go."""
        self._http.close()

    def once(self, method: str, target: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """Send one request, signed now."""
        raw = raw_of(body)
        return self._http.request(method, target, content=raw, headers=self.signed(method, target, raw))

    def signed(self, method: str, target: str, raw: bytes) -> dict[str, str]:
        """The headers that sign a request now."""
        timestamp, nonce = int(time.time()), secrets.token_urlsafe(24)
        message = f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + raw + b"\n"
        signature = base64.b64encode(self._signer.sign(message)).decode()
        given = f'serial="{self.key.serial}",nonce="{nonce}",timestamp="{timestamp}",signature="{signature}"'
        return {"Authorization": f"LINLI-ED25519 {given}", "Content-Type": "application/json"}

    def insist(self, method: str, target: str, body: dict[str, Any] | None = None) -> Answer:
        """Send until there is a final answer, as a till does on a bad network: the number makes that safe.

        The same bytes with the same signature, as long as that is good, and under one Idempotency-Key whatever happens;
        where the answer says when to come again, not sooner.
        """
        raw = raw_of(body)
        key = {"Idempotency-Key": secrets.token_urlsafe(16)} if method == "POST" else {}
        signed_at, headers = time.monotonic(), self.signed(method, target, raw)
        while True:
            if time.monotonic() > signed_at + SIGNED_SECONDS:
                signed_at, headers = time.monotonic(), self.signed(method, target, raw)
            wait = PAUSE_SECONDS
            try:
                answer = self._http.request(method, target, content=raw, headers=headers | key)
            except httpx.TransportError:
                pass
            else:
                if answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR and "Retry-After" not in answer.headers:
                    return Answer(answer.status_code, answer.json())
                wait = wait_of(answer)
            self.retries += 1
            time.sleep(wait)

    def ask(self, code: str, number: str, fen: int, **order: Any) -> Answer:
        """Ask for points into a bill."""
        body = {"code": code, "out_trade_no": number, "order_fen": fen} | order
        return self.insist("POST", "/v1/merchant/redemptions", body)

    def place(self, number: str, fen: int, **order: Any) -> Answer:
        """Place an order with a code of its own."""
        return self.insist("POST", "/v1/merchant/orders", {"out_trade_no": number, "order_fen": fen} | order)

    def show(self, number: str) -> Answer:
        """What stands under a number."""
        return self.insist("GET", address_of(number))

    def capture(self, number: str, points: int | None = None) -> Answer:
        """Take held points."""
        body = {} if points is None else {"points": points}
        return self.insist("POST", f"{address_of(number)}/capture", body)

    def reverse(self, number: str) -> Answer:
        """Undo what stands under a number."""
        return self.insist("POST", f"{address_of(number)}/reverse", {})

    def refund(self, number: str, refund_number: str, points: int) -> Answer:
        """Give points back."""
        body = {"out_refund_no": refund_number, "points": points}
        return self.insist("POST", f"{address_of(number)}/refunds", body)


def raw_of(body: dict[str, Any] | None) -> bytes:
    """The bytes of a body."""
    return b"" if body is None else json.dumps(body, ensure_ascii=False).encode()


def wait_of(answer: httpx.Response) -> float:
    """After how many seconds an answer says to come again; a long wait is told, with the reason."""
    given = answer.headers.get("Retry-After", "")
    seconds = float(given) if given.isdecimal() else PAUSE_SECONDS
    if seconds >= TOLD_FROM_SECONDS:
        print(f"till: waits {seconds:.0f} s: {answer.status_code} {said(answer)}", file=sys.stderr)
    return seconds


def said(answer: httpx.Response) -> str:
    """The word and the sentence of a refusal; what is no problem document, as it came."""
    try:
        problem = answer.json()
        return f"{problem['code']}: {problem['detail']}"
    except (ValueError, KeyError, TypeError):
        return answer.text[:200]


def address_of(number: str) -> str:
    """Where a redemption is. Its number may hold |, which no address does, so a proxy might change it."""
    return f"/v1/merchant/redemptions/{quote(number, safe='')}"
