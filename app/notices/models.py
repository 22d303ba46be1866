"""The tables of notices."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, DateTime, Integer, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Notice(Base):
    """A subscribe message for one person, on its way or at its end. `data`: WeChat's keywords and their texts."""

    __tablename__ = "notices_notices"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    template: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, str]] = mapped_column(JSONB)
    urgent: Mapped[bool] = mapped_column(Boolean)
    dedupe_key: Mapped[str] = mapped_column(Text)
    not_before: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime | None] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    queued_at: Mapped[datetime] = mapped_column(INSTANT)
    claimed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Subscription(Base):
    """How many more messages of a template somebody accepts, as far as we know: WeChat does not tell.

    `reported`, `pushed`: acceptances since `heard_at` that only the mini-program, or only WeChat, has told of.
    """

    __tablename__ = "notices_subscriptions"
    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    template: Mapped[str] = mapped_column(Text, primary_key=True)
    remaining: Mapped[int] = mapped_column(Integer)
    reported: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    pushed: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    heard_at: Mapped[datetime | None] = mapped_column(INSTANT)
    changed_at: Mapped[datetime] = mapped_column(INSTANT)


class Push(Base):
    """A message WeChat pushed to us, decrypted, until it is worked and forgotten."""

    __tablename__ = "notices_pushes"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    digest: Mapped[bytes] = mapped_column(BYTEA)
    name: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(INSTANT)
    worked_at: Mapped[datetime | None] = mapped_column(INSTANT)
    outcome: Mapped[str | None] = mapped_column(Text)


class MediaCheck(Base):
    """A picture or sound that WeChat is judging. `job` hears the verdict, with `subject` and the trace id."""

    __tablename__ = "notices_media_checks"
    trace_id: Mapped[str] = mapped_column(Text, primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    job: Mapped[str | None] = mapped_column(Text)
    expected_at: Mapped[datetime] = mapped_column(INSTANT)
    suggestion: Mapped[str | None] = mapped_column(Text)
    label: Mapped[int | None] = mapped_column(Integer)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)


class TextCheck(Base):
    """A text that WeChat is to judge, kept until it is judged. `job` hears the verdict, with `subject`."""

    __tablename__ = "notices_text_checks"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    subject: Mapped[str] = mapped_column(Text)
    job: Mapped[str] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    not_before: Mapped[datetime] = mapped_column(INSTANT)
    expected_at: Mapped[datetime] = mapped_column(INSTANT)
    suggestion: Mapped[str | None] = mapped_column(Text)
    label: Mapped[int | None] = mapped_column(Integer)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
