"""Points that are set aside for purchases now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.points.models import Hold


def list_open_holds(
    session: Session, book_id: int, account_id: UUID, *, now: datetime, after: UUID | None, limit: int
) -> Sequence[Hold]:
    """The holds of a passbook that still set points aside, in the order they were placed, those after `after`."""
    query = select(Hold).where(Hold.book_id == book_id, Hold.account_id == account_id, Hold.open, Hold.expires_at > now)
    if after is not None:
        query = query.where(Hold.id > after)
    return session.scalars(query.order_by(Hold.id).limit(limit)).all()
