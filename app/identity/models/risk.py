"""What WeChat thinks of a person's risk. What columns allow: migrations/sql/0022_tell_people.sql."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, DateTime, SmallInteger, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


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
