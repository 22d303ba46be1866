"""What shops' posted codes say, and whether somebody stands at the till."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.merchants import errors
from app.merchants.models import Sign, Terminal


def get_sign(session: Session, short: str) -> Sign:
    """The posted code of this short name. Refuses SceneNotGood for one that hangs no more."""
    found = session.get(Sign, short)
    if found is None or found.ended_at is not None:
        raise errors.SceneNotGood
    return found


def lock_current_sign(session: Session, book_id: int, branch_id: UUID) -> Sign | None:
    """The code that hangs in a shop for this book, locked; None: there is none."""
    return session.scalar(
        select(Sign)
        .where(Sign.book_id == book_id, Sign.branch_id == branch_id, Sign.ended_at.is_(None))
        .with_for_update()
    )


def has_terminal(session: Session, branch_id: UUID) -> bool:
    """Say whether a branch has a till that could accept."""
    return bool(session.scalar(select(exists().where(Terminal.branch_id == branch_id, Terminal.revoked_at.is_(None)))))
