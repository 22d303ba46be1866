"""What anti-fraud holds about a person: his sign-ins, and what he did as the resident he was at the time.

A passbook may be another account's later on: what is his is told by when his residency was confirmed and ended.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text, tuple_
from sqlalchemy.orm import Session

from app.risk.models import Appeal, DecisionRow
from app.risk.terms import ERASED

_OWN = text("""
    SELECT x.book_id, x.id FROM (
        (SELECT d.book_id, d.id FROM risk_decisions d
          WHERE d.book_id = 0 AND d.person_id = :person_id AND d.outcome <> 'approve' AND d.id > :after
          ORDER BY d.id LIMIT :limit)
        UNION ALL
        (SELECT d.book_id, d.id
           FROM identity_residencies r
           JOIN points_books b ON b.code = r.book
           JOIN risk_decisions d ON d.book_id = b.id AND d.resident_id = r.resident_id AND d.outcome <> 'approve'
                AND d.decided_at >= r.decided_at AND (r.ended_at IS NULL OR d.decided_at <= r.ended_at)
          WHERE r.person_id = :person_id AND r.resident_id IS NOT NULL AND d.id > :after
          ORDER BY d.id LIMIT :limit)) AS x
     ORDER BY x.id LIMIT :limit
""")
_ERASE = text("""
    UPDATE risk_appeals a SET text = :erased
     WHERE a.text <> :erased
       AND ((a.book_id = 0 AND a.resident_id = :person_id)
            OR EXISTS (SELECT 1 FROM identity_residencies r JOIN points_books b ON b.code = r.book
                        WHERE r.person_id = :person_id AND b.id = a.book_id AND r.resident_id = a.resident_id
                          AND a.appealed_at >= r.decided_at
                          AND (r.ended_at IS NULL OR a.appealed_at <= r.ended_at)))
       AND (a.book_id, a.resident_id) IN (
            SELECT 0, CAST(:person_id AS uuid)
            UNION SELECT b.id, r.resident_id FROM identity_residencies r JOIN points_books b ON b.code = r.book
                   WHERE r.person_id = :person_id AND r.resident_id IS NOT NULL)
""")
_HELD = text("""
    SELECT r.decided_at, r.ended_at FROM identity_residencies h
      JOIN identity_residencies r ON r.person_id = h.person_id AND r.book = h.book AND r.resident_id = h.resident_id
     WHERE h.book = :book AND h.resident_id = :resident_id AND h.state = 'confirmed' AND r.decided_at IS NOT NULL
     ORDER BY r.decided_at DESC LIMIT :limit
""")
HELD_MAX = 50
FIRST = UUID(int=0)


def list_held(session: Session, book: str, resident_id: UUID) -> Sequence[tuple[datetime, datetime | None]]:
    """List when a passbook was whose it is now, from and to; without an account that holds it: none."""
    rows = session.execute(_HELD, {"book": book, "resident_id": resident_id, "limit": HELD_MAX})
    return [(row.decided_at, row.ended_at) for row in rows]


def list_own(
    session: Session, person_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[tuple[DecisionRow, Appeal | None]]:
    """List decisions on what somebody did that were no approvals, in all books, oldest first, each with his appeal."""
    keys = session.execute(_OWN, {"person_id": person_id, "after": after or FIRST, "limit": limit}).all()
    if not keys:
        return []
    query = (
        select(DecisionRow, Appeal)
        .outerjoin(Appeal, (Appeal.book_id == DecisionRow.book_id) & (Appeal.decision_id == DecisionRow.id))
        .where(tuple_(DecisionRow.book_id, DecisionRow.id).in_([tuple(key) for key in keys]))
    )
    return [(row[0], row[1]) for row in session.execute(query.order_by(DecisionRow.id))]


def erase_appeals(session: Session, person_id: UUID) -> None:
    """Erase the words of somebody's appeals; that he appealed, and the answers, stay."""
    session.execute(_ERASE, {"person_id": person_id, "erased": ERASED})
