"""The words of webhooks: states, limits, and how long is waited before trying again."""

from datetime import timedelta
from enum import StrEnum


class EndpointState(StrEnum):
    """Where an endpoint stands."""

    ACTIVE = "active"
    PAUSED = "paused"  # what happens is kept for it, nothing is sent
    CLOSED = "closed"  # for ever


class Why(StrEnum):
    """Why an endpoint is paused or closed."""

    ASKED = "asked"
    FAILING = "failing"  # for three days nothing got through
    GONE = "gone"  # it answered 410
    SECRET_LOST = "secret_lost"  # noqa: S105 - a word: the vault's key is gone; a new secret mends it


class DeliveryState(StrEnum):
    """What became of one event for one endpoint."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"  # given up; may be replayed


class Outcome(StrEnum):
    """How one attempt ended."""

    DELIVERED = "delivered"
    STATUS = "status"  # an answer that is no 2xx; redirects are not followed
    GONE = "gone"  # 410: the endpoint is closed
    ADDRESS_REFUSED = "address_refused"  # its name leads to where we do not go
    UNREACHABLE = "unreachable"
    TLS = "tls"  # no certificate that is good for the name
    TIMEOUT = "timeout"
    GARBLED = "garbled"
    BROKEN = "broken"


BACKOFF = tuple(
    timedelta(**each)
    for each in (
        {"seconds": 5},
        {"minutes": 5},
        {"minutes": 30},
        {"hours": 2},
        {"hours": 5},
        {"hours": 10},
        {"hours": 14},
        {"hours": 20},
        {"hours": 24},
    )
)
"""The waits after the first, second … attempt, before chance; the last one again and again until the end."""
JITTER = 0.2
"""How much of a wait chance may add."""
GIVEN_UP_AFTER = timedelta(days=5)
FAILING_MAX = timedelta(days=3)
REST_MAX = timedelta(minutes=5)
LEASE = timedelta(seconds=60)
"""How long whoever sends for an endpoint has it to himself. Sending takes eleven seconds at most."""
ENDPOINTS_AT_ONCE, SERIES_MAX = 16, 20
OVERLAP = timedelta(hours=24)
"""How long the old secret signs beside the new one."""
ENDPOINTS_MAX = 5
BOOKS_MAX = 200
"""In so many books at most an owner is told of what belongs to none; a district has dozens."""
TYPES_MAX = 40
URL_LENGTH_MAX = 500
KEY_LENGTH_MAX = 200
BODY_BYTES_MAX = 16 * 1024
SECRET_BYTES = 32
REPLAY_BATCH = 1000
KEPT = timedelta(days=30)
PURGE_BATCH = 2000
