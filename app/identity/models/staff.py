"""How staff get in: passwords, second factors, invitations, tries. See migrations/sql/0016_identity.sql."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Staff(Base):
    """Credentials of a member of staff. `totp_step` is that of the last one-time code taken."""

    __tablename__ = "identity_staff"
    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    username: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    totp_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    totp_step: Mapped[int] = mapped_column(BigInteger)
    set_at: Mapped[datetime] = mapped_column(INSTANT)


class RecoveryCode(Base):
    """A code that stands for the second factor once, known by its hash."""

    __tablename__ = "identity_recovery_codes"
    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Invitation(Base):
    """A one-use token by which a member of staff chooses a password and sets up the second factor."""

    __tablename__ = "identity_invitations"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    username: Mapped[str] = mapped_column(Text)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Tries(Base):
    """Wrong sign-ins under one name, known by its index only."""

    __tablename__ = "identity_tries"
    name_index: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    locked_until: Mapped[datetime | None] = mapped_column(INSTANT)
    last_at: Mapped[datetime] = mapped_column(INSTANT)
