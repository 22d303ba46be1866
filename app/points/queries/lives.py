"""What became of passbooks and months."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, aliased

from app.points.models import Hold, Successor
from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import AccountKind


def successors_of(session: Session, book_id: int, owner_ids: Collection[UUID]) -> dict[UUID, Successor]:
    """What became of those of these passbooks that are closed: the last closing on the way from each.

    Its `successor_id` is the passbook that is open now. Whoever took a passbook over may be closed later in turn, but
    nothing is ever moved into a closed one, so the way has an end.
    """
    if not owner_ids:
        return {}
    way = (
        select(Successor.owner_id.label("asked"), Successor.owner_id, Successor.successor_id)
        .where(Successor.book_id == book_id, Successor.owner_id.in_(owner_ids))
        .cte("way", recursive=True)
    )
    further = aliased(Successor)
    way = way.union_all(
        select(way.c.asked, further.owner_id, further.successor_id).join(
            further, (further.book_id == book_id) & (further.owner_id == way.c.successor_id)
        )
    )
    later = aliased(Successor)
    query = (
        select(way.c.asked, Successor)
        .join(Successor, (Successor.book_id == book_id) & (Successor.owner_id == way.c.owner_id))
        .outerjoin(later, (later.book_id == book_id) & (later.owner_id == way.c.successor_id))
        .where(later.owner_id.is_(None))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def lock_passbooks(session: Session, book_id: int, owner_ids: Sequence[UUID], *, now: datetime) -> None:
    """Lock the passbooks of these residents in the global order; those that were never used are opened.

    What is read of them in new statements stays true until the transaction ends.
    """
    accounts = [account_id(book_id, AccountRef(AccountKind.RESIDENT, owner_id)) for owner_id in owner_ids]
    session.execute(
        text("SELECT points_lock_passbooks(:book_id, :now, :accounts, :owners)"),
        {"book_id": book_id, "now": now, "accounts": accounts, "owners": list(owner_ids)},
    )


def sum_live_holds(session: Session, book_id: int, account_id: UUID, *, now: datetime) -> int:
    """Points of a passbook that holds set aside whose time is not over."""
    query = select(func.coalesce(func.sum(Hold.points), 0)).where(
        Hold.book_id == book_id, Hold.account_id == account_id, Hold.open, Hold.expires_at > now
    )
    return int(session.scalar(query) or 0)
