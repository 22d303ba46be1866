"""Tables of photos: what is known of each, and their pictures."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKeyConstraint, Integer, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Photo(Base):
    """A photo. `digest` is of the bytes that came, `hash` and `mirror` (dHash) of the picture and its mirror image,
    None where it is of one colour. `subject`: what it was handed in with; `like_id`: the photo before it that it is,
    so many bits apart.
    """

    __tablename__ = "media_photos"
    book: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(Uuid)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    uploaded_at: Mapped[datetime] = mapped_column(INSTANT)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[int | None] = mapped_column(BigInteger)
    mirror: Mapped[int | None] = mapped_column(BigInteger)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    check_state: Mapped[str] = mapped_column(Text)
    check_attempts: Mapped[int] = mapped_column(SmallInteger)
    check_due_at: Mapped[datetime | None] = mapped_column(INSTANT)
    check_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    subject: Mapped[str | None] = mapped_column(Text)
    attached_at: Mapped[datetime | None] = mapped_column(INSTANT)
    like_id: Mapped[UUID | None] = mapped_column(Uuid)
    like_bits: Mapped[int | None] = mapped_column(SmallInteger)

    @property
    def like(self) -> "Photo | None":
        """Itself, if it was handed in before: where to read which one it is like, and how much."""
        return self if self.like_id else None


class Picture(Base):
    """The picture itself: a JPEG of ours, whatever came."""

    __tablename__ = "media_pictures"
    __table_args__ = (
        ForeignKeyConstraint(["book", "photo_id"], ["media_photos.book", "media_photos.id"], ondelete="CASCADE"),
    )
    book: Mapped[str] = mapped_column(Text, primary_key=True)
    photo_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    jpeg: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
