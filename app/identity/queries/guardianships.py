"""Reads and locks of guardianships and of what was done under them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session as Orm
from sqlalchemy.orm import aliased

from app.identity.errors import GuardianshipMissing
from app.identity.models import Guardianship, Person, ProxyAct


@dataclass(frozen=True, slots=True)
class Named:
    """A guardianship with the names of both."""

    guardianship: Guardianship
    ward_name: str
    guardian_name: str


def find_guardianship(
    session: Orm, *, guardian_id: UUID, ward_id: UUID, book: str | None, now: datetime
) -> Guardianship | None:
    """Find by what somebody may act for somebody in a book, or outside all books (there every one of them counts)."""
    wanted = select(Guardianship).where(
        Guardianship.guardian_id == guardian_id,
        Guardianship.ward_id == ward_id,
        Guardianship.valid_from <= now,
        *_open(now),
    )
    if book is not None:
        wanted = wanted.where(or_(Guardianship.book.is_(None), Guardianship.book == book))
    return session.scalar(wanted.order_by(Guardianship.id).limit(1))


def find_guardianship_like(session: Orm, wanted: Guardianship, *, now: datetime) -> Guardianship | None:
    """Find a guardianship of the same two for the same book (or all) that is not over yet."""
    return session.scalar(
        select(Guardianship).where(
            Guardianship.guardian_id == wanted.guardian_id,
            Guardianship.ward_id == wanted.ward_id,
            Guardianship.book.is_not_distinct_from(wanted.book),
            *_open(now),
        )
    )


def is_ward_of(session: Orm, person_id: UUID, book: str) -> bool:
    """Say whether somebody was ever made a ward by the staff of a book."""
    found = select(Guardianship.id).where(Guardianship.ward_id == person_id, Guardianship.book == book).limit(1)
    return session.scalar(found) is not None


def lock_guardianship(session: Orm, guardianship_id: UUID) -> Guardianship:
    """Lock a guardianship. Refuses GuardianshipMissing."""
    found = session.scalar(select(Guardianship).where(Guardianship.id == guardianship_id).with_for_update())
    if found is None:
        raise GuardianshipMissing
    return found


def list_guardianships_of(session: Orm, person_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Named]:
    """List the guardianships somebody is in, on either side, newest first, whatever became of them."""
    both = or_(Guardianship.ward_id == person_id, Guardianship.guardian_id == person_id)
    return _named(session, both, before=before, limit=limit)


def list_guardianships_in(
    session: Orm, book: str, *, ward_id: UUID | None, before: UUID | None, limit: int
) -> Sequence[Named]:
    """List the guardianships the staff of a book gave, of everybody or for one ward, newest first."""
    which = [Guardianship.book == book, *([] if ward_id is None else [Guardianship.ward_id == ward_id])]
    return _named(session, *which, before=before, limit=limit)


def list_proxy_acts(
    session: Orm, person_id: UUID, *, as_guardian: bool, before: UUID | None, limit: int
) -> Sequence[ProxyAct]:
    """List what was done for somebody, or what he did for others, newest first."""
    side = ProxyAct.guardian_id if as_guardian else ProxyAct.ward_id
    wanted = select(ProxyAct).where(side == person_id)
    if before is not None:
        wanted = wanted.where(ProxyAct.id < before)
    return session.scalars(wanted.order_by(ProxyAct.id.desc()).limit(limit)).all()


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Guardianship.ended_at.is_(None), or_(Guardianship.valid_to.is_(None), Guardianship.valid_to > now)


def _named(session: Orm, *which: ColumnElement[bool], before: UUID | None, limit: int) -> Sequence[Named]:
    ward, guardian = aliased(Person), aliased(Person)
    wanted = (
        select(Guardianship, ward.name, guardian.name)
        .join(ward, ward.id == Guardianship.ward_id)
        .join(guardian, guardian.id == Guardianship.guardian_id)
        .where(*which)
    )
    if before is not None:
        wanted = wanted.where(Guardianship.id < before)
    rows = session.execute(wanted.order_by(Guardianship.id.desc()).limit(limit))
    return [Named(found, ward_name, guardian_name) for found, ward_name, guardian_name in rows]
