"""Standard Webhooks: `v1,` and the Base64 of HMAC-SHA256 over id, second and body, under a secret (whsec_…)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

PREFIX = "whsec_"


def write_secret(key: bytes) -> str:
    """Write a key as its receiver is to enter it."""
    return PREFIX + base64.b64encode(key).decode()


def message_id(event_id: UUID) -> str:
    """The webhook-id of an event: the same for all attempts, and for all endpoints that hear of it."""
    return f"msg_{event_id.hex}"


def headers(*, event_id: UUID, at: datetime, body: str, secrets: Sequence[str]) -> Mapping[str, str]:
    """Sign a body with every secret that is good now."""
    second = int(at.timestamp())
    content = f"{message_id(event_id)}.{second}.{body}".encode()
    return {
        "content-type": "application/json",
        "webhook-id": message_id(event_id),
        "webhook-timestamp": str(second),
        "webhook-signature": " ".join(_sign(content, secret) for secret in secrets),
    }


def _sign(content: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
