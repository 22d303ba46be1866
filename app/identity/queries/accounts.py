"""Reads of accounts that are to be closed, of consents, and of what an account holds about its owner."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Exists, exists, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm import Session as Orm

from app.identity.models import Consent, Freeze, Grant, Person, WechatUser

T = TypeVar("T")


def has_grant(session: Orm, person_id: UUID, *, now: datetime) -> bool:
    """Say whether somebody holds a role, will hold one, or waits for one."""
    return session.scalar(select(_granted(person_id, now))) is True


def lock_closing(session: Orm, *, now: datetime, limit: int) -> Sequence[Person]:
    """Lock accounts whose time has come, but not those that hold a role or are frozen: they wait."""
    frozen = exists().where(Freeze.person_id == Person.id, Freeze.lifted_at.is_(None))
    return session.scalars(
        select(Person)
        .where(Person.closes_at <= now, ~_granted(Person.id, now), ~frozen)
        .order_by(Person.closes_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def find_last_consent(session: Orm, person_id: UUID, code: str) -> Consent | None:
    """Find what somebody did last about a text."""
    return session.scalar(
        select(Consent).where(Consent.person_id == person_id, Consent.text == code).order_by(Consent.id.desc()).limit(1)
    )


def list_consents(session: Orm, person_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Consent]:
    """List what somebody agreed to and took back, newest first."""
    wanted = select(Consent).where(Consent.person_id == person_id)
    if before is not None:
        wanted = wanted.where(Consent.id < before)
    return session.scalars(wanted.order_by(Consent.id.desc()).limit(limit)).all()


def list_wechat_users(session: Orm, person_id: UUID) -> Sequence[WechatUser]:
    """List the WeChat accounts that sign in as somebody, one for each mini-program."""
    return session.scalars(
        select(WechatUser).where(WechatUser.person_id == person_id).order_by(WechatUser.app_id)
    ).all()


def list_rows_about(
    session: Orm,
    model: type[T],
    key: InstrumentedAttribute[UUID],
    whose: Sequence[InstrumentedAttribute[UUID]],
    person_id: UUID,
    *,
    after: UUID | None,
    limit: int,
) -> Sequence[T]:
    """List rows of a table in which one of the columns `whose` is this person, by their key, oldest first."""
    wanted = select(model).where(or_(*(column == person_id for column in whose)))
    if after is not None:
        wanted = wanted.where(key > after)
    return session.scalars(wanted.order_by(key).limit(limit)).all()


_BOOKS = text("SELECT book FROM places_areas WHERE book > :after ORDER BY book LIMIT :limit")


def list_books(session: Orm, *, after: str, limit: int) -> Sequence[str]:
    """List codes of books of communities, in order."""
    return session.scalars(_BOOKS, {"after": after, "limit": limit}).all()


def _granted(person_id: UUID | InstrumentedAttribute[UUID], now: datetime) -> Exists:
    return exists().where(
        Grant.person_id == person_id, Grant.ended_at.is_(None), or_(Grant.valid_to.is_(None), Grant.valid_to > now)
    )
