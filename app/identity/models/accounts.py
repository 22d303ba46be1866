"""Consents, guardianships, and acts for somebody else. What columns allow: migrations/sql/0019_accounts.sql."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Consent(Base):
    """That somebody agreed to a version of a text, or took it back."""

    __tablename__ = "identity_consents"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[bytes] = mapped_column(LargeBinary)
    act: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
    session_id: Mapped[UUID | None] = mapped_column(Uuid)
    acted_by: Mapped[UUID | None] = mapped_column(Uuid)


class Guardianship(Base):
    """That somebody may act for somebody, from when to when, by whom and why."""

    __tablename__ = "identity_guardianships"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    ward_id: Mapped[UUID] = mapped_column(Uuid)
    guardian_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    book: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[datetime] = mapped_column(INSTANT)
    valid_to: Mapped[datetime | None] = mapped_column(INSTANT)
    granted_by: Mapped[UUID] = mapped_column(Uuid)
    granted_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_by: Mapped[UUID | None] = mapped_column(Uuid)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_why: Mapped[str | None] = mapped_column(Text)


class ProxyAct(Base):
    """An act of a guardian for his ward."""

    __tablename__ = "identity_proxy_acts"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    guardian_id: Mapped[UUID] = mapped_column(Uuid)
    ward_id: Mapped[UUID] = mapped_column(Uuid)
    session_id: Mapped[UUID] = mapped_column(Uuid)
    route: Mapped[str] = mapped_column(Text)
    book: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
