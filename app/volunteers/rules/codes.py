"""The code on the leader's screen: eight digits that change every half minute, and are good for a minute at most."""

import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.volunteers.terms import CODE_DIGITS, STEP_SECONDS

PURPOSE = b"linli.gathering."


def step_of(at: datetime) -> int:
    """Which half minute it is."""
    return int(at.timestamp()) // STEP_SECONDS


def ends_at(at: datetime) -> datetime:
    """When the next code comes."""
    return datetime.fromtimestamp((step_of(at) + 1) * STEP_SECONDS, UTC)


def make_code(key: bytes, gathering_id: UUID, at: datetime) -> str:
    """The code of a gathering at a time."""
    return _code(key, gathering_id, step_of(at))


def is_fresh(code: str, key: bytes, gathering_id: UUID, at: datetime) -> bool:
    """Whether a code is the one of now, or of the half minute before: whoever scans needs a moment."""
    steps = (step_of(at), step_of(at - timedelta(seconds=STEP_SECONDS)))
    good = [hmac.compare_digest(code.encode(), _code(key, gathering_id, step).encode()) for step in steps]
    return any(good)


def _code(key: bytes, gathering_id: UUID, step: int) -> str:
    digest = hmac.digest(key, PURPOSE + gathering_id.bytes + step.to_bytes(8, "big"), "sha256")
    return f"{int.from_bytes(digest[:8], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}}"
