"""Whose shop it is: owners, staff and cashiers, known by their accounts or their telephones.

Among them those whom the owner alone let go, for thirty days more (`bars_until`).
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_IS_OF = text("""
    SELECT EXISTS (SELECT 1 FROM merchants_people s
                    WHERE s.merchant_id = :merchant_id AND (s.ended_at IS NULL OR s.bars_until > :now)
                      AND (s.person_id = ANY (:ids)
                           OR s.phone_index IN (SELECT phone_index FROM identity_people WHERE id = ANY (:ids))))
           OR EXISTS (SELECT 1 FROM identity_grants g JOIN merchants_branches b ON b.id = g.shop_id
                       WHERE g.person_id = ANY (:ids) AND b.merchant_id = :merchant_id
                         AND g.role = 'cashier' AND g.ended_at IS NULL AND (g.valid_to IS NULL OR g.valid_to > :now))
""")

_SHOPS = text("""
    WITH mine AS (
        SELECT merchant_id FROM merchants_people WHERE person_id = ANY (:ids) AND ended_at IS NULL
        UNION
        SELECT s.merchant_id FROM identity_people p JOIN merchants_people s ON s.phone_index = p.phone_index
         WHERE p.id = ANY (:ids) AND s.ended_at IS NULL
        UNION
        SELECT merchant_id FROM merchants_people WHERE person_id = ANY (:ids) AND bars_until > :now
        UNION
        SELECT s.merchant_id FROM identity_people p JOIN merchants_people s ON s.phone_index = p.phone_index
         WHERE p.id = ANY (:ids) AND s.bars_until > :now
        UNION
        SELECT b.merchant_id FROM identity_grants g JOIN merchants_branches b ON b.id = g.shop_id
         WHERE g.person_id = ANY (:ids) AND g.role = 'cashier' AND g.ended_at IS NULL
           AND (g.valid_to IS NULL OR g.valid_to > :now))
    SELECT b.id FROM mine JOIN merchants_branches b USING (merchant_id) ORDER BY b.id LIMIT :limit
""")
SHOPS_MAX = 1000


def is_of_house(session: Session, merchant_id: UUID, ids: Collection[UUID], *, now: datetime) -> bool:
    """Whether one of these accounts owns a merchant or works there, in whichever branch."""
    return bool(session.scalar(_IS_OF, {"merchant_id": merchant_id, "ids": list(ids), "now": now}))


def list_house_shops(session: Session, ids: Collection[UUID], *, now: datetime) -> Collection[UUID]:
    """The branches of all merchants of whose house one of these accounts is."""
    return session.scalars(_SHOPS, {"ids": list(ids), "now": now, "limit": SHOPS_MAX}).all()
