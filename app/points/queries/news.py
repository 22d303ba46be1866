"""The journal as a feed of news: from a mark on, some transactions at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.points.models import NewsMark, Transaction
from app.points.rules.news import TOLD


@dataclass(frozen=True, slots=True)
class Movement:
    """Points that came into a passbook (positive) or left it."""

    transaction_id: UUID
    code: str
    recorded_at: datetime
    owner_id: UUID
    points: int


# From the transactions, by their key, to what they did to passbooks; nothing is left to the planner.
_NEWS = text("""
    SELECT t.id, t.code, t.recorded_at, a.owner_id, e.amount
      FROM points_transactions t
     CROSS JOIN LATERAL (SELECT x.account_id, x.amount FROM points_entries x
                          WHERE x.book_id = t.book_id AND x.transaction_id = t.id AND x.amount <> 0 OFFSET 0) e
     CROSS JOIN LATERAL (SELECT y.owner_id FROM points_accounts y
                          WHERE y.book_id = t.book_id AND y.id = e.account_id AND y.kind = 'resident' OFFSET 0) a
     WHERE t.book_id = :book_id AND t.id > :after AND t.id <= :last AND t.code = ANY(:codes)
     ORDER BY t.id, a.owner_id
""")


def lock_news_mark(session: Session, book_id: int, *, first: UUID, now: datetime) -> NewsMark:
    """How far a book was told, locked until the end of the transaction; a book without a mark begins at `first`."""
    fresh = insert(NewsMark).values(book_id=book_id, after_id=first, moved_at=now)
    session.execute(fresh.on_conflict_do_nothing())
    mark = select(NewsMark).where(NewsMark.book_id == book_id).with_for_update()
    return session.scalars(mark, execution_options={"populate_existing": True}).one()


def find_end_of_news(session: Session, book_id: int, *, after: UUID, until: UUID, limit: int) -> UUID | None:
    """The last of the next `limit` transactions with ids after one and before `until`; None: there is none."""
    page = (
        select(Transaction.id)
        .where(Transaction.book_id == book_id, Transaction.id > after, Transaction.id < until)
        .order_by(Transaction.id)
        .limit(limit)
        .subquery()
    )
    return session.scalar(select(page.c.id).order_by(page.c.id.desc()).limit(1))


def list_news(session: Session, book_id: int, *, after: UUID, last: UUID) -> Sequence[Movement]:
    """What the transactions after one up to another did to passbooks, of those people are told of."""
    values = {"book_id": book_id, "after": after, "last": last, "codes": list(map(str, TOLD))}
    return [Movement(*row) for row in session.execute(_NEWS, values)]
