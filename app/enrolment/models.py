"""The tables of enrolment."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, ForeignKeyConstraint, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)
IMPORT = ["enrolment_imports.book_id", "enrolment_imports.id"]


class Import(Base):
    """A file on its way into the book. `rows_total` and `layout` are None before it was read; `budget_id` is None where
    somebody is enrolled by hand with an empty passbook.
    """

    __tablename__ = "enrolment_imports"
    __allow_unmapped__ = True
    rows_committing: int | None = None
    """How many rows its commit has done, while it lasts; told by the service, not kept. None: nobody knows."""
    __table_args__ = (ForeignKeyConstraint(["book_id", "budget_id"], ["points_budgets.book_id", "points_budgets.id"]),)
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    budget_id: Mapped[UUID | None] = mapped_column(Uuid)
    content_hash: Mapped[bytes] = mapped_column(BYTEA)
    media_type: Mapped[str] = mapped_column(Text)
    bytes: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    layout: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    rows_total: Mapped[int | None] = mapped_column(Integer)
    rows_done: Mapped[int] = mapped_column(Integer)
    errors: Mapped[int] = mapped_column(Integer)
    warnings: Mapped[int] = mapped_column(Integer)
    points_total: Mapped[int] = mapped_column(BigInteger)
    pages: Mapped[int | None] = mapped_column(Integer)
    failure: Mapped[str | None] = mapped_column(Text)
    failure_detail: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    uploaded_by: Mapped[UUID] = mapped_column(Uuid)
    uploaded_at: Mapped[datetime] = mapped_column(INSTANT)
    committed_by: Mapped[UUID | None] = mapped_column(Uuid)
    committed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    undone_by: Mapped[UUID | None] = mapped_column(Uuid)
    undone_at: Mapped[datetime | None] = mapped_column(INSTANT)
    undo_reason: Mapped[str | None] = mapped_column(Text)


class File(Base):
    """The uploaded bytes, until they are read."""

    __tablename__ = "enrolment_files"
    __table_args__ = (ForeignKeyConstraint(["book_id", "import_id"], IMPORT),)
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    import_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    content: Mapped[bytes] = mapped_column(BYTEA)


class Piece(Base):
    """Some rows as they stand in the file, as JSON, until they are checked."""

    __tablename__ = "enrolment_pieces"
    __table_args__ = (ForeignKeyConstraint(["book_id", "import_id"], IMPORT),)
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    import_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    piece: Mapped[int] = mapped_column(Integer, primary_key=True)
    cells: Mapped[str] = mapped_column(Text)


class Line(Base):
    """A row of a checked file, until it is committed. `line`: rules/layouts.py. What was wrong in it is None."""

    __tablename__ = "enrolment_lines"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    import_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str | None] = mapped_column(Text)
    phone_sealed: Mapped[bytes | None] = mapped_column(BYTEA)
    phone_index: Mapped[bytes | None] = mapped_column(BYTEA)
    building: Mapped[str | None] = mapped_column(Text)
    unit: Mapped[str | None] = mapped_column(Text)
    room: Mapped[str | None] = mapped_column(Text)
    household_id: Mapped[UUID | None] = mapped_column(Uuid)
    passbook_no: Mapped[str | None] = mapped_column(Text)
    passbook_key: Mapped[str | None] = mapped_column(Text)
    points: Mapped[int | None] = mapped_column(BigInteger)
    expires_on: Mapped[date | None] = mapped_column(Date)


class Problem(Base):
    """What is wrong with a row, or doubtful about it."""

    __tablename__ = "enrolment_problems"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    import_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    field: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    cell: Mapped[str] = mapped_column(Text)
    sheet: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Resident(Base):
    """Who a resident is. The telephone number is sealed; it is found by its index, and leaves masked only. `line`: the
    row of the import, as in Line; 0 where it was not kept.
    """

    __tablename__ = "enrolment_residents"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    import_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    phone_sealed: Mapped[bytes | None] = mapped_column(BYTEA)
    phone_index: Mapped[bytes | None] = mapped_column(BYTEA)
    building: Mapped[str | None] = mapped_column(Text)
    unit: Mapped[str | None] = mapped_column(Text)
    room: Mapped[str | None] = mapped_column(Text)
    household_id: Mapped[UUID | None] = mapped_column(Uuid)
    passbook_no: Mapped[str] = mapped_column(Text)
    passbook_key: Mapped[str | None] = mapped_column(Text)
    line: Mapped[int] = mapped_column(Integer)
    enrolled_at: Mapped[datetime] = mapped_column(INSTANT)
