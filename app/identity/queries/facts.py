"""What anti-fraud is told of an account: how old it is, since when its telephone is known, where it lives, its rank.

Of an account made within a week also how many others are as new, on its telephone and from its network: of an older one
that says nothing, and costs nothing. Text to be made part of a caller's statement: it stands on the path of a payment,
where each statement is a round trip.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session as Orm

from app.identity.terms import NEWCOMER, NEWCOMERS_MAX
from app.kernel.periods import local_date

RANK_FRESH = timedelta(days=30)
"""WeChat is asked at each sign-in, and a session lasts for weeks: what is older is missing."""

_RANK = """
      LEFT JOIN LATERAL (SELECT r.rank FROM identity_risk_ranks r
                          WHERE r.person_id = p.id AND r.day > :rank_since AND r.rank IS NOT NULL
                          ORDER BY r.day DESC LIMIT 1) k ON true
"""
# Asked of new accounts alone; see migrations/sql/0040_newcomers.sql. The driver reads a statement anew each time that
# is longer than 4096 characters, and this is a part of one.
_TOLD = """p.registered_at, d.install_index, d.first_seen_at AS device_seen_at, k.rank AS risk_rank,
           CASE WHEN p.registered_at > :new_since
                THEN identity_device_newcomers(d.install_index, :new_since, :new_max) END AS device_newcomers,
           CASE WHEN p.registered_at > :new_since
                THEN identity_network_newcomers(p.id, :new_since, :new_max) END AS network_newcomers"""

FACTS_OF_ACCOUNT = f"""
    SELECT {_TOLD}, h.household_id
      FROM (SELECT 1) AS one
      LEFT JOIN identity_people p ON p.id = CAST(:person_id AS uuid)
      LEFT JOIN identity_devices d ON d.id = CAST(:device_id AS uuid)
      LEFT JOIN identity_residencies h ON h.book = :book AND h.resident_id = :resident_id AND h.state = 'confirmed'
      {_RANK}
"""  # noqa: S608 - made of our own texts, values are bound
"""One row, whatever is unknown. It takes `values_of_facts`, and the book and resident."""

_FACTS = text(FACTS_OF_ACCOUNT)
_FACTS_OF_OWNERS = text(f"""
    SELECT h.resident_id, h.person_id, {_TOLD}, h.household_id
      FROM identity_residencies h
      JOIN identity_people p ON p.id = h.person_id
      LEFT JOIN LATERAL (SELECT x.install_index, x.first_seen_at FROM identity_devices x
                          WHERE x.person_id = p.id ORDER BY x.last_seen_at DESC LIMIT 1) d ON true
      {_RANK}
     WHERE h.book = :book AND h.resident_id = ANY(CAST(:resident_ids AS uuid[])) AND h.state = 'confirmed'
""")  # noqa: S608 - made of our own texts, values are bound


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """What is known of an account. `device_newcomers`, `network_newcomers`: of a new one, itself among them."""

    person_id: UUID | None = None
    registered_at: datetime | None = None
    installation: UUID | None = None
    device_seen_at: datetime | None = None
    household_id: UUID | None = None
    risk_rank: int | None = None
    device_newcomers: int | None = None
    network_newcomers: int | None = None

    def told(self, now: datetime) -> dict[str, int]:
        """Give it in the words of anti-fraud; what is unknown is left out."""
        days = None if self.registered_at is None else max(0, (now - self.registered_at) // timedelta(days=1))
        hours = None if self.device_seen_at is None else max(0, (now - self.device_seen_at) // timedelta(hours=1))
        facts = {
            "account_age_days": days,
            "device_age_hours": hours,
            "risk_rank": self.risk_rank,
            "device_new_accounts_7d": self.device_newcomers,
            "network_new_accounts_7d": self.network_newcomers,
        }
        return {name: fact for name, fact in facts.items() if fact is not None}


def values_of_facts(*, person_id: UUID | None, device_id: UUID | None, now: datetime) -> Mapping[str, Any]:
    """Give the parameters of FACTS_OF_ACCOUNT but for the book and resident."""
    return {"person_id": person_id, "device_id": device_id, **_since(now)}


def find_account_facts(
    session: Orm, *, book: str, resident_id: UUID, person_id: UUID | None, device_id: UUID | None, now: datetime
) -> AccountFacts:
    """Say what is known of whoever acts with an account and a device as a resident of a book."""
    values = {"book": book, "resident_id": resident_id}
    values |= values_of_facts(person_id=person_id, device_id=device_id, now=now)
    return _facts_of(session.execute(_FACTS, values).one(), person_id)


def list_facts_of_owners(
    session: Orm, book: str, resident_ids: Collection[UUID], *, now: datetime
) -> Mapping[UUID, AccountFacts]:
    """Say what is known of those of these owners in a book who have accounts, and of the device each used last."""
    if not resident_ids:
        return {}
    rows = session.execute(_FACTS_OF_OWNERS, {"book": book, "resident_ids": list(resident_ids), **_since(now)})
    return {row.resident_id: _facts_of(row, row.person_id) for row in rows}


def installation_of(install_index: bytes | None) -> UUID | None:
    """Name the installation behind somebody's device, as `find_installation` does."""
    return None if install_index is None else UUID(bytes=bytes(install_index)[:16])


def _facts_of(row: Row[Any], person_id: UUID | None) -> AccountFacts:
    return AccountFacts(
        person_id=person_id,
        registered_at=row.registered_at,
        installation=installation_of(row.install_index),
        device_seen_at=row.device_seen_at,
        household_id=row.household_id,
        risk_rank=row.risk_rank,
        device_newcomers=row.device_newcomers,
        network_newcomers=row.network_newcomers,
    )


def _since(now: datetime) -> dict[str, Any]:
    return {"rank_since": local_date(now - RANK_FRESH), "new_since": now - NEWCOMER, "new_max": NEWCOMERS_MAX}
