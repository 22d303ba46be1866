"""What a refund is decided on, in one statement: who gets it back, and how much of what he took he gave back."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, text
from sqlalchemy.orm import Session

from app.identity.queries.facts import FACTS_OF_ACCOUNT, values_of_facts
from app.merchants.queries.standing import known_of
from app.merchants.queries.tills import TIES
from app.merchants.rules.evidence import Known, Returns
from app.merchants.rules.tills import Till

SINCE = timedelta(days=30)
COUNTED_MAX = 1000
"""As the windows of anti-fraud: his newest so many."""

_RETURNING = text(f"""
    SELECT ties.kin, known.*, sums.*
      FROM ({TIES}) AS ties
     CROSS JOIN ({FACTS_OF_ACCOUNT}) AS known
     CROSS JOIN (
        SELECT sum(taken) AS taken, sum(returned) AS returned FROM (
        SELECT coalesce(sum(s.taken), 0) AS taken, coalesce(sum(s.returned), 0) AS returned
          FROM (SELECT coalesce(r.captured_points, 0) AS taken, r.refunded_points AS returned
                  FROM merchants_redemptions r
                 WHERE r.book_id = :book_id AND r.resident_id = :resident_id AND r.requested_at > :since
                 ORDER BY r.requested_at DESC, r.id DESC LIMIT :counted_max) AS s
         UNION ALL
        SELECT coalesce(sum(s.points) FILTER (WHERE s.state IN ('collected', 'returned')), 0),
               coalesce(sum(s.points) FILTER (WHERE s.state = 'returned'), 0)
          FROM (SELECT g.points, g.state
                  FROM merchants_reservations g
                 WHERE g.book_id = :book_id AND g.resident_id = :resident_id AND g.reserved_at > :since
                 ORDER BY g.id DESC LIMIT :counted_max) AS s) AS each_kind) AS sums
""").columns(  # noqa: S608 - made of our own texts, values are bound
    kin=Boolean
)


def find_returning(
    session: Session, till: Till, *, book: str, book_id: int, resident_id: UUID, person_id: UUID | None, now: datetime
) -> tuple[Known, Returns]:
    """Say what is known of a resident whose refund is asked for, and what he took and gave back at shops lately."""
    values: dict[str, Any] = {
        "branch_id": till.branch_id,
        "merchant_id": till.merchant_id,
        "book": book,
        "book_id": book_id,
        "resident_id": resident_id,
        "since": now - SINCE,
        "counted_max": COUNTED_MAX,
        "now": now,
        "acted_by": None,  # a till gives back, whoever acted
    }
    values |= values_of_facts(person_id=person_id, device_id=None, now=now)
    row = session.execute(_RETURNING, values).one()
    return known_of(row), Returns(int(row.taken), int(row.returned))
