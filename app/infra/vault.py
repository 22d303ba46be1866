"""Personal data at rest: sealed so that the database alone does not tell it, indexed so that it can still be found.

Sealing is AES-256-GCM under a key of its own for each named secret (HKDF-SHA256), with a fresh nonce and bound to its
context: what was sealed for one row opens for no other. A blind index is HMAC-SHA256 of the plain value: equal values
have equal indexes, so a value can be looked up by somebody who knows it, and by nobody else.
"""

import hashlib
import hmac
import secrets  # noqa: TID251 - a nonce belongs to its sealing, and must never be the choice of a caller
from typing import cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app

from app.infra.config import Config
from app.infra.readers import Keys

VAULT = "linli.vault"
NONCE_BYTES, KEY_BYTES = 12, 32


class SealBroken(Exception):
    """A sealed value does not open: its key is gone, it was changed, or it belongs to another row. Ours to mend."""


class Vault:
    """Seals, opens and indexes. Holds keys; its repr shows none."""

    def __init__(self, keys: Keys, index_secret: str) -> None:
        """Take the named secrets, the one that seals first, and the secret of the index."""
        self._sealing = keys[0][0]
        self._ciphers = {name: AESGCM(_derive(secret, b"linli seal")) for name, secret in keys}
        self._index_key = _derive(index_secret, b"linli index")

    def seal(self, text: str, *, context: str) -> bytes:
        """Seal a text for one place, named by `context` ("identity.people.phone:<id>")."""
        name = self._sealing.encode()
        nonce = secrets.token_bytes(NONCE_BYTES)
        return (
            bytes([len(name)])
            + name
            + nonce
            + self._ciphers[self._sealing].encrypt(nonce, text.encode(), context.encode())
        )

    def open(self, sealed: bytes, *, context: str) -> str:
        """Give the text that was sealed for this context. Refuses with SealBroken anything else."""
        start = 1 + sealed[0] if sealed else 0
        cipher = self._ciphers.get(sealed[1:start].decode("ascii", "replace"))
        nonce, content = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
        if cipher is None or len(nonce) < NONCE_BYTES:
            raise SealBroken
        try:
            return cipher.decrypt(nonce, content, context.encode()).decode()
        except InvalidTag:
            raise SealBroken from None

    def index(self, text: str, *, kind: str) -> bytes:
        """Give the 32 bytes under which a text of this kind is looked up. Kinds never meet: "phone", "openid"."""
        return hmac.new(self._index_key, f"{kind}\0{text}".encode(), hashlib.sha256).digest()


def install(app: Flask, config: Config) -> None:
    """Give the application its vault."""
    app.extensions[VAULT] = Vault(config.vault_keys, config.index_secret)


def vault() -> Vault:
    """Give the current application's vault."""
    return cast("Vault", current_app.extensions[VAULT])


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret.encode())
