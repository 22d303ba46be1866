"""Alerts: that much of a budget or an allotment was given out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Integer, SmallInteger, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Alert(Base):
    """A threshold that was reached, once per `points`: what was minted or handed over at that time. Never changed."""

    __tablename__ = "points_alerts"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    budget_id: Mapped[UUID] = mapped_column(Uuid)
    percent: Mapped[int] = mapped_column(SmallInteger)
    points: Mapped[int] = mapped_column(BigInteger)
    given_points: Mapped[int] = mapped_column(BigInteger)
    raised_at: Mapped[datetime] = mapped_column(INSTANT)
