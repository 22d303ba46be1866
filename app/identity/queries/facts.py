"""What anti-fraud is told of an account: how old it is, since when its telephone is known, where it lives, its rank.

Text to be made part of a caller's statement: it stands on the path of a payment, where each statement is a round trip.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.kernel.periods import local_date

RANK_FRESH = timedelta(days=30)
"""WeChat is asked at each sign-in, and a session lasts for weeks: what is older is missing."""

FACTS_OF_REDEEMING = """
    SELECT p.registered_at, d.install_index, d.first_seen_at AS device_seen_at, h.household_id, k.rank AS risk_rank
      FROM (SELECT 1) AS one
      LEFT JOIN identity_people p ON p.id = CAST(:person_id AS uuid)
      LEFT JOIN identity_devices d ON d.id = CAST(:device_id AS uuid)
      LEFT JOIN identity_residencies h ON h.book = :book AND h.resident_id = :resident_id AND h.state = 'confirmed'
      LEFT JOIN LATERAL (SELECT r.rank FROM identity_risk_ranks r
                          WHERE r.person_id = p.id AND r.day > :rank_since AND r.rank IS NOT NULL
                          ORDER BY r.day DESC LIMIT 1) k ON true
"""
"""One row, whatever is unknown. It takes `values_of_facts`, and the book and resident."""


def values_of_facts(*, person_id: UUID | None, device_id: UUID | None, now: datetime) -> Mapping[str, Any]:
    """Give the parameters of FACTS_OF_REDEEMING but for the book and resident."""
    return {"person_id": person_id, "device_id": device_id, "rank_since": local_date(now - RANK_FRESH)}


def installation_of(install_index: bytes | None) -> UUID | None:
    """Name the installation behind somebody's device, as `find_installation` does."""
    return None if install_index is None else UUID(bytes=bytes(install_index)[:16])
