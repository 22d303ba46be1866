"""Content checks whose result comes later: what we asked for, what came, and what did not come."""

from app.infra.unit_of_work import UnitOfWork
from app.infra.wechat.terms import Suggestion
from app.notices import queries, terms
from app.notices.models import MediaCheck


def expect_media_result(uow: UnitOfWork, *, trace_id: str, subject: str, job: str | None = None) -> None:
    """Remember that WeChat is judging `subject`; `job` hears `trace_id, subject, suggestion`.

    Only results of trace ids that were told here count. Nothing is published before its job hears "pass".
    """
    uow.session.add(MediaCheck(trace_id=trace_id, subject=subject, job=job, expected_at=uow.now))
    uow.session.flush()


def decide(uow: UnitOfWork, check: MediaCheck, suggestion: Suggestion, label: int | None) -> None:
    """Write a verdict down, and tell whoever waits for it. The first one stays."""
    if check.decided_at is not None:
        return
    check.suggestion, check.label, check.decided_at = suggestion, label, uow.now
    uow.session.flush()
    if check.job is not None:
        uow.defer(check.job, trace_id=check.trace_id, subject=check.subject, suggestion=str(suggestion))


def time_out_media_checks(uow: UnitOfWork) -> int:
    """Give one batch of checks without a result for 45 minutes to a human; returns how many."""
    overdue = queries.lock_overdue_media_checks(
        uow.session, expected_before=uow.now - terms.MEDIA_WAIT, limit=terms.PURGE_BATCH
    )
    for check in overdue:
        decide(uow, check, Suggestion.REVIEW, None)
    return len(overdue)
