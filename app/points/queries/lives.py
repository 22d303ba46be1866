"""What became of passbooks."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.points.models import Successor


def successors_of(session: Session, book_id: int, owner_ids: Collection[UUID]) -> dict[UUID, Successor]:
    """What became of those of these passbooks that are closed. A successor itself is never closed before."""
    query = select(Successor).where(Successor.book_id == book_id, Successor.owner_id.in_(owner_ids))
    return {row.owner_id: row for row in session.scalars(query)} if owner_ids else {}
