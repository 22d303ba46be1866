"""The second way to sign: HTTP Message Signatures (RFC 9421), one strict profile of it, read to the same `Signed`.

Covered are exactly "@method", "@path", "@query" and "content-digest" (SHA-256, RFC 9530), with created, nonce, keyid
and alg, all in any order. What is fixed need not be negotiated, and what need not be negotiated cannot be talked down.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from flask import Request

from app.kernel.signed import Algorithm, Signed
from app.web.refusals import ClockOff, MessageSignatureMalformed

INPUT, SIGNATURE, DIGEST = "Signature-Input", "Signature", "Content-Digest"
COVERED = frozenset({"@method", "@path", "@query", "content-digest"})
ALGORITHMS = {
    "ed25519": Algorithm.ED25519,
    "rsa-v1_5-sha256": Algorithm.RSA_SHA256,
    "hmac-sha256": Algorithm.HMAC_SHA256,
}
"""By their names in the registry of RFC 9421."""
SIGNATURE_INPUT = re.compile(r'([a-z][a-z0-9_-]{0,31})=(\(((?:"[@a-z-]+" ?)*)\)((?:;[a-z]+=(?:[0-9]+|"[^"\\]*"))*))')
PARAMETER = re.compile(r';([a-z]+)=(?:([0-9]+)|"([^"\\]*)")')
FORMS = {
    "created": re.compile(r"[0-9]{1,12}"),
    "nonce": re.compile(r"[A-Za-z0-9_-]{16,64}"),
    "keyid": re.compile(r"[0-9a-f]{32}"),
    "alg": re.compile("|".join(map(re.escape, ALGORITHMS))),
}
HEADER_LENGTH_MAX = 1400
TOLERANCE_SECONDS = 300


def is_signed(request: Request) -> bool:
    """Say whether a request is signed in this way."""
    return INPUT in request.headers


def read(request: Request, target: str, now: datetime) -> Signed:
    """Read what was signed, and how; `target` is path and query as they were sent.

    Refuses MessageSignatureMalformed, ClockOff.
    """
    found = SIGNATURE_INPUT.fullmatch(request.headers.get(INPUT, "")[: HEADER_LENGTH_MAX + 1])
    if found is None:
        raise MessageSignatureMalformed(now, field=INPUT)
    label, parameters, names, given = found[1], found[2], found[3].replace('"', "").split(), _parameters(found[4])
    for name, form in FORMS.items():
        if not form.fullmatch(given.get(name, "")):
            raise MessageSignatureMalformed(now, field=f"{INPUT}.{name}")
    if set(names) != COVERED or len(names) != len(COVERED) or given.keys() != FORMS.keys():
        raise MessageSignatureMalformed(now, field=INPUT)
    if abs(now.timestamp() - int(given["created"])) > TOLERANCE_SECONDS:
        raise ClockOff(now, field=f"{INPUT}.created")
    digest = f"sha-256=:{b64encode(sha256(request.get_data(cache=True)).digest()).decode()}:"
    if request.headers.get(DIGEST) != digest:
        raise MessageSignatureMalformed(now, field=DIGEST)
    path, _, query = target.partition("?")
    values = {"@method": request.method, "@path": path, "@query": f"?{query}", "content-digest": digest}
    return Signed(
        serial=given["keyid"],
        algorithm=ALGORITHMS[given["alg"]],
        nonce=given["nonce"],
        message=base_of([(name, values[name]) for name in names], parameters),
        signature=_signature(request, label, now),
        address=request.remote_addr or "unknown",
    )


def base_of(components: Sequence[tuple[str, str]], parameters: str) -> bytes:
    """Give the signature base (RFC 9421, 2.5): each component on a line, then the parameters as they were sent."""
    lines = [f'"{name}": {value}' for name, value in components]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode()


def _parameters(text: str) -> Mapping[str, str]:
    """Read the parameters, each once; one that comes twice gives nothing at all."""
    pairs = [(name, number or quoted) for name, number, quoted in PARAMETER.findall(text)]
    return dict(pairs) if len(dict(pairs)) == len(pairs) else {}


def _signature(request: Request, label: str, now: datetime) -> bytes:
    """Read the one signature, which has the label of its input."""
    name, _, value = request.headers.get(SIGNATURE, "")[:HEADER_LENGTH_MAX].partition("=:")
    if name != label or not value.endswith(":"):
        raise MessageSignatureMalformed(now, field=SIGNATURE)
    try:
        return b64decode(value[:-1], validate=True)
    except ValueError:  # no base64, or no ASCII at all
        raise MessageSignatureMalformed(now, field=SIGNATURE) from None
