"""Lots: what is left of the points an account earned from one budget with one expiry day."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Date, Integer, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class Lot(Base):
    """Sum of lots = balance, always. `expires_on` is the last day the points can be spent."""

    __tablename__ = "points_lots"
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    expires_on: Mapped[date] = mapped_column(Date, primary_key=True)
    budget_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    issued: Mapped[int] = mapped_column(BigInteger)
    points_left: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger)
    cost_left_fen: Mapped[int] = mapped_column(BigInteger)
