"""Award rules, their versions, the register of awards, and allotments that awards draw on."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, Integer, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)
BOOK = "points_books.id"


class Allotment(Base):
    """Part of a budget handed to a station, team or coordinator from `period_from` to `period_to`."""

    __tablename__ = "points_allotments"
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    budget_id: Mapped[UUID] = mapped_column(Uuid)
    holder_kind: Mapped[str] = mapped_column(Text)
    holder_id: Mapped[UUID] = mapped_column(Uuid)
    period_from: Mapped[date] = mapped_column(Date)
    period_to: Mapped[date] = mapped_column(Date)
    points: Mapped[int] = mapped_column(BigInteger)
    allotted_by: Mapped[UUID] = mapped_column(Uuid)
    allotted_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    returned_points: Mapped[int | None] = mapped_column(BigInteger)


class AllotmentSpender(Base):
    """Somebody who may award from an allotment."""

    __tablename__ = "points_allotment_spenders"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    allotment_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)


class AwardRule(Base):
    """What pays points. `code` names it for programs, `title` for people."""

    __tablename__ = "points_award_rules"
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    created_by: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    withdrawn_by: Mapped[UUID | None] = mapped_column(Uuid)
    withdrawn_at: Mapped[datetime | None] = mapped_column(INSTANT)


class AwardRuleVersion(Base):
    """How a rule pays. Only published versions pay, the highest of them."""

    __tablename__ = "points_award_rule_versions"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    budget_id: Mapped[UUID] = mapped_column(Uuid)
    formula: Mapped[str] = mapped_column(Text)
    grades: Mapped[dict[str, Any]] = mapped_column(JSONB)
    cycle: Mapped[str] = mapped_column(Text)
    points_max: Mapped[int] = mapped_column(BigInteger)
    person_day_max: Mapped[int | None] = mapped_column(BigInteger)
    person_month_max: Mapped[int | None] = mapped_column(BigInteger)
    household_day_max: Mapped[int | None] = mapped_column(BigInteger)
    household_month_max: Mapped[int | None] = mapped_column(BigInteger)
    validity_months: Mapped[int | None] = mapped_column(SmallInteger)
    allotment_required: Mapped[bool] = mapped_column(server_default="false")
    proposed_by: Mapped[UUID] = mapped_column(Uuid)
    proposed_at: Mapped[datetime] = mapped_column(INSTANT)
    published_by: Mapped[UUID | None] = mapped_column(Uuid)
    published_at: Mapped[datetime | None] = mapped_column(INSTANT)


class AwardRecord(Base):
    """One fact that a rule paid for, or that its caps left nothing for. Never changed."""

    __tablename__ = "points_awards"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    rule_code: Mapped[str] = mapped_column(Text)
    rule_version: Mapped[int] = mapped_column(Integer)
    subject: Mapped[str] = mapped_column(Text)
    beneficiary_id: Mapped[UUID] = mapped_column(Uuid)
    cycle: Mapped[str] = mapped_column(Text)
    passbook_id: Mapped[UUID] = mapped_column(Uuid)
    household_id: Mapped[UUID | None] = mapped_column(Uuid)
    performed_on: Mapped[date] = mapped_column(Date)
    title: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int | None] = mapped_column(Integer)
    events: Mapped[int | None] = mapped_column(Integer)
    grade: Mapped[str | None] = mapped_column(Text)
    chosen_points: Mapped[int | None] = mapped_column(BigInteger)
    streak: Mapped[int] = mapped_column(Integer)
    computed_points: Mapped[int] = mapped_column(BigInteger)
    points: Mapped[int] = mapped_column(BigInteger)
    budget_id: Mapped[UUID] = mapped_column(Uuid)
    allotment_id: Mapped[UUID | None] = mapped_column(Uuid)
    evidence: Mapped[str | None] = mapped_column(Text)
    awarded_by: Mapped[UUID] = mapped_column(Uuid)
    awarded_at: Mapped[datetime] = mapped_column(INSTANT)
    transaction_id: Mapped[UUID | None] = mapped_column(Uuid)


class CapLock(Base):
    """The row by whose lock awards of one person or household are counted one after another."""

    __tablename__ = "points_cap_locks"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
