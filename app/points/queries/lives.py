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


_OF_ONE = text("""
    WITH RECURSIVE up AS (
        SELECT CAST(:owner_id AS uuid) AS owner_id, 0 AS step
        UNION ALL
        SELECT s.successor_id, up.step + 1
          FROM up JOIN points_successors s ON s.book_id = :book_id AND s.owner_id = up.owner_id AND s.kind = 'merge'),
    down AS (
        (SELECT owner_id, 0 AS step FROM up ORDER BY up.step DESC LIMIT 1)
        UNION ALL
        SELECT s.owner_id, down.step + 1
          FROM down JOIN points_successors s
            ON s.book_id = :book_id AND s.successor_id = down.owner_id AND s.kind = 'merge')
    SELECT owner_id FROM down ORDER BY step, owner_id
""")


def lock_passbooks_of_one(session: Session, book_id: int, owner_id: UUID, *, now: datetime) -> list[UUID]:
    """The passbooks that were merged with this one, that they went into first; all locked, so that it stays so.

    Only merges count: who took a passbook over at a death or a move is somebody else.
    """
    found: list[UUID] = []
    while (owners := _of_one(session, book_id, owner_id)) != found:
        lock_passbooks(session, book_id, owners, now=now)
        found = owners
    return found


def _of_one(session: Session, book_id: int, owner_id: UUID) -> list[UUID]:
    return list(session.scalars(_OF_ONE, {"book_id": book_id, "owner_id": owner_id}))


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
