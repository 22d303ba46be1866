"""Tills and their keys. What columns allow: migrations/sql/0024_merchants.sql."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, DateTime, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Terminal(Base):
    """A till of a branch."""

    __tablename__ = "merchants_terminals"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    branch_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    low_tier: Mapped[bool] = mapped_column(Boolean)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    revoked_by: Mapped[UUID | None] = mapped_column(Uuid)
    revoked_at: Mapped[datetime | None] = mapped_column(INSTANT)
    revoked_why: Mapped[str | None] = mapped_column(Text)


class TerminalKey(Base):
    """A key of a till, known by its serial. `material`: the public key (SPKI), or a sealed secret."""

    __tablename__ = "merchants_terminal_keys"
    serial: Mapped[str] = mapped_column(Text, primary_key=True)
    terminal_id: Mapped[UUID] = mapped_column(Uuid)
    algorithm: Mapped[str] = mapped_column(Text)
    material: Mapped[bytes] = mapped_column(LargeBinary)
    valid_from: Mapped[datetime] = mapped_column(INSTANT)
    valid_to: Mapped[datetime | None] = mapped_column(INSTANT)
    replaces: Mapped[str | None] = mapped_column(Text)


class EnrolmentCode(Base):
    """A one-time code by which a till brings its key, known by its hash."""

    __tablename__ = "merchants_enrolment_codes"
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    branch_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    takes_hmac: Mapped[bool] = mapped_column(Boolean)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(INSTANT)
    terminal_id: Mapped[UUID | None] = mapped_column(Uuid)


class TerminalAddress(Base):
    """An address from which a till signed; every one after the first is an alert."""

    __tablename__ = "merchants_terminal_addresses"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    branch_id: Mapped[UUID] = mapped_column(Uuid)
    terminal_id: Mapped[UUID] = mapped_column(Uuid)
    address: Mapped[str] = mapped_column(Text)
    serial: Mapped[str] = mapped_column(Text)
    is_alert: Mapped[bool] = mapped_column(Boolean)
    first_seen_at: Mapped[datetime] = mapped_column(INSTANT)
    seen_by: Mapped[UUID | None] = mapped_column(Uuid)
    seen_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Nonce(Base):
    """What was signed under a nonce lately."""

    __tablename__ = "merchants_nonces"
    serial: Mapped[str] = mapped_column(Text, primary_key=True)
    nonce: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    seen_at: Mapped[datetime] = mapped_column(INSTANT)
