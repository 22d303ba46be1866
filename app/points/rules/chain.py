"""The links of a passbook's chain. Byte for byte what points_post computes; tools/verify_passbook.py repeats it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from struct import pack
from uuid import UUID

GENESIS = bytes(32)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(instant: datetime) -> int:
    """Count the microseconds since 1970 in UTC, exactly."""
    return (instant - EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Header:
    """The words of a transaction that every chained entry vouches for."""

    id: UUID
    actor_id: UUID
    recorded_at: datetime
    effective_at: datetime
    code: str
    cause: str
    evidence: str | None

    def digest(self) -> bytes:
        """Hash the header; texts are length-prefixed so that no two headers share a byte string."""
        words = b"".join(pack(">i", len(text)) + text for text in (self.code.encode(), self.cause.encode()))
        evidence = (
            pack(">i", -1)
            if self.evidence is None
            else pack(">i", len(self.evidence.encode())) + self.evidence.encode()
        )
        times = pack(">qq", microseconds(self.recorded_at), microseconds(self.effective_at))
        return sha256(self.id.bytes + self.actor_id.bytes + times + words + evidence).digest()


def link(
    previous: bytes, *, book_id: int, account_id: UUID, version: int, amount: int, balance_after: int, digest: bytes
) -> bytes:
    """The next link: hash over the one before, the entry, and its transaction's digest."""
    return sha256(
        previous + pack(">i", book_id) + account_id.bytes + pack(">qqq", version, amount, balance_after) + digest
    ).digest()
