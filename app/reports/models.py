"""What residents report."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import Text as TextType
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Report(Base):
    """A problem with its place, and what its acceptance paid by which rule. `seen_…`: what was seen first."""

    __tablename__ = "reports_reports"
    __allow_unmapped__ = True
    photos: Sequence[Any] = ()
    """What app.media knows of its photos; told by the service, not kept here."""
    __table_args__ = (
        UniqueConstraint("book_id", "transaction_id"),
        ForeignKeyConstraint(["book_id"], ["points_books.id"]),
        ForeignKeyConstraint(["book_id", "budget_id"], ["points_budgets.book_id", "points_budgets.id"]),
        ForeignKeyConstraint(["book_id", "award_id"], ["points_awards.book_id", "points_awards.id"]),
        ForeignKeyConstraint(["book_id", "transaction_id"], ["points_transactions.book_id", "points_transactions.id"]),
        CheckConstraint("char_length(text) BETWEEN 1 AND 2000", name="text"),
        CheckConstraint("char_length(place) BETWEEN 1 AND 200", name="place"),
        CheckConstraint("char_length(reason) BETWEEN 1 AND 200", name="reason"),
        CheckConstraint("points BETWEEN 0 AND 1000000000", name="points"),
        Index(None, "book_id", "state", "id"),
        Index(None, "book_id", "reporter_id", "id"),
        ForeignKeyConstraint(["book_id", "problem_id"], ["reports_problems.book_id", "reports_problems.id"]),
        Index(None, "book_id", "problem_id", "id"),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    reporter_id: Mapped[UUID] = mapped_column(Uuid)
    text: Mapped[str] = mapped_column(TextType)
    place: Mapped[str] = mapped_column(TextType)
    state: Mapped[str] = mapped_column(TextType)
    filed_at: Mapped[datetime] = mapped_column(INSTANT)
    text_check: Mapped[str] = mapped_column(TextType, server_default="unchecked")
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    reason: Mapped[str | None] = mapped_column(TextType)
    points: Mapped[int | None] = mapped_column(BigInteger)
    budget_id: Mapped[UUID | None] = mapped_column(Uuid)
    transaction_id: Mapped[UUID | None] = mapped_column(Uuid)
    rule: Mapped[str | None] = mapped_column(TextType)
    chosen_points: Mapped[int | None] = mapped_column(BigInteger)
    award_id: Mapped[UUID | None] = mapped_column(Uuid)
    category: Mapped[str] = mapped_column(TextType, server_default="other")
    lat: Mapped[float | None] = mapped_column(Double)
    lng: Mapped[float | None] = mapped_column(Double)
    problem_id: Mapped[UUID | None] = mapped_column(Uuid)
    is_known: Mapped[bool] = mapped_column(Boolean, server_default="false")
    standing: Mapped[str | None] = mapped_column(TextType)
    needs_second: Mapped[bool] = mapped_column(Boolean, server_default="false")
    first_seen_by: Mapped[UUID | None] = mapped_column(Uuid)
    seen_rule: Mapped[str | None] = mapped_column(TextType)
    seen_chosen_points: Mapped[int | None] = mapped_column(BigInteger)
    seen_points: Mapped[int | None] = mapped_column(BigInteger)


class Problem(Base):
    """What one or many reports are of: a category at a spot, within some days."""

    __tablename__ = "reports_problems"
    __table_args__ = (
        ForeignKeyConstraint(["book_id"], ["points_books.id"]),
        Index("ix_reports_problems_cell", "book_id", "cell_lat", "cell_lng", "category", "last_at"),
        Index("ix_reports_problems_place", "book_id", "place_key", "category", "last_at"),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    category: Mapped[str] = mapped_column(TextType)
    place_key: Mapped[str] = mapped_column(TextType)
    lat: Mapped[float | None] = mapped_column(Double)
    lng: Mapped[float | None] = mapped_column(Double)
    cell_lat: Mapped[int | None] = mapped_column(Integer)
    cell_lng: Mapped[int | None] = mapped_column(Integer)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    last_at: Mapped[datetime] = mapped_column(INSTANT)
    first_report_id: Mapped[UUID | None] = mapped_column(Uuid)
    first_reporter_id: Mapped[UUID | None] = mapped_column(Uuid)
    confirmed: Mapped[int] = mapped_column(Integer, server_default="0")


class Move(Base):
    """That a clerk put a report to another problem, and why."""

    __tablename__ = "reports_moves"
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "report_id"], ["reports_reports.book_id", "reports_reports.id"]),
        ForeignKeyConstraint(["book_id", "to_problem_id"], ["reports_problems.book_id", "reports_problems.id"]),
        CheckConstraint("char_length(reason) BETWEEN 1 AND 200", name="reason"),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    report_id: Mapped[UUID] = mapped_column(Uuid)
    from_problem_id: Mapped[UUID | None] = mapped_column(Uuid)
    to_problem_id: Mapped[UUID] = mapped_column(Uuid)
    moved_by: Mapped[UUID] = mapped_column(Uuid)
    moved_at: Mapped[datetime] = mapped_column(INSTANT)
    reason: Mapped[str] = mapped_column(TextType)
