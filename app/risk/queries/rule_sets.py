"""Versions of rules, and what those in shadow would have decided."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.risk.errors import RuleSetMissing
from app.risk.models import RuleSet, ShadowRow
from app.risk.terms import RuleSetState

VERSION_MAX = 2**31 - 1
"""What PostgreSQL holds in an integer."""


class ShadowSum(NamedTuple):
    """How many facts a version in shadow would have ended as `outcome` that really ended as `real`."""

    real: str
    outcome: str
    facts: int
    points: int


def find_active(session: Session, book_id: int) -> RuleSet | None:
    """The version that decides."""
    return session.scalar(select(RuleSet).where(RuleSet.book_id == book_id, RuleSet.state == RuleSetState.ACTIVE))


def get_rule_set(session: Session, book_id: int, version: int) -> RuleSet:
    """One version. Refuses RuleSetMissing."""
    found = session.get(RuleSet, (book_id, version)) if version <= VERSION_MAX else None
    if found is None:
        raise RuleSetMissing(version=version)
    return found


def get_definition(session: Session, book_id: int, set_id: UUID) -> dict[str, Any]:
    """The rules of a version by its id."""
    query = select(RuleSet.definition).where(RuleSet.book_id == book_id, RuleSet.id == set_id)
    found: dict[str, Any] = session.execute(query).scalar_one()
    return found


def lock_rule_set(session: Session, book_id: int, version: int) -> RuleSet:
    """One version, locked. Refuses RuleSetMissing."""
    query = select(RuleSet).where(RuleSet.book_id == book_id, RuleSet.version == version).with_for_update()
    found = session.scalar(query, execution_options={"populate_existing": True}) if version <= VERSION_MAX else None
    if found is None:
        raise RuleSetMissing(version=version)
    return found


def lock_versions(session: Session, book_id: int) -> None:
    """Let one at a time number or publish versions of a book."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('risk_rule_sets', :book_id))"), {"book_id": book_id}
    )


def max_version(session: Session, book_id: int) -> int:
    """The highest version there is, 0 without any."""
    return session.scalar(select(func.coalesce(func.max(RuleSet.version), 0)).where(RuleSet.book_id == book_id)) or 0


def list_rule_sets(session: Session, book_id: int, *, before: int | None, limit: int) -> Sequence[RuleSet]:
    """Versions, newest first; those below a number."""
    query = select(RuleSet).where(RuleSet.book_id == book_id)
    if before is not None:
        query = query.where(RuleSet.version < before)
    return session.scalars(query.order_by(RuleSet.version.desc()).limit(limit)).all()


def count_shadows(session: Session, book_id: int, *, now: object) -> int:
    """How many versions run in shadow."""
    query = select(func.count()).where(
        RuleSet.book_id == book_id, RuleSet.state == RuleSetState.SHADOW, RuleSet.shadow_until > now
    )
    return session.scalar(query) or 0


def sum_shadows(session: Session, book_id: int, version: int, *, since: datetime) -> list[ShadowSum]:
    """What a version in shadow would have decided since an instant, by what was. It runs for thirty days at most."""
    query = (
        select(ShadowRow.real, ShadowRow.outcome, func.count(), func.coalesce(func.sum(ShadowRow.points), 0))
        .where(ShadowRow.book_id == book_id, ShadowRow.version == version, ShadowRow.decided_at >= since)
        .group_by(ShadowRow.real, ShadowRow.outcome)
        .order_by(ShadowRow.real, ShadowRow.outcome)
    )
    return [ShadowSum(row[0], row[1], int(row[2]), int(row[3])) for row in session.execute(query)]
