"""The stand-in's keys, its mall, and the messages it makes."""

import base64
import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

MCHID, APPID = "1900000109", "wx0123456789abcdef"
API_V3_KEY = "stand-in-api-v3-key-of-32-bytes!"  # known to everybody: it is a stand-in's
PLATFORM_SERIAL, MERCHANT_SERIAL = "PUB_KEY_ID_0119000001092024", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
SIGNATURE_TYPE = "WECHATPAY2-SHA256-RSA2048"
SIGNTEST = "WECHATPAY/SIGNTEST/"
BEIJING = timezone(timedelta(hours=8))
# 15s/15s/30s/3m/10m/20m/30m x3/60m/3h x3/6h x2, as pay.weixin.qq.com has it for payments
RETRIES = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
AUTHORIZATION = re.compile(r'(\w+)="([^"]*)"')

Send = Callable[[Mapping[str, str], bytes], int]
"""Posts a callback; answers the status."""


@dataclass
class Mall:
    """One merchant, and what it was told of points."""

    mchid: str = MCHID
    appid: str = APPID
    platform_key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    merchant_key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    told: list[dict[str, Any]] = field(default_factory=list)
    said: dict[str, dict[str, str]] = field(default_factory=dict)  # by openid, what somebody said of points last
    answers: list[int] = field(default_factory=list)
    quota: int | None = None  # how many points/notify it takes within a minute
    heard: list[datetime] = field(default_factory=list)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write_keys(self, folder: Path) -> dict[str, str]:
        """Write the keys the application needs; answers its settings."""
        folder.mkdir(parents=True, exist_ok=True)
        public = self.platform_key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        private = self.merchant_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / "platform.pem").write_bytes(public)
        (folder / "merchant.pem").touch(mode=0o600)
        (folder / "merchant.pem").write_bytes(private)
        return {
            "LINLI_MALL_MCHID": self.mchid,
            "LINLI_MALL_API_V3_KEY": API_V3_KEY,
            "LINLI_MALL_KEY_FILE": str(folder / "merchant.pem"),
            "LINLI_MALL_KEY_SERIAL": MERCHANT_SERIAL,
            "LINLI_MALL_PLATFORM_KEYS": f"{PLATFORM_SERIAL}:{folder / 'platform.pem'}",
        }

    # what happens in the mall

    def activate(self, openid: str) -> dict[str, Any]:
        """Somebody wants points."""
        self.said[openid] = {"authorize_state": "AUTHORIZED", "authorize_time": self._second()}
        plain = {"mchid": self.mchid, "appid": self.appid, "openid": openid, "code": "CODE"}
        return self.seal("MALL_AUTH.ACTIVATE_CARD", "mall_auth", plain)

    def deactivate(self, openid: str) -> dict[str, Any]:
        """Somebody wants none any more. The event's name is a guess; see docs/mall.md."""
        self.said[openid] = {"authorize_state": "DEAUTHORIZED", "deauthorize_time": self._second()}
        plain = {"mchid": self.mchid, "appid": self.appid, "openid": openid}
        return self.seal("MALL_AUTH.DEACTIVATE_CARD", "mall_auth", plain)

    def pay(
        self,
        openid: str,
        shop_number: str,
        amount_fen: int,
        transaction_id: str,
        *,
        change: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Somebody pays."""
        plain = {
            "mchid": self.mchid,
            "merchant_name": "商圈",
            "shop_name": "店",
            "shop_number": shop_number,
            "appid": self.appid,
            "openid": openid,
            "time_end": self.now().astimezone(BEIJING).isoformat(timespec="seconds"),
            "amount": amount_fen,
            "transaction_id": transaction_id,
        }
        return self.seal("MALL_TRANSACTION.SUCCESS", "mall_transaction", plain | dict(change or {}))

    def refund(self, openid: str, transaction_id: str, refund_id: str, pay_fen: int, fen: int) -> dict[str, Any]:
        """Some of it goes back."""
        plain = {
            "mchid": self.mchid,
            "appid": self.appid,
            "openid": openid,
            "pay_amount": pay_fen,
            "refund_amount": fen,
            "refund_time": self.now().astimezone(BEIJING).isoformat(timespec="seconds"),
            "transaction_id": transaction_id,
            "refund_id": refund_id,
        }
        return self.seal("MALL_REFUND.SUCCESS", "mall_refund", plain)

    # how it is told

    def seal(
        self, event: str, original_type: str, plain: Mapping[str, Any], *, key: str = API_V3_KEY
    ) -> dict[str, Any]:
        """Make a callback of it."""
        nonce = uuid.uuid4().hex[:12]
        content = json.dumps(plain, ensure_ascii=False).encode()
        sealed = AESGCM(key.encode()).encrypt(nonce.encode(), content, original_type.encode())
        return {
            "id": str(uuid.uuid4()),
            "create_time": self.now().astimezone(BEIJING).isoformat(timespec="seconds"),
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": event,
            "resource": {
                "original_type": original_type,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": base64.b64encode(sealed).decode(),
                "associated_data": original_type,
                "nonce": nonce,
            },
        }

    def sign(self, body: bytes, *, at: datetime | None = None) -> dict[str, str]:
        """Sign the bytes that are sent."""
        second, nonce = str(int((at or self.now()).timestamp())), uuid.uuid4().hex
        content = f"{second}\n{nonce}\n".encode() + body + b"\n"
        signature = self.platform_key.sign(content, PKCS1v15(), SHA256())
        return {
            "Wechatpay-Timestamp": second,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": PLATFORM_SERIAL,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Signature-Type": SIGNATURE_TYPE,
            "Content-Type": "application/json",
        }

    def tell(self, document: Mapping[str, Any], send: Send, *, wait: Callable[[float], object] = time.sleep) -> int:
        """Send a callback, signed anew each time, until it is answered 200 or 204; answers how often it was sent."""
        body = json.dumps(document, ensure_ascii=False).encode()
        for number, seconds in enumerate((*RETRIES, 0), 1):
            if send(self.sign(body), body) in {200, 204}:
                return number
            wait(seconds)
        return len(RETRIES) + 1

    # what it is told

    def _second(self) -> str:
        return self.now().astimezone(BEIJING).isoformat(timespec="seconds")

    def authorization(self, target: str, authorization: str, openid: str, appid: str) -> tuple[int, dict[str, str]]:
        """Answer user-authorizations: the status, and what somebody said."""
        if not self.is_signed("GET", target, authorization, b""):
            return 401, {}
        with self.lock:
            status = self.answers.pop(0) if self.answers else 200
        if status == 200 and appid != self.appid:
            status = 400
        return status, {"openid": openid} | self.said.get(openid, {"authorize_state": "UNAUTHORIZED"})

    def hear(self, method: str, path: str, authorization: str, body: bytes) -> int:
        """Take points/notify; answers the status."""
        if not self.is_signed(method, path, authorization, body):
            return 401
        with self.lock:
            status = self.answers.pop(0) if self.answers else self._within_quota()
            if status in {200, 204}:
                self.told.append(json.loads(body))
        return status

    def is_signed(self, method: str, path: str, authorization: str, body: bytes) -> bool:
        """Say whether the merchant signed a request."""
        scheme, _, rest = authorization.partition(" ")
        parts = dict(AUTHORIZATION.findall(rest))
        content = f"{method}\n{path}\n{parts.get('timestamp')}\n{parts.get('nonce_str')}\n".encode() + body + b"\n"
        try:
            signature = base64.b64decode(parts.get("signature", ""))
            self.merchant_key.public_key().verify(signature, content, PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return (scheme, parts.get("mchid"), parts.get("serial_no")) == (SIGNATURE_TYPE, self.mchid, MERCHANT_SERIAL)

    def _within_quota(self) -> int:
        now = self.now()
        self.heard = [at for at in self.heard if at > now - timedelta(minutes=1)]
        if self.quota is not None and len(self.heard) >= self.quota:
            return 429
        self.heard.append(now)
        return 204


ERRORS = {400: "PARAM_ERROR", 401: "SIGN_ERROR", 403: "NO_AUTH", 429: "FREQUENCY_LIMITED", 500: "SYSTEM_ERROR"}
"""What WeChat Pay calls its refusals; the rest reads FAIL."""


def numbers(prefix: str) -> Iterator[str]:
    """Numbers like those of payments: 28 digits."""
    count = 0
    while True:
        count += 1
        yield f"{prefix}{count:0{28 - len(prefix)}}"
