"""Refresh tokens: each is good once, and one used twice ends its family (RFC 9700, 4.14.2).

A token is `r1.<key>.<session>.<generation>.<mac>`; its MAC is over all of it and the session's own seed, so the
database alone makes none, and neither does a key without the database. Only the newest generation is good. The one
before it is taken for a repeat whose answer was lost, for a short grace, and is answered as it was the first time.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from uuid import UUID

from app.identity import terms
from app.identity.errors import TokenInvalid

FORM = re.compile(r"r1\.([a-z0-9-]{1,16})\.([0-9a-f]{32})\.([1-9][0-9]{0,8})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token taken apart; its MAC is not checked yet."""

    key_name: str
    session_id: UUID
    generation: int
    mac: str


class Use(Enum):
    """What the use of a good refresh token means."""

    ROTATE = auto()
    REPEAT = auto()
    REUSE = auto()


def write(session_id: UUID, generation: int, seed: bytes, *, key_name: str, key: str) -> str:
    """Write the token of one generation: always the same text for the same generation and key."""
    head = f"r1.{key_name}.{session_id.hex}.{generation}"
    return f"{head}.{_mac(head, seed, key)}"


def read(token: str) -> Refresh:
    """Take a token apart. Refuses TokenInvalid for what we never wrote."""
    found = FORM.fullmatch(token)
    if found is None:
        raise TokenInvalid
    return Refresh(found[1], UUID(found[2]), int(found[3]), found[4])


def check(refresh: Refresh, seed: bytes, keys: Mapping[str, str]) -> None:
    """Refuse TokenInvalid unless one of our keys wrote the token for this session."""
    key = keys.get(refresh.key_name)
    head = f"r1.{refresh.key_name}.{refresh.session_id.hex}.{refresh.generation}"
    if key is None or not hmac.compare_digest(_mac(head, seed, key), refresh.mac):
        raise TokenInvalid


def use(refresh: Refresh, *, generation: int, rotated_at: datetime, now: datetime) -> Use:
    """Say what the use of a good token means for its session, which stands at `generation` since `rotated_at`."""
    if refresh.generation == generation:
        return Use.ROTATE
    if refresh.generation == generation - 1 and now - rotated_at <= terms.REPEAT_GRACE:
        return Use.REPEAT
    return Use.REUSE


def _mac(head: str, seed: bytes, key: str) -> str:
    digest = hmac.new(key.encode(), b"linli refresh\0" + seed + head.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
