"""Whom to tell over WeChat: the people behind passbooks, and who holds a role in a book."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session as Orm

from app.kernel.actor import Role

# The person himself; for whoever has no WeChat (a child, an elder) those who act for him.
_TOLD = text("""
    WITH asked AS MATERIALIZED (
        SELECT r.resident_id, r.person_id,
               EXISTS (SELECT 1 FROM identity_wechat_users w WHERE w.person_id = r.person_id) AS reached
          FROM identity_residencies r
         WHERE r.book = :book AND r.resident_id = ANY(:owners) AND r.state = 'confirmed')
    SELECT a.resident_id, a.person_id FROM asked a WHERE a.reached
    UNION
    SELECT a.resident_id, g.guardian_id
      FROM asked a
      JOIN identity_guardianships g ON g.ward_id = a.person_id AND g.ended_at IS NULL AND g.valid_from <= :now
           AND (g.valid_to IS NULL OR :now < g.valid_to) AND (g.book IS NULL OR g.book = :book)
     WHERE NOT a.reached AND EXISTS (SELECT 1 FROM identity_wechat_users w WHERE w.person_id = g.guardian_id)
     ORDER BY 1, 2
""")

# A grant counts in the book of a community that lies in the granted area, as in standing.py. Asked when a budget runs
# out, not with requests: the whole tree is looked through.
_HOLDERS = text("""
    SELECT DISTINCT g.person_id
      FROM places_areas b
      JOIN places_areas a ON starts_with(b.path, a.path)
      JOIN identity_grants g ON g.area_id = a.id AND g.role = :role AND g.ended_at IS NULL AND g.valid_from <= :now
           AND (g.valid_to IS NULL OR :now < g.valid_to) AND (NOT g.takes_two OR g.approved_at IS NOT NULL)
     WHERE b.book = :book AND EXISTS (SELECT 1 FROM identity_wechat_users w WHERE w.person_id = g.person_id)
     ORDER BY 1 LIMIT :limit
""")
HOLDERS_MAX = 50


def list_told(session: Orm, book: str, owner_ids: Collection[UUID], now: datetime) -> Mapping[UUID, Sequence[UUID]]:
    """Say who is told of each of these passbooks of a book; nobody where no account is confirmed to be its owner."""
    told: dict[UUID, list[UUID]] = {}
    if owner_ids:
        for row in session.execute(_TOLD, {"book": book, "owners": list(owner_ids), "now": now}):
            told.setdefault(row[0], []).append(row[1])
    return told


def list_treasurers(session: Orm, book: str, now: datetime) -> Sequence[UUID]:
    """List who is treasurer in a book now and can be reached over WeChat; fifty at most."""
    values = {"book": book, "role": str(Role.TREASURER), "now": now, "limit": HOLDERS_MAX}
    return session.scalars(_HOLDERS, values).all()
