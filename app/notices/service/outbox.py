"""What is to be told: queued in the transaction of the act it tells of, so it is told if and only if that commits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.notices import queries, terms
from app.notices.errors import NoticeValuesWrong, TemplatesFileWrong
from app.notices.models import Notice
from app.notices.rules.templates import Template, Value, fill
from app.notices.service.templates import template_of, templates
from app.notices.terms import NoticeState

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one person, before it is queued; see `queue_notices`."""

    person_id: UUID
    template: str
    values: Mapping[str, Value]
    dedupe_key: str
    urgent: bool = False
    not_before: datetime | None = None
    expires_at: datetime | None = None


def queue_notices(uow: UnitOfWork, letters: Sequence[Letter]) -> None:
    """Queue messages of others' acts. The same `dedupe_key` again changes nothing.

    They are sent by day (7:00 to 22:00 in the district) unless `urgent`, from `not_before` on, and not after
    `expires_at`. What the operator's file of templates does not have, or has with other fields, nobody is told: that is
    logged, and the act itself is done all the same.
    """
    rows = sorted(_rows(uow, letters), key=lambda row: str(row["dedupe_key"]))  # one order: two never wait in a ring
    if rows:
        uow.session.execute(insert(Notice).on_conflict_do_nothing(index_elements=["dedupe_key"]), rows)


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
    letter = Letter(person_id, template, values, dedupe_key, urgent, not_before, expires_at)
    row = insert(Notice).values(_row(uow, letter, template_of(template)))
    uow.session.execute(row.on_conflict_do_nothing(index_elements=["dedupe_key"]))


def _rows(uow: UnitOfWork, letters: Sequence[Letter]) -> Iterator[dict[str, object]]:
    try:
        known = templates() if letters else {}
    except TemplatesFileWrong as refusal:
        log.warning("notices_not_queued", count=len(letters), reason=refusal.code)
        return
    for letter in letters:
        template = known.get(letter.template)
        if template is None:
            continue
        try:
            yield _row(uow, letter, template)
        except NoticeValuesWrong as refusal:
            log.warning("notice_not_queued", template=letter.template, reason=refusal.code)


def _row(uow: UnitOfWork, letter: Letter, template: Template) -> dict[str, object]:
    return {
        "id": uow.new_id(),
        "person_id": letter.person_id,
        "template": letter.template,
        "data": fill(template, letter.values),
        "urgent": letter.urgent,
        "dedupe_key": letter.dedupe_key,
        "not_before": letter.not_before or uow.now,
        "expires_at": letter.expires_at,
        "state": NoticeState.QUEUED,
        "attempts": 0,
        "queued_at": uow.now,
    }


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
