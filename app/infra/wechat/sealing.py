"""Messages WeChat pushes to us: signed, encrypted (safe mode), fresh. Everything else is refused, and counted.

The scheme (developers.weixin.qq.com, 消息推送): SHA-1 over token, timestamp, nonce and ciphertext, sorted as texts;
AES-256-CBC whose key is EncodingAESKey + "=" in Base64, its first 16 bytes being the initial vector; inside, 16 random
bytes, the length of the message in four bytes, the message, the AppID, padded to multiples of 32 as PKCS #7 does.
SHA-1 and the fixed vector are WeChat's choice; the token keeps both from being of use to others.
"""

import base64
import binascii
import hashlib
import hmac
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from app.infra import metrics
from app.infra.wechat.errors import PushRefused

FRESH_SECONDS = 300
BLOCK = 32
RANDOM_BYTES = 16
SECONDS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What stands in the query of a push."""

    signature: str
    timestamp: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Push:
    """Opens and seals the messages of one mini-program."""

    appid: str
    token: str = field(repr=False)
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, *, appid: str, token: str, aes_key: str) -> "Push":
        """Make it from what the console shows: Token and EncodingAESKey (43 characters)."""
        return cls(appid, token, base64.b64decode(aes_key + "="))

    def check_address(self, stamp: Stamp, *, now: datetime) -> None:
        """Check that it is WeChat who looks whether our address answers. Refuses PushRefused."""
        self._check(stamp, now)

    def open(self, stamp: Stamp, encrypted: str, *, now: datetime) -> bytes:
        """Give the message. `stamp.signature` is msg_signature. Refuses PushRefused."""
        self._check(stamp, now, encrypted)
        try:
            plain = self._decrypt(base64.b64decode(encrypted, validate=True))
        except (ValueError, binascii.Error, struct.error):
            raise refused("garbled") from None
        return plain

    def seal(self, message: bytes, *, timestamp: str, nonce: str, random: bytes) -> Mapping[str, str]:
        """Encrypt and sign a message as WeChat does; `random` is 16 bytes."""
        content = random + struct.pack(">I", len(message)) + message + self.appid.encode()
        count = BLOCK - len(content) % BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(content + bytes([count]) * count) + encryptor.finalize()
        encrypted = base64.b64encode(sealed).decode()
        return {
            "Encrypt": encrypted,
            "MsgSignature": self.sign(timestamp, nonce, encrypted),
            "TimeStamp": timestamp,
            "Nonce": nonce,
        }

    def sign(self, *parts: str) -> str:
        """Give the signature over the token and `parts`."""
        return hashlib.sha1("".join(sorted([self.token, *parts])).encode(), usedforsecurity=False).hexdigest()

    def _check(self, stamp: Stamp, now: datetime, *more: str) -> None:
        right = self.sign(stamp.timestamp, stamp.nonce, *more)
        if not hmac.compare_digest(right.encode(), stamp.signature.encode()):
            raise refused("signature")
        if not SECONDS.fullmatch(stamp.timestamp) or abs(now.timestamp() - int(stamp.timestamp)) > FRESH_SECONDS:
            raise refused("stale")

    def _decrypt(self, sealed: bytes) -> bytes:
        decryptor = self._cipher().decryptor()
        padded = decryptor.update(sealed) + decryptor.finalize()
        count = padded[-1] if padded else 0
        if not 1 <= count <= BLOCK or len(padded) % BLOCK or padded[-count:] != bytes([count]) * count:
            raise ValueError("padding")
        content = padded[:-count]
        (length,) = struct.unpack(">I", content[RANDOM_BYTES : RANDOM_BYTES + 4])
        message, appid = content[RANDOM_BYTES + 4 :][:length], content[RANDOM_BYTES + 4 :][length:]
        if len(message) != length:
            raise ValueError("length")
        if not hmac.compare_digest(appid, self.appid.encode()):
            raise refused("appid")
        return message

    def _cipher(self) -> Cipher[CBC]:
        return Cipher(AES(self.key), CBC(self.key[:16]))


def refused(reason: str) -> PushRefused:
    """Count a push that is refused, and give the refusal."""
    metrics.wechat_pushes_total.labels(reason).inc()
    return PushRefused(reason)
