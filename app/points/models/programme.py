"""What a programme keeps beside the ledger: names of owners that are not people, households, proposals."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Integer, SmallInteger, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)
BOOK = "points_books.id"


class OwnerName(Base):
    """The public name of a sponsor, shop, station, team or post. Never that of a person."""

    __tablename__ = "points_owner_names"
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    named_at: Mapped[datetime] = mapped_column(INSTANT)


class Household(Base):
    """Which household a resident belongs to, by opaque ids: caps of award rules count by person and by household."""

    __tablename__ = "points_households"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    household_id: Mapped[UUID] = mapped_column(Uuid)
    joined_at: Mapped[datetime] = mapped_column(INSTANT)


class HouseholdChange(Base):
    """Somebody put into a household by hand, or taken out of one (None). Never changed."""

    __tablename__ = "points_household_changes"
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(Uuid)
    household_id: Mapped[UUID | None] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[UUID] = mapped_column(Uuid)
    changed_at: Mapped[datetime] = mapped_column(INSTANT)


class PaperPassbook(Base):
    """The paper passbook whose balance a resident's passbook was opened with. Each number once in a book."""

    __tablename__ = "points_paper_passbooks"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    passbook_no: Mapped[str] = mapped_column(Text)


class Proposal(Base):
    """An act that one person proposes and another approves. `payload`: what is to be done; it never changes."""

    __tablename__ = "points_proposals"
    __table_args__ = (
        Index(
            "ix_points_proposals_dispute",
            "book_id",
            text("(payload ->> 'dispute_id')"),
            postgresql_where=text("payload ? 'dispute_id'"),
        ),
    )
    book_id: Mapped[int] = mapped_column(ForeignKey(BOOK), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[UUID] = mapped_column(Uuid)
    proposed_at: Mapped[datetime] = mapped_column(INSTANT)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    decision_reason: Mapped[str | None] = mapped_column(Text)
    result_id: Mapped[UUID | None] = mapped_column(Uuid)
