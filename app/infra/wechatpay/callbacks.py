"""Callbacks of WeChat Pay (APIv3): fresh, signed by a key we know, sealed for us. All else is refused, and counted.

The order is that of pay.weixin.qq.com: the time first, then whose signature it is said to be, then the signature over
timestamp, nonce and the body's bytes as they came, each with a line feed, and only then is anything read. A key that
is not known is not fetched: that would let anybody make us call out. WeChat Pay itself sends callbacks with
wrong signatures, to see whether they are checked; they are refused like any other.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from app.infra import metrics
from app.infra.wechatpay.errors import CallbackRefused

FRESH_SECONDS = 300
SIGNATURE_TYPE = "WECHATPAY2-SHA256-RSA2048"
SECONDS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What stands in the headers Wechatpay-… of a callback; empty what does not."""

    timestamp: str
    nonce: str
    serial: str
    signature: str
    signature_type: str = ""


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback that is WeChat Pay's and ours: its id, its event and when that was, what was sealed in it."""

    id: str
    event: str
    at: datetime
    resource: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Opens the callbacks for one merchant and one mini-program."""

    mchid: str
    appid: str
    key: bytes = field(repr=False)
    platform_keys: Mapping[str, RSAPublicKey] = field(repr=False)

    def open(self, stamp: Stamp, body: bytes, *, now: datetime) -> Callback:
        """Give what a callback says. Refuses CallbackRefused."""
        self._check_stamp(stamp, body, now)
        document = _object(body)
        resource = document.get("resource")
        id_, event = document.get("id"), document.get("event_type")
        if not (isinstance(resource, dict) and isinstance(id_, str) and isinstance(event, str) and 0 < len(id_) <= 64):
            raise refused("garbled")
        plain = _object(self._unseal(resource))
        if plain.get("mchid", self.mchid) != self.mchid or plain.get("appid") != self.appid:
            raise refused("foreign")
        return Callback(id_, event, _instant(document.get("create_time"), now), plain)

    def _check_stamp(self, stamp: Stamp, body: bytes, now: datetime) -> None:
        if not (stamp.nonce and stamp.serial and stamp.signature and SECONDS.fullmatch(stamp.timestamp)):
            raise refused("headers")
        if stamp.signature_type not in {"", SIGNATURE_TYPE}:
            raise refused("headers")
        if abs(now.timestamp() - int(stamp.timestamp)) > FRESH_SECONDS:
            raise refused("stale")
        key = self.platform_keys.get(stamp.serial)
        if key is None:
            raise refused("serial")
        content = f"{stamp.timestamp}\n{stamp.nonce}\n".encode() + body + b"\n"
        try:
            key.verify(base64.b64decode(stamp.signature, validate=True), content, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            raise refused("signature") from None

    def _unseal(self, resource: Mapping[str, Any]) -> bytes:
        parts = [resource.get(name, "") for name in ("ciphertext", "nonce", "associated_data")]
        if resource.get("algorithm") != "AEAD_AES_256_GCM" or not all(isinstance(part, str) for part in parts):
            raise refused("garbled")
        ciphertext, nonce, associated = parts
        try:
            return AESGCM(self.key).decrypt(nonce.encode(), base64.b64decode(ciphertext), associated.encode())
        except (InvalidTag, binascii.Error, ValueError):
            raise refused("sealing") from None


def refused(reason: str) -> CallbackRefused:
    """Count a refusal by its reason, and give it."""
    metrics.mall_callbacks_total.labels(reason).inc()
    return CallbackRefused(reason)


def _instant(value: object, now: datetime) -> datetime:
    """When it happened: no later than now, and now where it does not say so."""
    try:
        told = datetime.fromisoformat(value) if isinstance(value, str) else now
    except ValueError:
        return now
    return min(told, now) if told.tzinfo else now


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise refused("garbled") from None
    if not isinstance(document, dict):
        raise refused("garbled")
    return document
