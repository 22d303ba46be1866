"""Reads of reports, session first."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from app.reports.errors import ProblemMissing, ReportMissing
from app.reports.models import Move, Problem, Report
from app.reports.terms import CANDIDATES_MAX

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(CAST(:names AS text[])) AS name")


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


def lock_spots(session: Session, names: Iterable[str]) -> None:
    """Until the end of the transaction nobody else puts reports to problems at spots of these names."""
    session.execute(_LOCK, {"names": sorted(names)})


def list_problems_near(
    session: Session, book_id: int, category: str, *, cells: Sequence[tuple[int, int]], since: datetime
) -> Sequence[Problem]:
    """Problems in this square of cells that were reported since then, the oldest first; CANDIDATES_MAX at most."""
    norths, easts = {north for north, _ in cells}, {east for _, east in cells}  # a whole square: each with each
    query = _since(book_id, category, since).where(Problem.cell_lat.in_(norths), Problem.cell_lng.in_(easts))
    return session.scalars(query).all()


def list_problems_at(
    session: Session, book_id: int, category: str, *, place_key: str, since: datetime
) -> Sequence[Problem]:
    """Problems at a place of these words, reported since then, the oldest first; CANDIDATES_MAX at most."""
    return session.scalars(_since(book_id, category, since).where(Problem.place_key == place_key)).all()


def _since(book_id: int, category: str, since: datetime) -> Select[Problem]:
    query = select(Problem).where(Problem.book_id == book_id, Problem.category == category, Problem.last_at > since)
    return query.order_by(Problem.opened_at, Problem.id).limit(CANDIDATES_MAX)


def get_problem(session: Session, book_id: int, problem_id: UUID) -> Problem:
    """One problem. Refuses ProblemMissing."""
    problem = session.get(Problem, (book_id, problem_id))
    if problem is None:
        raise ProblemMissing
    return problem


def lock_problem(session: Session, book_id: int, problem_id: UUID) -> Problem:
    """One problem, locked until the end of the transaction. Refuses ProblemMissing."""
    query = select(Problem).where(Problem.book_id == book_id, Problem.id == problem_id)
    found = session.scalar(query.with_for_update(key_share=True), execution_options={"populate_existing": True})
    if found is None:
        raise ProblemMissing
    return found


def list_reports_of(
    session: Session, book_id: int, problem_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[Report]:
    """Reports of one problem, newest first, those with an id below `before`."""
    query = select(Report).where(Report.book_id == book_id, Report.problem_id == problem_id)
    if before is not None:
        query = query.where(Report.id < before)
    return session.scalars(query.order_by(Report.id.desc()).limit(limit)).all()


def list_movers(session: Session, report: Report) -> Collection[UUID]:
    """Who put a report to another problem, or made it one of its own."""
    query = select(Move.moved_by).where(Move.book_id == report.book_id, Move.report_id == report.id).distinct()
    return set(session.scalars(query))
