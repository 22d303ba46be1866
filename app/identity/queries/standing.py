"""What a session is worth now: asked with every request, in one statement by keys and partial indexes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session as Orm

from app.identity.rules.admitting import Held, Standing
from app.identity.terms import Channel
from app.kernel.actor import Role

# A grant counts in the book of a community that lies in the granted area or below it; one for a part of the community
# is told apart (see rules/admitting.py). Without a book all count.
_STANDING = text("""
    SELECT p.id, p.name, p.closed_at IS NOT NULL AS closed, p.paused_at IS NOT NULL AS paused,
           s.channel, s.expires_at, s.ended_at IS NOT NULL AS ended,
           s.device_id, d.cools_until, r.resident_id,
           EXISTS (SELECT 1 FROM identity_freezes f WHERE f.person_id = p.id AND f.lifted_at IS NULL) AS frozen,
           (SELECT array_agg(ARRAY[g.role, g.area_id::text, g.shop_id::text, (NOT starts_with(b.path, a.path))::text]
                             ORDER BY g.id)
              FROM identity_grants g
              JOIN places_areas a ON a.id = g.area_id
              LEFT JOIN places_areas b ON b.book = CAST(:book AS text)
             WHERE g.person_id = p.id AND g.ended_at IS NULL AND g.valid_from <= :now
               AND (g.valid_to IS NULL OR :now < g.valid_to) AND (NOT g.takes_two OR g.approved_at IS NOT NULL)
               AND (CAST(:book AS text) IS NULL OR starts_with(b.path, a.path) OR starts_with(a.path, b.path))
           ) AS held
      FROM identity_sessions s
      JOIN identity_people p ON p.id = coalesce(CAST(:person_id AS uuid), s.person_id)
      LEFT JOIN identity_devices d ON d.id = s.device_id
      LEFT JOIN identity_residencies r ON r.person_id = p.id AND r.book = CAST(:book AS text) AND r.state = 'confirmed'
     WHERE s.id = :session_id
""")


def find_standing(
    session: Orm, session_id: UUID, *, book: str | None, now: datetime, person_id: UUID | None = None
) -> Standing | None:
    """Say what a session and its person are in a book, or outside all books. None: there is no such session.

    With `person_id`, what that person is in place of the session's own: somebody is acted for from it.
    """
    values = {"session_id": session_id, "book": book, "now": now, "person_id": person_id}
    row = session.execute(_STANDING, values).one_or_none()
    if row is None:
        return None
    return Standing(
        person_id=row.id,
        name=row.name,
        channel=Channel(row.channel),
        expires_at=row.expires_at,
        ended=row.ended,
        closed=row.closed,
        frozen=row.frozen,
        cools_until=row.cools_until,
        resident_id=row.resident_id,
        held=[
            Held(Role(role), UUID(area), UUID(shop) if shop else None, below=below == "true")
            for role, area, shop, below in row.held or ()
        ],
        device_id=row.device_id,
        paused=row.paused,
    )
