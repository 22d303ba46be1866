"""Cases, what happens to them, appeals, and what the nightly graph found."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Case(Base):
    """What is open about one resident, device, shop … until it is closed with a label.

    `revision`: how far it grew, by decisions and findings; `queries` counts them in one that is open, and closing it
    writes that down.
    """

    __tablename__ = "risk_cases"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    about: Mapped[str] = mapped_column(Text)
    about_id: Mapped[UUID] = mapped_column(Uuid)
    state: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    last_at: Mapped[datetime] = mapped_column(INSTANT)
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    taken_by: Mapped[UUID | None] = mapped_column(Uuid)
    taken_at: Mapped[datetime | None] = mapped_column(INSTANT)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    label: Mapped[str | None] = mapped_column(Text)


class CaseEvent(Base):
    """Something that happened to a case. Never changed."""

    __tablename__ = "risk_case_events"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    done_by: Mapped[UUID] = mapped_column(Uuid)
    done_at: Mapped[datetime] = mapped_column(INSTANT)
    text: Mapped[str | None] = mapped_column(Text)
    label: Mapped[str | None] = mapped_column(Text)


class Appeal(Base):
    """A resident's word against a decision, and the answer to it."""

    __tablename__ = "risk_appeals"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    decision_id: Mapped[UUID] = mapped_column(Uuid)
    case_id: Mapped[UUID] = mapped_column(Uuid)
    resident_id: Mapped[UUID] = mapped_column(Uuid)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    appealed_at: Mapped[datetime] = mapped_column(INSTANT)
    answered_by: Mapped[UUID | None] = mapped_column(Uuid)
    answered_at: Mapped[datetime | None] = mapped_column(INSTANT)
    answer: Mapped[str | None] = mapped_column(Text)


class Finding(Base):
    """What the nightly graph found about somebody, the last time it did."""

    __tablename__ = "risk_findings"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    about_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    about: Mapped[str] = mapped_column(Text)
    value: Mapped[int] = mapped_column(Integer)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB)
    first_at: Mapped[datetime] = mapped_column(INSTANT)
    last_at: Mapped[datetime] = mapped_column(INSTANT)
    case_id: Mapped[UUID | None] = mapped_column(Uuid)
    case_value: Mapped[int | None] = mapped_column(Integer)
