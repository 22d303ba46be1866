"""Reads and locks of declared relatives."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session as Orm

from app.identity.errors.homes import RelativeMissing
from app.identity.models import Relative


def list_relatives_of(session: Orm, person_id: UUID, *, before: UUID | None = None, limit: int) -> Sequence[Relative]:
    """List what was declared about somebody, from either side, newest first, ended ones too."""
    wanted = select(Relative).where(or_(Relative.person_id == person_id, Relative.relative_id == person_id))
    if before is not None:
        wanted = wanted.where(Relative.id < before)
    return session.scalars(wanted.order_by(Relative.id.desc()).limit(limit)).all()


def find_open_relative(session: Orm, one: UUID, other: UUID) -> Relative | None:
    """Find the declaration in force about two people."""
    pair = func.least(Relative.person_id, Relative.relative_id), func.greatest(Relative.person_id, Relative.relative_id)
    wanted = select(Relative).where(Relative.ended_at.is_(None), pair[0] == min(one, other), pair[1] == max(one, other))
    return session.scalar(wanted)


def lock_relative(session: Orm, relative_id: UUID) -> Relative:
    """Lock a declaration. Refuses RelativeMissing."""
    found = session.scalar(
        select(Relative).where(Relative.id == relative_id).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise RelativeMissing
    return found
