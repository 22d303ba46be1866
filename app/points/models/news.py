"""How far the journal of a book was told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class NewsMark(Base):
    """The last transaction of a book that people were told of."""

    __tablename__ = "points_news_marks"
    book_id: Mapped[int] = mapped_column(ForeignKey("points_books.id"), primary_key=True)
    after_id: Mapped[UUID] = mapped_column(Uuid)
    moved_at: Mapped[datetime] = mapped_column(INSTANT)
