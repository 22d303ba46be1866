"""Tills, their keys and the codes that bring them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.merchants import errors
from app.merchants.models import EnrolmentCode, Terminal, TerminalAddress, TerminalKey


def lock_enrolment_code(session: Session, code_hash: bytes, *, now: datetime) -> EnrolmentCode:
    """A code nobody used yet, held until the transaction ends. Refuses EnrolmentCodeNotGood."""
    code = session.scalar(
        select(EnrolmentCode)
        .where(EnrolmentCode.code_hash == code_hash, EnrolmentCode.used_at.is_(None), EnrolmentCode.expires_at > now)
        .with_for_update()
    )
    if code is None:
        raise errors.EnrolmentCodeNotGood
    return code


def lock_terminal(session: Session, branch_id: UUID, terminal_id: UUID) -> Terminal:
    """A till of a branch, held until the transaction ends. Refuses TerminalMissing."""
    found = session.scalar(
        select(Terminal)
        .where(Terminal.id == terminal_id, Terminal.branch_id == branch_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise errors.TerminalMissing
    return found


def list_terminals(session: Session, branch_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Terminal]:
    """The tills of a branch, newest first, those with an id below `before`."""
    query = select(Terminal).where(Terminal.branch_id == branch_id).order_by(Terminal.id.desc()).limit(limit)
    return session.scalars(query if before is None else query.where(Terminal.id < before)).all()


def list_keys(session: Session, terminal_ids: Sequence[UUID], *, now: datetime) -> Sequence[TerminalKey]:
    """The keys of these tills that are in use: one each, two while one takes the place of another."""
    query = select(TerminalKey).where(
        TerminalKey.terminal_id.in_(terminal_ids), or_(TerminalKey.valid_to.is_(None), TerminalKey.valid_to > now)
    )
    return session.scalars(query.order_by(TerminalKey.valid_from, TerminalKey.serial)).all() if terminal_ids else ()


def is_key_newest(session: Session, terminal_id: UUID, serial: str | None) -> bool:
    """Whether no other key took the place of this one of a till. The caller holds the till."""
    newest = exists().where(
        TerminalKey.serial == serial, TerminalKey.terminal_id == terminal_id, TerminalKey.valid_to.is_(None)
    )
    return bool(session.scalar(select(newest)))


def is_key_known(session: Session, material: bytes) -> bool:
    """Whether a public key was ever registered."""
    return bool(session.scalar(select(exists().where(TerminalKey.material == material))))


def list_alerts(session: Session, branch_id: UUID, *, after: UUID | None, limit: int) -> Sequence[TerminalAddress]:
    """Addresses from which tills of a branch signed for the first time and which nobody looked at, the oldest first."""
    query = select(TerminalAddress).where(
        TerminalAddress.branch_id == branch_id, TerminalAddress.is_alert, TerminalAddress.seen_at.is_(None)
    )
    if after is not None:
        query = query.where(TerminalAddress.id > after)
    return session.scalars(query.order_by(TerminalAddress.id).limit(limit)).all()


def lock_alert(session: Session, branch_id: UUID, alert_id: UUID) -> TerminalAddress:
    """An alert of a branch, held until the transaction ends. Refuses AlertMissing."""
    found = session.scalar(
        select(TerminalAddress)
        .where(TerminalAddress.id == alert_id, TerminalAddress.branch_id == branch_id, TerminalAddress.is_alert)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise errors.AlertMissing
    return found
