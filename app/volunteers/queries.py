"""Reads and locks of gatherings, session first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session

from app.volunteers.errors import GatheringMissing, StayMissing
from app.volunteers.models import Gathering, Stay


def get_gathering(session: Session, book_id: int, gathering_id: UUID) -> Gathering:
    """One gathering. Refuses GatheringMissing."""
    found = session.get(Gathering, (book_id, gathering_id))
    if found is None:
        raise GatheringMissing
    return found


def lock_gathering(session: Session, book_id: int, gathering_id: UUID) -> Gathering:
    """One gathering, locked: its stays and its heads are counted one after another. Refuses GatheringMissing."""
    query = select(Gathering).where(Gathering.book_id == book_id, Gathering.id == gathering_id).with_for_update()
    found = session.scalar(query, execution_options={"populate_existing": True})
    if found is None:
        raise GatheringMissing
    return found


def find_stay(session: Session, gathering: Gathering, resident_id: UUID) -> Stay | None:
    """Somebody's stay; locked by the lock of its gathering."""
    key = (gathering.book_id, gathering.id, resident_id)
    return session.get(Stay, key, populate_existing=True)


def get_stay(session: Session, gathering: Gathering, resident_id: UUID) -> Stay:
    """Somebody's stay. Refuses StayMissing."""
    found = find_stay(session, gathering, resident_id)
    if found is None:
        raise StayMissing
    return found


def count_stays(session: Session, gathering: Gathering) -> int:
    """How many checked in whom nobody has rejected."""
    query = select(func.count()).select_from(Stay).where(_at(gathering), Stay.verdict.is_distinct_from("rejected"))
    return session.scalar(query) or 0


def list_stays(session: Session, gathering: Gathering, *, after: UUID | None, limit: int) -> Sequence[Stay]:
    """Stays of a gathering by resident, those after one."""
    query = select(Stay).where(_at(gathering)).order_by(Stay.resident_id).limit(limit)
    if after is not None:
        query = query.where(Stay.resident_id > after)
    return session.scalars(query).all()


def list_places_before(
    session: Session, book_id: int, resident_id: UUID, *, since: datetime, limit: int
) -> Sequence[Stay]:
    """Where somebody was seen, the newest stay first."""
    mine = and_(Stay.book_id == book_id, Stay.resident_id == resident_id, Stay.in_at > since)
    return session.scalars(select(Stay).where(mine).order_by(Stay.in_at.desc()).limit(limit)).all()


def forget_positions(session: Session, *, before: datetime, limit: int) -> int:
    """Forget where people were seen before an instant; returns of how many stays."""
    key = (Stay.book_id, Stay.gathering_id, Stay.resident_id)
    old = (
        select(*key)
        .where(Stay.in_at < before, Stay.in_lat.is_not(None))
        .order_by(Stay.in_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    gone = session.execute(
        update(Stay)
        .where(
            Stay.book_id == old.c.book_id,
            Stay.gathering_id == old.c.gathering_id,
            Stay.resident_id == old.c.resident_id,
        )
        .values(in_lat=None, in_lng=None, out_lat=None, out_lng=None)
        .returning(Stay.resident_id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _at(gathering: Gathering) -> ColumnElement[bool]:
    return and_(Stay.book_id == gathering.book_id, Stay.gathering_id == gathering.id)
