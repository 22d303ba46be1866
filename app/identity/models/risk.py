"""What WeChat thinks of a person's risk, and pauses that outlive an account.

What columns allow: migrations/sql/0022_tell_people.sql, 0041_remember_pauses.sql.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, DateTime, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class ClosedPause(Base):
    """That a WeChat account had an account here which was closed while it was paused, and over which case.

    By the keyed hash alone: not whose it was. Its next account begins paused, and it is forgotten then, or in time.
    """

    __tablename__ = "identity_closed_pauses"
    app_id: Mapped[str] = mapped_column(Text, primary_key=True)
    openid_index: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(Uuid)
    closed_at: Mapped[datetime] = mapped_column(INSTANT)


class RiskRank(Base):
    """Advice of one day: `rank` 0 (none) to 4, None while it was not given. `client_ip`: kept until WeChat is asked."""

    __tablename__ = "identity_risk_ranks"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    day: Mapped[date] = mapped_column(Date)
    scene: Mapped[str] = mapped_column(Text)
    client_ip: Mapped[str | None] = mapped_column(Text)
    wanted_at: Mapped[datetime] = mapped_column(INSTANT)
    asked_at: Mapped[datetime | None] = mapped_column(INSTANT)
    rank: Mapped[int | None] = mapped_column(SmallInteger)
    reason: Mapped[str | None] = mapped_column(Text)
