"""Reads and locks of what WeChat thinks of people's risk."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Orm

from app.identity.models import RiskRank


def lock_wanted_risk(session: Orm) -> RiskRank | None:
    """Lock the oldest question that was not asked yet; one that somebody is asking is passed over."""
    wanted = select(RiskRank).where(RiskRank.asked_at.is_(None)).order_by(RiskRank.wanted_at, RiskRank.id)
    return session.scalar(wanted.limit(1).with_for_update(skip_locked=True))


def find_risk_rank(session: Orm, person_id: UUID) -> int | None:
    """Say how risky WeChat held somebody to be when it last said so: 0 to 4. Advice; None: it never did."""
    said = select(RiskRank.rank).where(RiskRank.person_id == person_id, RiskRank.rank.is_not(None))
    return session.scalar(said.order_by(RiskRank.day.desc()).limit(1))
