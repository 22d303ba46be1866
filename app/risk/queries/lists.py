"""Lists with their items, and snoozes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.risk.errors import ItemMissing, ListMissing, SnoozeMissing
from app.risk.models import ListItem, RiskList, Snooze


def get_list(session: Session, book_id: int, code: str) -> RiskList:
    """One list. Refuses ListMissing."""
    found = session.get(RiskList, (book_id, code))
    if found is None:
        raise ListMissing(list=code)
    return found


def lock_list(session: Session, book_id: int, code: str) -> RiskList:
    """One list, locked against others who add to it. Refuses ListMissing."""
    query = select(RiskList).where(RiskList.book_id == book_id, RiskList.code == code)
    found = session.scalar(query.with_for_update(key_share=True))
    if found is None:
        raise ListMissing(list=code)
    return found


def list_lists(session: Session, book_id: int, *, after: str | None, limit: int) -> Sequence[RiskList]:
    """Lists by their code; those after one."""
    query = select(RiskList).where(RiskList.book_id == book_id)
    if after is not None:
        query = query.where(RiskList.code > after)
    return session.scalars(query.order_by(RiskList.code).limit(limit)).all()


def count_items(session: Session, book_id: int, code: str) -> int:
    """How many items of a list were not removed."""
    query = select(func.count()).where(
        ListItem.book_id == book_id, ListItem.list_code == code, ListItem.removed_at.is_(None)
    )
    return session.scalar(query) or 0


def lock_lists(session: Session, book_id: int) -> None:
    """Let one at a time begin a list of a book."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('risk_lists', :book_id))"), {"book_id": book_id}
    )


def count_lists(session: Session, book_id: int, *, besides: Collection[str]) -> int:
    """How many lists a book has, apart from these."""
    query = select(func.count()).where(RiskList.book_id == book_id, RiskList.code.not_in(besides))
    return session.scalar(query) or 0


def list_stored_codes(session: Session, book_id: int, codes: Collection[str]) -> set[str]:
    """Which of these lists a book has."""
    return set(session.scalars(select(RiskList.code).where(RiskList.book_id == book_id, RiskList.code.in_(codes))))


def find_item(session: Session, book_id: int, code: str, value: str) -> ListItem | None:
    """The item of a value that was not removed."""
    query = select(ListItem).where(
        ListItem.book_id == book_id, ListItem.list_code == code, ListItem.value == value, ListItem.removed_at.is_(None)
    )
    return session.scalar(query.with_for_update())


def list_items(session: Session, book_id: int, code: str, *, before: UUID | None, limit: int) -> Sequence[ListItem]:
    """Items of a list, newest first, removed ones too; those before an id."""
    query = select(ListItem).where(ListItem.book_id == book_id, ListItem.list_code == code)
    if before is not None:
        query = query.where(ListItem.id < before)
    return session.scalars(query.order_by(ListItem.id.desc()).limit(limit)).all()


def lock_item(session: Session, book_id: int, code: str, item_id: UUID) -> ListItem:
    """One item that was not removed, locked. Refuses ItemMissing."""
    query = select(ListItem).where(
        ListItem.book_id == book_id, ListItem.id == item_id, ListItem.list_code == code, ListItem.removed_at.is_(None)
    )
    found = session.scalar(query.with_for_update())
    if found is None:
        raise ItemMissing
    return found


def list_snoozes(session: Session, book_id: int, *, now: datetime, before: UUID | None, limit: int) -> Sequence[Snooze]:
    """Snoozes in force, newest first; those before an id."""
    query = select(Snooze).where(Snooze.book_id == book_id, Snooze.ended_at.is_(None), Snooze.expires_at > now)
    if before is not None:
        query = query.where(Snooze.id < before)
    return session.scalars(query.order_by(Snooze.id.desc()).limit(limit)).all()


def lock_snooze(session: Session, book_id: int, snooze_id: UUID, *, now: datetime) -> Snooze:
    """One snooze in force, locked. Refuses SnoozeMissing."""
    query = select(Snooze).where(
        Snooze.book_id == book_id, Snooze.id == snooze_id, Snooze.ended_at.is_(None), Snooze.expires_at > now
    )
    found = session.scalar(query.with_for_update())
    if found is None:
        raise SnoozeMissing
    return found
