"""Reads and locks of people, grants and freezes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session as Orm

from app.identity.errors import GrantMissing, PersonMissing
from app.identity.models import Freeze, Grant, Person
from app.kernel.actor import Role

_LIES_WITHIN = text(
    "EXISTS (SELECT 1 FROM places_areas a JOIN places_areas o ON o.id = ANY(:outer)"
    " WHERE a.id = identity_grants.area_id AND starts_with(a.path, o.path))"
)
_KNOWN_WITHIN = text(
    "EXISTS (SELECT 1 FROM identity_grants g JOIN places_areas a ON a.id = g.area_id"
    " JOIN places_areas o ON o.id = ANY(:outer)"
    " WHERE g.person_id = identity_freezes.person_id AND starts_with(a.path, o.path))"
)


def get_person(session: Orm, person_id: UUID) -> Person:
    """Read an account that is not closed. Refuses PersonMissing."""
    found = session.get(Person, person_id)
    if found is None or found.closed_at is not None:
        raise PersonMissing
    return found


def lock_person(session: Orm, person_id: UUID) -> Person:
    """Lock an account that is not closed. Refuses PersonMissing."""
    found = session.scalar(select(Person).where(Person.id == person_id, Person.closed_at.is_(None)).with_for_update())
    if found is None:
        raise PersonMissing
    return found


def find_person_by_phone(session: Orm, phone_index: bytes) -> Person | None:
    """Find whose verified number this is."""
    return session.scalar(select(Person).where(Person.phone_index == phone_index))


def lock_grant(session: Orm, grant_id: UUID) -> Grant:
    """Lock a grant. Refuses GrantMissing."""
    found = session.scalar(select(Grant).where(Grant.id == grant_id).with_for_update())
    if found is None:
        raise GrantMissing
    return found


def find_grant_like(session: Orm, grant: Grant, *, now: datetime) -> Grant | None:
    """Find a grant of the same person, role and area that is not over yet."""
    return session.scalar(
        select(Grant).where(
            Grant.person_id == grant.person_id,
            Grant.role == grant.role,
            Grant.area_id == grant.area_id,
            Grant.ended_at.is_(None),
            or_(Grant.valid_to.is_(None), Grant.valid_to > now),
        )
    )


def list_grants_of(
    session: Orm, person_id: UUID, *, within: Sequence[UUID] | None, before: UUID | None, limit: int
) -> Sequence[Grant]:
    """List what somebody was granted, newest first, whatever became of it: everywhere, or `within` these areas."""
    wanted = select(Grant).where(Grant.person_id == person_id)
    if within is not None:
        wanted = wanted.where(_LIES_WITHIN.bindparams(outer=list(within)))
    if before is not None:
        wanted = wanted.where(Grant.id < before)
    return session.scalars(wanted.order_by(Grant.id.desc()).limit(limit)).all()


def list_grants_in(
    session: Orm, area_id: UUID, *, person_id: UUID | None, before: UUID | None, limit: int
) -> Sequence[Grant]:
    """List the grants of one area itself, of everybody or of one, newest first."""
    wanted = select(Grant).where(Grant.area_id == area_id)
    if person_id is not None:
        wanted = wanted.where(Grant.person_id == person_id)
    if before is not None:
        wanted = wanted.where(Grant.id < before)
    return session.scalars(wanted.order_by(Grant.id.desc()).limit(limit)).all()


def find_open_freeze(session: Orm, person_id: UUID) -> Freeze | None:
    """Find the freeze an account is under."""
    return session.scalar(
        select(Freeze).where(Freeze.person_id == person_id, Freeze.lifted_at.is_(None)).with_for_update()
    )


def list_appeals(session: Orm, within: Sequence[UUID], *, after: UUID | None, limit: int) -> Sequence[Freeze]:
    """List open freezes that were appealed against, of people known in these areas, the oldest freeze first."""
    wanted = select(Freeze).where(
        Freeze.lifted_at.is_(None), Freeze.appealed_at.is_not(None), _KNOWN_WITHIN.bindparams(outer=list(within))
    )
    if after is not None:
        wanted = wanted.where(Freeze.id > after)
    return session.scalars(wanted.order_by(Freeze.id).limit(limit)).all()


_COVERED = text("""
    SELECT 1 FROM places_areas a JOIN places_areas o ON o.id = ANY(:outer)
     WHERE a.id = :area_id AND starts_with(a.path, o.path) LIMIT 1
""")


def is_covered(session: Orm, outer: Sequence[UUID], area_id: UUID) -> bool:
    """Say whether an area is one of `outer` or lies below one."""
    return session.scalar(_COVERED, {"outer": list(outer), "area_id": area_id}) is not None


def holds_powerful(session: Orm, person_id: UUID, roles: Collection[str]) -> bool:
    """Say whether somebody holds one of these roles, or waits for it."""
    held = select(Grant.id).where(Grant.person_id == person_id, Grant.ended_at.is_(None), Grant.role.in_(roles))
    return session.scalar(held.limit(1)) is not None


# A grant counts in the book of a community that lies in the granted area, as in standing.py.
_MAY_ACT = text("""
    SELECT 1 FROM identity_grants g
      JOIN identity_people p ON p.id = g.person_id AND p.closed_at IS NULL AND p.paused_at IS NULL
      JOIN places_areas a ON a.id = g.area_id
      LEFT JOIN places_areas b ON b.book = CAST(:book AS text)
     WHERE g.person_id = :person_id AND g.role = :role AND g.ended_at IS NULL AND g.valid_from <= :now
       AND (g.valid_to IS NULL OR :now < g.valid_to) AND (NOT g.takes_two OR g.approved_at IS NOT NULL)
       AND (CAST(:book AS text) IS NULL OR starts_with(b.path, a.path))
       AND NOT EXISTS (SELECT 1 FROM identity_freezes f WHERE f.person_id = p.id AND f.lifted_at IS NULL)
     LIMIT 1
""")


def may_act_as(session: Orm, person_id: UUID, *, role: Role, book: str | None, now: datetime) -> bool:
    """Say whether an account holds a role in a book, or outside all books, and is neither frozen, paused nor closed."""
    values = {"person_id": person_id, "role": str(role), "book": book, "now": now}
    return session.scalar(_MAY_ACT, values) is not None


_KNOWN = text("""
    SELECT 1 FROM identity_grants g JOIN places_areas a ON a.id = g.area_id JOIN places_areas o ON o.id = ANY(:outer)
     WHERE g.person_id = :person_id AND starts_with(a.path, o.path) LIMIT 1
""")


def is_known_in(session: Orm, outer: Sequence[UUID], person_id: UUID) -> bool:
    """Say whether somebody was ever granted a role in one of these areas or below."""
    return session.scalar(_KNOWN, {"outer": list(outer), "person_id": person_id}) is not None
