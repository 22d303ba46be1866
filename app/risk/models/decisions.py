"""What was decided, what windows count of it, and what versions in shadow would have decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Integer, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class DecisionRow(Base):
    """One decision. Never changed, by nobody."""

    __tablename__ = "risk_decisions"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    decided_at: Mapped[datetime] = mapped_column(INSTANT)
    acted_by: Mapped[UUID] = mapped_column(Uuid)
    resident_id: Mapped[UUID | None] = mapped_column(Uuid)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    device_id: Mapped[UUID | None] = mapped_column(Uuid)
    household_id: Mapped[UUID | None] = mapped_column(Uuid)
    shop_id: Mapped[UUID | None] = mapped_column(Uuid)
    terminal_id: Mapped[UUID | None] = mapped_column(Uuid)
    cashier_id: Mapped[UUID | None] = mapped_column(Uuid)
    coordinator_id: Mapped[UUID | None] = mapped_column(Uuid)
    points: Mapped[int] = mapped_column(BigInteger)
    order_fen: Mapped[int] = mapped_column(BigInteger)
    features_version: Mapped[int] = mapped_column(SmallInteger)
    features: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(Integer)
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    score: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(Text)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    failure: Mapped[str | None] = mapped_column(Text)
    case_id: Mapped[UUID | None] = mapped_column(Uuid)


class FactRow(Base):
    """What windows count of a fact. `points`: those that really moved, as far as known."""

    __tablename__ = "risk_facts"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    decided_at: Mapped[datetime] = mapped_column(INSTANT)
    resident_id: Mapped[UUID | None] = mapped_column(Uuid)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    device_id: Mapped[UUID | None] = mapped_column(Uuid)
    household_id: Mapped[UUID | None] = mapped_column(Uuid)
    shop_id: Mapped[UUID | None] = mapped_column(Uuid)
    coordinator_id: Mapped[UUID | None] = mapped_column(Uuid)
    asked: Mapped[int] = mapped_column(BigInteger)
    points: Mapped[int] = mapped_column(BigInteger)


class ShadowRow(Base):
    """What a version in shadow would have decided. `real`: what was decided in earnest."""

    __tablename__ = "risk_shadows"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    decision_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    decided_at: Mapped[datetime] = mapped_column(INSTANT)
    real: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    score: Mapped[int] = mapped_column(Integer)
    points: Mapped[int] = mapped_column(BigInteger)
    rules: Mapped[list[str]] = mapped_column(ARRAY(Text))
