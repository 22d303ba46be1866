"""Reads and locks of WeChat accounts, devices, sessions and staff credentials."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Orm

from app.identity.errors import InvitationNotGood, SessionMissing
from app.identity.models import Device, Invitation, RecoveryCode, Session, Staff, Tries, WechatUser


def find_wechat_user(session: Orm, app_id: str, openid_index: bytes) -> WechatUser | None:
    """Find who of us a WeChat user is."""
    return session.get(WechatUser, (app_id, openid_index))


def find_wechat_user_of(session: Orm, person_id: UUID) -> WechatUser | None:
    """Find the WeChat account of a person: of several mini-programs the one bound last."""
    return session.scalar(
        select(WechatUser).where(WechatUser.person_id == person_id).order_by(WechatUser.bound_at.desc()).limit(1)
    )


def lock_session(session: Orm, session_id: UUID) -> Session | None:
    """Lock a session. None: there is none."""
    return session.scalar(select(Session).where(Session.id == session_id).with_for_update())


def lock_own_session(session: Orm, person_id: UUID, session_id: UUID) -> Session:
    """Lock a session of this person. Refuses SessionMissing."""
    found = lock_session(session, session_id)
    if found is None or found.person_id != person_id:
        raise SessionMissing
    return found


def list_open_sessions(
    session: Orm, person_id: UUID, *, now: datetime, before: UUID | None, limit: int
) -> Sequence[Session]:
    """List somebody's sessions that are open, newest first."""
    wanted = select(Session).where(Session.person_id == person_id, Session.ended_at.is_(None), Session.expires_at > now)
    if before is not None:
        wanted = wanted.where(Session.id < before)
    return session.scalars(wanted.order_by(Session.id.desc()).limit(limit)).all()


def list_devices(session: Orm, person_id: UUID, *, limit: int) -> Sequence[Device]:
    """List somebody's devices."""
    return session.scalars(select(Device).where(Device.person_id == person_id).order_by(Device.id).limit(limit)).all()


def find_device(session: Orm, person_id: UUID, install_index: bytes) -> Device | None:
    """Find an installation of this person."""
    return session.scalar(select(Device).where(Device.person_id == person_id, Device.install_index == install_index))


def find_installation(session: Orm, device_id: UUID) -> UUID | None:
    """Name the installation behind somebody's device: the same for everybody who signs in from it."""
    index = session.scalar(select(Device.install_index).where(Device.id == device_id))
    return None if index is None else UUID(bytes=index[:16])


def find_staff(session: Orm, username: str) -> Staff | None:
    """Find credentials by the name that is typed."""
    return session.scalar(select(Staff).where(Staff.username == username))


def find_staff_of(session: Orm, person_id: UUID) -> Staff | None:
    """Find the credentials of a person."""
    return session.get(Staff, person_id)


def find_recovery_code(session: Orm, person_id: UUID, code_hash: bytes) -> RecoveryCode | None:
    """Find a recovery code nobody used yet, and lock it."""
    return session.scalar(
        select(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.code_hash == code_hash, RecoveryCode.used_at.is_(None))
        .with_for_update()
    )


def lock_staff(session: Orm, person_id: UUID) -> Staff:
    """Lock the credentials of somebody who has some."""
    return session.scalars(
        select(Staff).where(Staff.person_id == person_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def lock_tries(session: Orm, name_index: bytes) -> Tries:
    """Lock the count of tries under a name, which is there."""
    return session.scalars(
        select(Tries).where(Tries.name_index == name_index).with_for_update().execution_options(populate_existing=True)
    ).one()


def lock_invitation(session: Orm, token_hash: bytes, *, now: datetime) -> Invitation:
    """Lock an invitation that is open. Refuses InvitationNotGood."""
    found = session.scalar(
        select(Invitation)
        .where(Invitation.token_hash == token_hash, Invitation.used_at.is_(None), Invitation.expires_at > now)
        .with_for_update()
    )
    if found is None:
        raise InvitationNotGood
    return found
