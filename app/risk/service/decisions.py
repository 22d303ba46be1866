"""Decisions that were made, for those who look into them; and forgetting what windows no longer count."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, tuple_

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.risk import errors, queries
from app.risk.models import DecisionRow, FactRow
from app.risk.queries import Wanted
from app.risk.terms import APPROVALS_DAYS_MAX, FACTS_KEPT, LISTED_DAYS_MAX, PURGE_BATCH, Outcome


def show_decision(uow: UnitOfWork, *, book: str | None, decision_id: UUID) -> DecisionRow:
    """One decision with features and rules. Refuses BookMissing, DecisionMissing."""
    return queries.get_decision(uow.session, queries.get_book_id(uow.session, book), decision_id)


def list_decisions(
    uow: UnitOfWork,
    *,
    book: str | None,
    wanted: Wanted,
    limit: int,
    cursor: str | None,
) -> Page[DecisionRow]:
    """Decisions that are wanted, newest first; approvals where they are asked for, of a week at most.

    Those of one kind or reason, of nobody named, are those of ninety-two days: the last, unless others are told. No
    period is longer. Refuses BookMissing, ListedPeriod, CursorInvalid.
    """
    rows = queries.list_decisions(
        uow.session,
        queries.get_book_id(uow.session, book),
        _bounded(wanted, now=uow.now),
        before=read_id(cursor),
        limit=limit + 1,
    )
    return page_by_id(rows, limit, lambda decision: decision.id)


def _bounded(wanted: Wanted, *, now: datetime) -> Wanted:
    """See to it that a list reads a bounded part of the table. Refuses ListedPeriod."""
    days = APPROVALS_DAYS_MAX if wanted.outcome is Outcome.APPROVE else LISTED_DAYS_MAX
    if wanted.outcome is not Outcome.APPROVE and wanted.starts_at is None and wanted.ends_at is None:
        if (wanted.kind or wanted.reason) and not wanted.whose():
            return replace(wanted, starts_at=now - timedelta(days=days), ends_at=now + timedelta(days=1))
        return wanted
    if (
        wanted.starts_at is None
        or wanted.ends_at is None
        or not timedelta(0) < wanted.ends_at - wanted.starts_at <= timedelta(days=days)
    ):
        raise errors.ListedPeriod(days=days)
    return wanted


def purge_facts(uow: UnitOfWork) -> int:
    """Forget one batch of what windows have not counted for long; returns how many. Decisions stay."""
    key = (FactRow.book_id, FactRow.kind, FactRow.subject_id)
    old = select(*key).where(FactRow.decided_at < uow.now - FACTS_KEPT).order_by(FactRow.decided_at).limit(PURGE_BATCH)
    gone = uow.session.execute(
        delete(FactRow)
        .where(tuple_(*key).in_(old))
        .returning(FactRow.subject_id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
