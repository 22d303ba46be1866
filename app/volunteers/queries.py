"""Reads of volunteers' awards, session first."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.volunteers.models import Award


def list_awards(session: Session, book_id: int, *, before: UUID | None, limit: int) -> Sequence[Award]:
    """Awards, newest first, those with an id below `before`."""
    query = select(Award).where(Award.book_id == book_id).order_by(Award.id.desc()).limit(limit)
    return session.scalars(query if before is None else query.where(Award.id < before)).all()
