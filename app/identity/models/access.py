"""How people get in: WeChat accounts, devices, sessions. See migrations/sql/0016_identity.sql."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Integer, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class WechatUser(Base):
    """Who of us a WeChat user of one mini-program is."""

    __tablename__ = "identity_wechat_users"
    app_id: Mapped[str] = mapped_column(Text, primary_key=True)
    openid_index: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    openid_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    bound_at: Mapped[datetime] = mapped_column(INSTANT)


class Device(Base):
    """An installation of the mini-program (or a browser) of one person, known by an id it made itself."""

    __tablename__ = "identity_devices"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    install_index: Mapped[bytes] = mapped_column(LargeBinary)
    model: Mapped[str] = mapped_column(Text)
    first_seen_at: Mapped[datetime] = mapped_column(INSTANT)
    last_seen_at: Mapped[datetime] = mapped_column(INSTANT)
    cools_until: Mapped[datetime | None] = mapped_column(INSTANT)


class Network(Base):
    """A network somebody signed in from: a keyed hash of the first part of the address; when his account was made."""

    __tablename__ = "identity_networks"
    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    network_index: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    last_seen_at: Mapped[datetime] = mapped_column(INSTANT)
    registered_at: Mapped[datetime] = mapped_column(INSTANT)


class Session(Base):
    """A family of refresh tokens, of which the newest generation is good."""

    __tablename__ = "identity_sessions"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    channel: Mapped[str] = mapped_column(Text)
    device_id: Mapped[UUID | None] = mapped_column(Uuid)
    seed: Mapped[bytes] = mapped_column(LargeBinary)
    generation: Mapped[int] = mapped_column(Integer)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    rotated_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_why: Mapped[str | None] = mapped_column(Text)
