"""Reading what waits, what is accepted, and what is being judged."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.notices.models import MediaCheck, Notice, Push, Subscription, TextCheck
from app.notices.terms import NoticeState


def find_by_dedupe_key(session: Session, dedupe_key: str) -> Notice | None:
    """The notice that was queued under a key."""
    return session.scalars(select(Notice).where(Notice.dedupe_key == dedupe_key)).one_or_none()


def lock_due(session: Session, *, now: datetime, quiet: bool, limit: int) -> Sequence[Notice]:
    """Notices whose time has come, the urgent ones first; at night those alone. Locked ones belong to somebody else."""
    query = select(Notice).where(Notice.state == NoticeState.QUEUED, Notice.not_before <= now)
    if quiet:
        query = query.where(Notice.urgent)
    order = (Notice.urgent.desc(), Notice.not_before, Notice.id)
    return session.scalars(query.order_by(*order).limit(limit).with_for_update(skip_locked=True)).all()


def lock_notice(session: Session, notice_id: UUID) -> Notice | None:
    """One notice, locked."""
    return session.scalars(select(Notice).where(Notice.id == notice_id).with_for_update()).one_or_none()


def lock_lost(session: Session, *, claimed_before: datetime, limit: int) -> Sequence[Notice]:
    """Notices whose sender never came back."""
    query = select(Notice).where(Notice.state == NoticeState.SENDING, Notice.claimed_at < claimed_before)
    return session.scalars(query.order_by(Notice.claimed_at).limit(limit).with_for_update(skip_locked=True)).all()


def list_notices(session: Session, person_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Notice]:
    """A person's notices, newest first; those before an id."""
    query = select(Notice).where(Notice.person_id == person_id)
    if before is not None:
        query = query.where(Notice.id < before)
    return session.scalars(query.order_by(Notice.id.desc()).limit(limit)).all()


def find_remaining(session: Session, person_id: UUID) -> dict[str, int]:
    """How many more messages of each template a person accepts."""
    rows = session.scalars(select(Subscription).where(Subscription.person_id == person_id)).all()
    return {row.template: row.remaining for row in rows}


def lock_subscription(session: Session, person_id: UUID, template: str) -> Subscription:
    """What a person accepts of a template, locked; the row must be there."""
    query = select(Subscription).where(Subscription.person_id == person_id, Subscription.template == template)
    return session.scalars(query.with_for_update(), execution_options={"populate_existing": True}).one()


def lock_push(session: Session, push_id: UUID) -> Push | None:
    """One pushed message, locked."""
    return session.scalars(select(Push).where(Push.id == push_id).with_for_update()).one_or_none()


def find_media_check(session: Session, trace_id: str) -> MediaCheck | None:
    """The check of a trace id."""
    return session.get(MediaCheck, trace_id)


def lock_media_check(session: Session, trace_id: str) -> MediaCheck | None:
    """The check of a trace id, locked."""
    return session.scalars(select(MediaCheck).where(MediaCheck.trace_id == trace_id).with_for_update()).one_or_none()


def lock_overdue_media_checks(session: Session, *, expected_before: datetime, limit: int) -> Sequence[MediaCheck]:
    """Checks whose result has not come."""
    query = select(MediaCheck).where(MediaCheck.decided_at.is_(None), MediaCheck.expected_at < expected_before)
    return session.scalars(query.order_by(MediaCheck.expected_at).limit(limit).with_for_update(skip_locked=True)).all()


def lock_due_text_check(session: Session, *, now: datetime) -> TextCheck | None:
    """The text that waits longest and is due, locked; one that somebody else has is passed over."""
    query = select(TextCheck).where(TextCheck.decided_at.is_(None), TextCheck.not_before <= now)
    return session.scalar(query.order_by(TextCheck.not_before, TextCheck.id).limit(1).with_for_update(skip_locked=True))


def lock_text_check(session: Session, check_id: UUID) -> TextCheck | None:
    """One text that is being judged, locked."""
    query = select(TextCheck).where(TextCheck.id == check_id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one_or_none()
