"""Posted codes and how often they were scanned."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, SmallInteger, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base
from app.places.models.located import Located

INSTANT = DateTime(timezone=True)


class QrPoint(Located, Base):
    """A code that hangs somewhere."""

    __tablename__ = "places_qr_points"
    __table_args__ = (UniqueConstraint("short"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    short: Mapped[str] = mapped_column(Text)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("places_areas.id"))
    purpose: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    revoked_by: Mapped[UUID | None] = mapped_column(Uuid)
    revoked_at: Mapped[datetime | None] = mapped_column(INSTANT)
    revoke_reason: Mapped[str | None] = mapped_column(Text)


class QrScans(Base):
    """Part of the scans of a code."""

    __tablename__ = "places_qr_scans"
    point_id: Mapped[UUID] = mapped_column(ForeignKey("places_qr_points.id"), primary_key=True)
    stripe: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    scans: Mapped[int] = mapped_column(BigInteger)
    scanned_at: Mapped[datetime] = mapped_column(INSTANT)
