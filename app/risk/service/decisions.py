"""Decisions that were made, for those who look into them; and forgetting what windows no longer count."""

from uuid import UUID

from sqlalchemy import delete, select, tuple_

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.points import queries as points
from app.risk import queries
from app.risk.models import DecisionRow, FactRow
from app.risk.terms import FACTS_KEPT, PURGE_BATCH, EventKind, Outcome


def show_decision(uow: UnitOfWork, *, book: str, decision_id: UUID) -> DecisionRow:
    """One decision with features and rules. Refuses BookMissing, DecisionMissing."""
    return queries.get_decision(uow.session, points.get_book(uow.session, book).id, decision_id)


def list_decisions(
    uow: UnitOfWork,
    *,
    book: str,
    outcome: Outcome | None,
    kind: EventKind | None,
    resident_id: UUID | None,
    limit: int,
    cursor: str | None,
) -> Page[DecisionRow]:
    """Decisions that were no approvals, newest first; of one outcome, kind or resident where given.

    Refuses BookMissing, CursorInvalid.
    """
    rows = queries.list_decisions(
        uow.session,
        points.get_book(uow.session, book).id,
        outcomes=tuple(Outcome) if outcome is None else (outcome,),
        kind=kind,
        resident_id=resident_id,
        before=read_id(cursor),
        limit=limit + 1,
    )
    return page_by_id(rows, limit, lambda decision: decision.id)


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
