"""The tree of areas, and files that bring parts of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Integer, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base
from app.places.models.located import Located

INSTANT = DateTime(timezone=True)
PATH = Text(collation="C")


class Area(Located, Base):
    """A district, or anything within one. `path`: the ids from the root down to itself, 32 digits and a slash each."""

    __tablename__ = "places_areas"
    __table_args__ = (UniqueConstraint("book"), UniqueConstraint("path"))
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("places_areas.id"))
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(PATH)
    book: Mapped[str | None] = mapped_column(Text)
    grid_id: Mapped[UUID | None] = mapped_column(ForeignKey("places_areas.id"))
    opened_by: Mapped[UUID] = mapped_column(Uuid)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Import(Base):
    """A file with a part of the tree. `area_id`: the community it may change; None means any area."""

    __tablename__ = "places_imports"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("places_areas.id"))
    media_type: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    rows: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    rows_total: Mapped[int] = mapped_column(Integer)
    errors: Mapped[int] = mapped_column(Integer)
    warnings: Mapped[int] = mapped_column(Integer)
    opened: Mapped[int] = mapped_column(Integer)
    changed: Mapped[int] = mapped_column(Integer)
    unchanged: Mapped[int] = mapped_column(Integer)
    uploaded_by: Mapped[UUID] = mapped_column(Uuid)
    uploaded_at: Mapped[datetime] = mapped_column(INSTANT)
    committed_by: Mapped[UUID | None] = mapped_column(Uuid)
    committed_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Problem(Base):
    """What is wrong with a row of a file, or doubtful about it."""

    __tablename__ = "places_import_problems"
    import_id: Mapped[UUID] = mapped_column(ForeignKey("places_imports.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    field: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    cell: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
