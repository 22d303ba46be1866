"""The tables of webhooks. What their states allow is checked in migrations/sql/0028_webhooks.sql."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, Integer, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Endpoint(Base):
    """An address that hears of some types of events of its owner; of those only whose data hold what `hears` says."""

    __tablename__ = "webhooks_endpoints"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(Uuid)
    hears: Mapped[dict[str, Any]] = mapped_column(JSONB)
    url: Mapped[str] = mapped_column(Text)
    types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[str] = mapped_column(Text)
    why: Mapped[str | None] = mapped_column(Text)
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    old_secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_secret_until: Mapped[datetime | None] = mapped_column(INSTANT)
    opened_by: Mapped[UUID] = mapped_column(Uuid)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    changed_at: Mapped[datetime] = mapped_column(INSTANT)
    failures: Mapped[int] = mapped_column(Integer)
    failing_since: Mapped[datetime | None] = mapped_column(INSTANT)
    rests_until: Mapped[datetime] = mapped_column(INSTANT)
    claims: Mapped[int] = mapped_column(Integer)
    claimed_at: Mapped[datetime] = mapped_column(INSTANT)


class Delivery(Base):
    """One event for one endpoint. `body` is what is sent, the same each time; `key` makes it once."""

    __tablename__ = "webhooks_deliveries"
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks_endpoints.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(SmallInteger)
    attempts: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[datetime] = mapped_column(INSTANT)
    gives_up_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Attempt(Base):
    """One try to deliver, and how it ended."""

    __tablename__ = "webhooks_attempts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["endpoint_id", "delivery_id"],
            ["webhooks_deliveries.endpoint_id", "webhooks_deliveries.id"],
            ondelete="CASCADE",
        ),
    )
    endpoint_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    attempted_at: Mapped[datetime] = mapped_column(INSTANT)
    outcome: Mapped[str] = mapped_column(Text)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    took_ms: Mapped[int] = mapped_column(Integer)
