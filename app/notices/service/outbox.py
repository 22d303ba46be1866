"""What is to be told: queued in the transaction of the act it tells of, so it is told if and only if that commits."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.notices import queries, terms
from app.notices.models import Notice
from app.notices.rules.templates import Value, fill
from app.notices.service.templates import template_of
from app.notices.terms import NoticeState


def queue_notice(
    uow: UnitOfWork,
    *,
    person_id: UUID,
    template: str,
    values: Mapping[str, Value],
    dedupe_key: str,
    urgent: bool = False,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Queue one message to one person. The same `dedupe_key` again changes nothing.

    It is sent by day (7:00 to 22:00 in the district) unless `urgent`, from `not_before` on, and not after `expires_at`.
    Whether the person accepts it is seen when it is sent. Refuses TemplateUnknown, NoticeValuesWrong,
    TemplatesFileWrong.
    """
    data = fill(template_of(template), values)
    row = insert(Notice).values(
        id=uow.new_id(),
        person_id=person_id,
        template=template,
        data=data,
        urgent=urgent,
        dedupe_key=dedupe_key,
        not_before=not_before or uow.now,
        expires_at=expires_at,
        state=NoticeState.QUEUED,
        attempts=0,
        queued_at=uow.now,
    )
    uow.session.execute(row.on_conflict_do_nothing(index_elements=["dedupe_key"]))


def list_own_notices(uow: UnitOfWork, *, limit: int, cursor: str | None) -> Page[Notice]:
    """What whoever asks was told, newest first. Refuses CursorInvalid."""
    rows = queries.list_notices(uow.session, uow.actor.id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda notice: notice.id)


def purge_notices(uow: UnitOfWork) -> int:
    """Forget one batch of notices that ended ninety days ago; returns how many."""
    old = (
        select(Notice.id)
        .where(Notice.ended_at < uow.now - terms.NOTICES_KEPT)
        .order_by(Notice.ended_at)
        .limit(terms.PURGE_BATCH)
    )
    gone = uow.session.scalars(
        delete(Notice)
        .where(Notice.id.in_(old.scalar_subquery()))
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
