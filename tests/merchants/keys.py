"""Tills with keys, and requests signed as a POS vendor would: nothing of this is the application's own code."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.infra.unit_of_work import UnitOfWork
from app.kernel.signed import Algorithm
from app.merchants.models import Branch
from app.merchants.service import terminals

NONCES = count(1)
SCHEMES = {
    Algorithm.ED25519: "LINLI-ED25519",
    Algorithm.RSA_SHA256: "LINLI-RSA-SHA256",
    Algorithm.HMAC_SHA256: "LINLI-HMAC-SHA256",
}
NAMES = {Algorithm.ED25519: "ed25519", Algorithm.RSA_SHA256: "rsa-v1_5-sha256", Algorithm.HMAC_SHA256: "hmac-sha256"}
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)  # once: making one takes a while


@dataclass
class Pen:
    """A till's own key; signs requests at one time of its clock."""

    algorithm: Algorithm = Algorithm.ED25519
    at: datetime | None = None
    serial: str = ""
    terminal_id: UUID | None = None
    secret: bytes = b""
    key: Any = field(default_factory=ed25519.Ed25519PrivateKey.generate)

    @property
    def public(self) -> str:
        """The public key in Base64, as it is registered."""
        return base64.b64encode(
            self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).decode()

    def sign(self, message: bytes) -> str:
        """A signature in Base64."""
        if self.algorithm is Algorithm.HMAC_SHA256:
            made = hmac.digest(self.secret, message, "sha256")
        elif self.algorithm is Algorithm.RSA_SHA256:
            made = self.key.sign(message, padding.PKCS1v15(), SHA256())
        else:
            made = self.key.sign(message)
        return base64.b64encode(made).decode()

    def headers(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        nonce: str = "",
        seconds: int = 0,
        scheme: str = "",
        serial: str = "",
    ) -> dict[str, str]:
        """The headers of a request with this body, signed so many seconds after `at`."""
        assert self.at is not None
        timestamp = int(self.at.timestamp()) + seconds
        nonce = nonce or f"nonce-of-a-till-{next(NONCES):06}"
        signature = self.sign(f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + body + b"\n")
        given = f'serial="{serial or self.serial}",nonce="{nonce}",timestamp="{timestamp}",signature="{signature}"'
        return {
            "Authorization": f"{scheme or SCHEMES[self.algorithm]} {given}",
            "Content-Type": "application/json",
            "Linli-Demo-Clock": self.at.isoformat(),
        }

    def send(self, client: Any, method: str, target: str, content: Any = None, **details: Any) -> Any:
        """Send a signed request; `key=` is its Idempotency-Key, the rest is as for `headers`."""
        key = details.pop("key", None)
        body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
        headers = self.headers(method, target, body, **details) | ({"Idempotency-Key": key} if key else {})
        return client.open(target, method=method, data=body, headers=headers)


def enrol(uow: UnitOfWork, branch: Branch, algorithm: Algorithm = Algorithm.ED25519, *, name: str = "1号机") -> Pen:
    """A till of a branch, and the pen with its key."""
    key = RSA_KEY if algorithm is Algorithm.RSA_SHA256 else ed25519.Ed25519PrivateKey.generate()
    pen = Pen(algorithm, uow.now, key=key)
    shares = algorithm is Algorithm.HMAC_SHA256
    code = terminals.make_enrolment_code(uow, branch, name=name, takes_hmac=shares).code
    uow.session.flush()
    proof = None if shares else pen.sign(f"LINLI-ENROL\n{code}\n{pen.public}\n".encode())
    enrolled = terminals.enrol_terminal(
        uow,
        code=code,
        algorithm=algorithm,
        public_key=None if shares else pen.public,
        proof=proof,
        address="127.0.0.1",
    )
    uow.session.flush()
    pen.terminal_id = enrolled.terminal.id
    pen.serial, pen.secret = enrolled.key.serial, bytes.fromhex(enrolled.secret or "")
    return pen


def message_signed(
    pen: "Pen",
    method: str,
    target: str,
    body: bytes = b"",
    *,
    seconds: int = 0,
    nonce: str = "a-nonce-of-rfc-9421",
    names: tuple[str, ...] = (),
    alg: str = "",
    more: str = "",
) -> dict[str, str]:
    """The headers of a request signed by RFC 9421, written from the document and not with the application's code."""
    assert pen.at is not None
    path, _, query = target.partition("?")
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    values = {"@method": method, "@path": path, "@query": f"?{query}", "content-digest": digest}
    covered = names or tuple(values)
    created = int(pen.at.timestamp()) + seconds
    params = "(" + " ".join(f'"{name}"' for name in covered) + ")"
    params += f';created={created};keyid="{pen.serial}";alg="{alg or NAMES[pen.algorithm]}";nonce="{nonce}"{more}'
    base = "".join(f'"{name}": {values[name]}\n' for name in covered) + f'"@signature-params": {params}'
    return {
        "Signature-Input": f"sig1={params}",
        "Signature": f"sig1=:{pen.sign(base.encode())}:",
        "Content-Digest": digest,
        "Content-Type": "application/json",
        "Linli-Demo-Clock": pen.at.isoformat(),
    }
