"""Calls to WeChat Pay, signed by the merchant: how many points a payment brings, and whether somebody wants any."""

import base64
import json
import re
import secrets  # noqa: TID251 - a nonce belongs to its signature, and must never be the choice of a caller
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from app.infra import unit_of_work
from app.infra.wechat.transport import Request, Transport, TransportError

SCHEME = "WECHATPAY2-SHA256-RSA2048"
AUTHORIZATIONS = "/v3/businesscircle/user-authorizations"
POINTS_NOTIFY = "/v3/businesscircle/points/notify"
DEADLINE_SECONDS = 5.0
CODE = re.compile(r"[A-Z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Authorization:
    """What somebody said at WeChat Pay last: whether he wants points, since when; None: he never said anything."""

    wants: bool
    at: datetime


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

    def find_authorization(self, *, appid: str, openid: str) -> Authorization | str | None:
        """Ask whether somebody wants points. Answers a text where nobody can tell: a status or a transport's word."""
        path, query = f"{AUTHORIZATIONS}/{quote(openid, safe='')}", {"appid": appid}
        headers = {"Accept": "application/json"}
        headers["Authorization"] = self.sign("GET", f"{path}?{urlencode(query)}", b"")
        request = Request("GET", path, query, headers=headers)
        try:
            reply = self.transport.send(request, deadline=time.monotonic() + DEADLINE_SECONDS)
        except TransportError as error:
            return error.reason
        if reply.status != HTTPStatus.OK:
            return f"status_{reply.status}{_code(reply.body)}"
        try:
            return _authorization(json.loads(reply.body))
        except (ValueError, LookupError, TypeError):
            return "unreadable"

    def sign(self, method: str, path: str, body: bytes) -> str:
        """Give the header Authorization of a request."""
        second, nonce = int(unit_of_work.clock().timestamp()), secrets.token_hex(16)
        content = f"{method}\n{path}\n{second}\n{nonce}\n".encode() + body + b"\n"
        signature = base64.b64encode(self.key.sign(content, PKCS1v15(), SHA256())).decode()
        parts = {"mchid": self.mchid, "nonce_str": nonce, "signature": signature, "timestamp": str(second)}
        parts["serial_no"] = self.serial
        return f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in parts.items())


def _authorization(told: Mapping[str, Any]) -> Authorization | None:
    """Read an answer. Refuses with ValueError, LookupError or TypeError what its documents do not say."""
    state = told["authorize_state"]
    if state == "UNAUTHORIZED":
        return None
    times = {"AUTHORIZED": "authorize_time", "DEAUTHORIZED": "deauthorize_time"}
    at = datetime.fromisoformat(told[times[state]])
    if at.tzinfo is None:
        raise ValueError(state)
    return Authorization(state == "AUTHORIZED", at)


def _code(body: bytes) -> str:
    """What WeChat Pay calls it, such as FREQUENCY_LIMITED; nothing where the answer is no error of its kind."""
    try:
        found = CODE.fullmatch(json.loads(body)["code"])
    except (ValueError, LookupError, TypeError):
        return ""
    return f" {found[0]}" if found else ""
