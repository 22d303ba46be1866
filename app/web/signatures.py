"""The signature of a till: read off a request before its body is parsed. What is signed: docs/merchants.md."""

import binascii
import re
from base64 import b64decode
from datetime import datetime
from typing import NoReturn
from urllib.parse import quote

from flask import Request

from app.infra import metrics
from app.kernel.signed import Algorithm, Signed
from app.web import limits
from app.web.refusals import ClockOff, SignatureMalformed, SignatureRefused, TooOften

SCHEMES = {
    "LINLI-ED25519": Algorithm.ED25519,
    "LINLI-RSA-SHA256": Algorithm.RSA_SHA256,
    "LINLI-HMAC-SHA256": Algorithm.HMAC_SHA256,
}
"""By the scheme of the Authorization header."""
PARAMETER = re.compile(r'\s*([a-z]+)="([^"\\]*)"\s*')
FORMS = {
    "serial": re.compile(r"[0-9a-f]{32}"),
    "nonce": re.compile(r"[A-Za-z0-9_-]{16,64}"),
    "timestamp": re.compile(r"[0-9]{1,12}"),
    "signature": re.compile(r"[A-Za-z0-9+/]{16,700}={0,2}"),
}
HEADER_LENGTH_MAX = 1400
TOLERANCE_SECONDS = 300
BAD_TRIES = limits.Limit(limits.By.ADDRESS, 5, 60)
"""Wrong signatures of one serial, and from one address, that are told so; after them one is told to wait."""


def is_signed(request: Request) -> bool:
    """Say whether a request comes with a signature in place of a token."""
    return request.headers.get("Authorization", "").partition(" ")[0].upper() in SCHEMES


def read(request: Request, now: datetime) -> Signed:
    """Read what was signed, and how. Refuses SignatureMalformed, and ClockOff more than 300 seconds from `now`."""
    header = request.headers.get("Authorization", "")
    scheme, _, text = header.partition(" ")
    given = _parameters(text) if len(header) <= HEADER_LENGTH_MAX else {}
    for name, form in FORMS.items():
        if not form.fullmatch(given.get(name, "")):
            raise SignatureMalformed(now, field=f"Authorization.{name}")
    if abs(now.timestamp() - int(given["timestamp"])) > TOLERANCE_SECONDS:
        raise ClockOff(now)
    try:
        signature = b64decode(given["signature"], validate=True)
    except binascii.Error:
        raise SignatureMalformed(now, field="Authorization.signature") from None
    return Signed(
        serial=given["serial"],
        algorithm=SCHEMES[scheme.upper()],
        nonce=given["nonce"],
        message=canonical(
            request.method, target_of(request), given["timestamp"], given["nonce"], request.get_data(cache=True)
        ),
        signature=signature,
        address=request.remote_addr or "unknown",
    )


def canonical(method: str, target: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """Give the bytes that are signed: five lines, each with its end; the body as it was sent, byte for byte."""
    return f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"


def target_of(request: Request) -> str:
    """Give path and query as they were sent: `/v1/merchant/terminal?a=b`, without `?` where there is no query."""
    sent = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or "")
    if not sent.startswith("/"):  # a server that does not keep what was sent, or was sent a whole URL
        query = request.query_string.decode("latin-1")
        sent = quote(request.path) + (f"?{query}" if query else "")
    return sent


def refuse(signed: Signed, now: datetime) -> NoReturn:
    """Refuse a request whose key or signature is not good: in one way, whatever is wrong, and not too often.

    Who signs rightly is never held up by others' wrong tries. Refuses SignatureRefused, TooOften.
    """
    metrics.refused_tokens_total.labels("signature").inc()
    waits = [
        limits.count(BAD_TRIES, "signature", "serial", signed.serial),
        limits.count(BAD_TRIES, "signature", "address", signed.address),
    ]
    if any(waits):
        raise TooOften(seconds=max(waits))
    raise SignatureRefused(now)


def _parameters(text: str) -> dict[str, str]:
    """Read `name="value"` pairs, each of the four once; anything else gives nothing at all."""
    found: dict[str, str] = {}
    for part in text.split(","):
        pair = PARAMETER.fullmatch(part)
        if pair is None or pair[1] in found or pair[1] not in FORMS:
            return {}
        found[pair[1]] = pair[2]
    return found
