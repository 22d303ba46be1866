"""Versions of rules, snoozes, lists, backtests."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class RuleSet(Base):
    """A version of the rules. Its definition never changes."""

    __tablename__ = "risk_rule_sets"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(Uuid)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[UUID] = mapped_column(Uuid)
    proposed_at: Mapped[datetime] = mapped_column(INSTANT)
    shadowed_by: Mapped[UUID | None] = mapped_column(Uuid)
    shadow_from: Mapped[datetime | None] = mapped_column(INSTANT)
    shadow_until: Mapped[datetime | None] = mapped_column(INSTANT)
    published_by: Mapped[UUID | None] = mapped_column(Uuid)
    published_at: Mapped[datetime | None] = mapped_column(INSTANT)
    retired_by: Mapped[UUID | None] = mapped_column(Uuid)
    retired_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Snooze(Base):
    """A rule that is silent about somebody until an instant."""

    __tablename__ = "risk_snoozes"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    rule: Mapped[str] = mapped_column(Text)
    pivot: Mapped[str] = mapped_column(Text)
    pivot_id: Mapped[UUID] = mapped_column(Uuid)
    decision_id: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(Text)
    snoozed_by: Mapped[UUID] = mapped_column(Uuid)
    snoozed_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_by: Mapped[UUID | None] = mapped_column(Uuid)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)


class RiskList(Base):
    """A list that rules may ask: `resident in list_watched`."""

    __tablename__ = "risk_lists"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    created_by: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class ListItem(Base):
    """An item of a list: the id of a resident, a device, a shop."""

    __tablename__ = "risk_list_items"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    list_code: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    added_by: Mapped[UUID] = mapped_column(Uuid)
    added_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime | None] = mapped_column(INSTANT)
    removed_by: Mapped[UUID | None] = mapped_column(Uuid)
    removed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    removed_why: Mapped[str | None] = mapped_column(Text)


class Backtest(Base):
    """A version tried on the stored features of a period."""

    __tablename__ = "risk_backtests"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    starts_at: Mapped[datetime] = mapped_column(INSTANT)
    ends_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text)
    requested_by: Mapped[UUID] = mapped_column(Uuid)
    requested_at: Mapped[datetime] = mapped_column(INSTANT)
    done_at: Mapped[datetime | None] = mapped_column(INSTANT)
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)
