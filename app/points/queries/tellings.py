"""What is known of transactions beside their code: the activity that was paid for, the shop, the day points lapsed.

Each query answers for all transactions it is given at once, by their keys, and is not run for none.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.points.models import Account, AwardRecord, Entry, LotMove, OwnerName, Successor, Transaction
from app.points.terms import AccountKind

PARTNERS = (AccountKind.MERCHANT_POINTS, AccountKind.CLEARING)
"""Whose name a passbook tells: where points were spent, and where they came from or went to."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What somebody was awarded points for, and when they did it."""

    title: str
    performed_on: date
    minutes: int | None
    events: int | None
    grade: str | None


@dataclass(frozen=True, slots=True)
class Original:
    """The transaction that a correction is about."""

    code: str
    evidence: str | None
    recorded_at: datetime


def originals_of(session: Session, book_id: int, ids: Collection[UUID]) -> dict[UUID, Original]:
    """The transactions of these ids."""
    query = select(Transaction.id, Transaction.code, Transaction.evidence, Transaction.recorded_at).where(
        Transaction.book_id == book_id, Transaction.id.in_(ids)
    )
    return {row[0]: Original(*row[1:]) for row in session.execute(query)} if ids else {}


def activities_of(session: Session, book_id: int, ids: Collection[UUID]) -> dict[UUID, Activity]:
    """What the award register says of those of these transactions that it paid with."""
    record = AwardRecord
    query = select(
        record.transaction_id, record.title, record.performed_on, record.minutes, record.events, record.grade
    ).where(record.book_id == book_id, record.transaction_id.in_(ids))
    return {row[0]: Activity(*row[1:]) for row in session.execute(query) if row[0] is not None} if ids else {}


def partners_of(session: Session, book_id: int, ids: Collection[UUID]) -> dict[UUID, str]:
    """The name of the shop or other community on the far side of these transactions, where it has one."""
    query = (
        select(Entry.transaction_id, OwnerName.name)
        .join(Account, (Account.book_id == Entry.book_id) & (Account.id == Entry.account_id))
        .join(OwnerName, (OwnerName.book_id == Account.book_id) & (OwnerName.owner_id == Account.owner_id))
        .where(Entry.book_id == book_id, Entry.transaction_id.in_(ids), Account.kind.in_(PARTNERS))
    )
    return {row.transaction_id: row.name for row in session.execute(query)} if ids else {}


def last_days_of(session: Session, book_id: int, ids: Collection[UUID]) -> dict[UUID, date]:
    """The last day on which the points of these transactions could be spent; the latest of several lots."""
    query = (
        select(LotMove.transaction_id, func.max(LotMove.expires_on))
        .where(LotMove.book_id == book_id, LotMove.transaction_id.in_(ids))
        .group_by(LotMove.transaction_id)
    )
    return {row[0]: row[1] for row in session.execute(query)} if ids else {}


def successions_of(session: Session, book_id: int, owner_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    """Why these transactions moved points from or to this owner's passbook: death, move, merge."""
    query = select(Successor.transaction_id, Successor.kind).where(
        Successor.book_id == book_id,
        or_(Successor.owner_id == owner_id, Successor.successor_id == owner_id),
        Successor.transaction_id.in_(ids),
    )
    return {row[0]: row[1] for row in session.execute(query) if row[0] is not None} if ids else {}
