"""What is known at a sign-in: asked in one statement, which also notes the network it comes from."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session as Orm

from app.identity.models import Person
from app.identity.terms import NEWCOMER, NEWCOMERS_MAX

# Whether a network is new is asked of the snapshot from before this sign-in; of the first one of somebody nothing can
# be said.
_KNOWN = text("""
    WITH seen AS (
        INSERT INTO identity_networks (person_id, network_index, last_seen_at, registered_at)
        SELECT p.id, CAST(:network_index AS bytea), :now, p.registered_at
          FROM identity_people p WHERE p.id = :person_id AND CAST(:network_index AS bytea) IS NOT NULL
        ON CONFLICT (person_id, network_index) DO UPDATE SET last_seen_at = excluded.last_seen_at)
    SELECT p.registered_at,
           (SELECT r.rank FROM identity_risk_ranks r
             WHERE r.person_id = p.id AND r.rank IS NOT NULL ORDER BY r.day DESC LIMIT 1) AS rank,
           CASE WHEN CAST(:network_index AS bytea) IS NOT NULL
                     AND EXISTS (SELECT 1 FROM identity_networks n WHERE n.person_id = p.id)
                THEN NOT EXISTS (SELECT 1 FROM identity_networks n
                                  WHERE n.person_id = p.id AND n.network_index = CAST(:network_index AS bytea))
           END AS is_first_seen,
           CASE WHEN CAST(:network_index AS bytea) IS NOT NULL AND p.registered_at > :new_since
                THEN 1 + (SELECT count(*)
                            FROM (SELECT 1 FROM identity_networks n
                                   WHERE n.network_index = CAST(:network_index AS bytea)
                                     AND n.registered_at > :new_since AND n.person_id <> p.id LIMIT :new_max) few)
           END AS newcomers
      FROM identity_people p
     WHERE p.id = :person_id
""")


class Known(NamedTuple):
    """When an account was made; the last rank WeChat gave it; whether the network is new to it (None: nobody knows).

    `newcomers`: of a new account, how many new ones this network has, itself among them.
    """

    registered_at: datetime
    rank: int | None
    is_first_seen: bool | None
    newcomers: int | None


def note_network(session: Orm, person_id: UUID, *, network_index: bytes | None, now: datetime) -> Known:
    """Note the network somebody signs in from, and say what is known of him."""
    values: dict[str, Any] = {"person_id": person_id, "network_index": network_index, "now": now}
    values |= {"new_since": now - NEWCOMER, "new_max": NEWCOMERS_MAX}
    return Known(*session.execute(_KNOWN, values).one())


_PAUSE = text("""
    UPDATE identity_people SET paused_at = :now, paused_case = :case_id
     WHERE id IN (SELECT p.id FROM identity_people p
                    JOIN identity_devices d ON d.person_id = p.id
                   WHERE d.install_index = :install_index AND p.paused_at IS NULL AND p.closed_at IS NULL
                     AND p.id <> ALL (CAST(:spared AS uuid[]))
                     AND NOT EXISTS (SELECT 1 FROM identity_devices o
                                      WHERE o.person_id = p.id AND o.first_seen_at < d.first_seen_at)
                   ORDER BY p.id LIMIT :limit FOR UPDATE OF p SKIP LOCKED)
 RETURNING id
""")


def pause_accounts_made_on(
    session: Orm, install_index: bytes, *, case_id: UUID, spared: Collection[UUID], now: datetime, limit: int
) -> list[UUID]:
    """Pause the accounts whose first device this is: a farm's first ones were let in before it was one. Answers them.

    Whoever came to it with a telephone of his own goes on, and so do those who are spared. Who is signing in here at
    this moment is passed over, and judged himself: he waits for the device, and must not be waited for.
    """
    values = {
        "install_index": install_index,
        "case_id": case_id,
        "spared": list(spared),
        "now": now,
        "limit": limit,
    }
    return list(session.scalars(_PAUSE, values))


def find_paused_case(session: Orm, person_id: UUID) -> UUID | None:
    """Say over which case an account is paused. None: it is not."""
    return session.scalar(select(Person.paused_case).where(Person.id == person_id))


def lock_signing_in(session: Orm, person_id: UUID) -> Person:
    """Lock whoever signs in, so that his sign-ins are judged one after another; rows that name him may be written."""
    wanted = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()
