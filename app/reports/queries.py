"""Reads of reports, session first."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.reports.errors import ReportMissing
from app.reports.models import Report


def lock_report(session: Session, book_id: int, report_id: UUID) -> Report:
    """One report, locked until the end of the transaction. Refuses ReportMissing."""
    query = select(Report).where(Report.book_id == book_id, Report.id == report_id).with_for_update(key_share=True)
    report = session.scalar(query, execution_options={"populate_existing": True})
    if report is None:
        raise ReportMissing
    return report


def list_reports(
    session: Session,
    book_id: int,
    *,
    reporter_id: UUID | None,
    state: str | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Report]:
    """Reports, newest first, those with an id below `before`; of one reporter, in one state, where given."""
    query = select(Report).where(Report.book_id == book_id).order_by(Report.id.desc()).limit(limit)
    if reporter_id is not None:
        query = query.where(Report.reporter_id == reporter_id)
    if state is not None:
        query = query.where(Report.state == state)
    if before is not None:
        query = query.where(Report.id < before)
    return session.scalars(query).all()
