"""A request that a till signed: what was signed, by which key, and how."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class Algorithm(StrEnum):
    """How a till signs. RSA is RSASSA-PKCS1-v1_5 with SHA-256, which Java and POS vendors call SHA256withRSA."""

    ED25519 = "ed25519"
    RSA_SHA256 = "rsa-sha256"
    HMAC_SHA256 = "hmac-sha256"  # the low tier: what both sides can sign proves nothing between them


@dataclass(frozen=True, slots=True)
class Signed:
    """The very bytes that were signed, and what came with them. `algorithm` is what the request says, not yet what is.

    `serial` names a key, `nonce` this one request, `address` is where it came from.
    """

    serial: str
    algorithm: Algorithm
    nonce: str
    message: bytes
    signature: bytes
    address: str

    @property
    def digest(self) -> bytes:
        """What tells the same request from another one under the same nonce."""
        return sha256(self.message).digest()
