"""Calls to WeChat Pay, signed by the merchant: so far the one that tells how many points a payment brings."""

import base64
import json
import re
import secrets  # noqa: TID251 - a nonce belongs to its signature, and must never be the choice of a caller
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from app.infra import unit_of_work
from app.infra.wechat.transport import Request, Transport, TransportError

SCHEME = "WECHATPAY2-SHA256-RSA2048"
POINTS_NOTIFY = "/v3/businesscircle/points/notify"
DEADLINE_SECONDS = 5.0
CODE = re.compile(r"[A-Z_]{1,40}")


@dataclass(frozen=True, slots=True)
class PayClient:
    """Calls in the name of one merchant."""

    transport: Transport
    mchid: str
    serial: str
    key: RSAPrivateKey = field(repr=False)

    def notify_points(self, document: Mapping[str, Any]) -> str:
        """Tell what a payment brings. Answers "" when it was taken, else why not: a status or a transport's word.

        May be sent again: WeChat Pay knows the payment by its transaction_id.
        """
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        headers["Authorization"] = self.sign("POST", POINTS_NOTIFY, body)
        request = Request("POST", POINTS_NOTIFY, {}, content=body, headers=headers)
        try:
            reply = self.transport.send(request, deadline=time.monotonic() + DEADLINE_SECONDS)
        except TransportError as error:
            return error.reason
        return "" if reply.status in {200, 204} else f"status_{reply.status}{_code(reply.body)}"

    def sign(self, method: str, path: str, body: bytes) -> str:
        """Give the header Authorization of a request."""
        second, nonce = int(unit_of_work.clock().timestamp()), secrets.token_hex(16)
        content = f"{method}\n{path}\n{second}\n{nonce}\n".encode() + body + b"\n"
        signature = base64.b64encode(self.key.sign(content, PKCS1v15(), SHA256())).decode()
        parts = {"mchid": self.mchid, "nonce_str": nonce, "signature": signature, "timestamp": str(second)}
        parts["serial_no"] = self.serial
        return f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in parts.items())


def _code(body: bytes) -> str:
    """What WeChat Pay calls it, such as FREQUENCY_LIMITED; nothing where the answer is no error of its kind."""
    try:
        found = CODE.fullmatch(json.loads(body)["code"])
    except (ValueError, LookupError, TypeError):
        return ""
    return f" {found[0]}" if found else ""
