"""Which problem a report is of: found when it is filed, mended by clerks."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.points import queries as points_queries
from app.reports import queries, rules
from app.reports.errors import AlreadyDecided
from app.reports.models import Move, Problem, Report
from app.reports.rules import Spot
from app.reports.service.photos import show_photos
from app.reports.terms import OPEN_FOR, ReportState


def put_to_problem(uow: UnitOfWork, report: Report, spot: Spot) -> None:
    """Find the problem that a new report is of, or open one; one at a time in cells that touch.

    One that was found is locked, after the spots: who finds it by its place and who finds it by its words wait for
    different spots, and would both say when it was last reported.
    """
    report.lat, report.lng = spot.lat, spot.lng
    cells, since = spot.cells_around(), uow.now - OPEN_FOR
    where = f"reports:{report.book_id}:{report.category}"
    queries.lock_spots(uow.session, [f"{where}:{cell}" for cell in [spot.place_key, *cells]])
    found = [
        *(queries.list_problems_near(uow.session, report.book_id, report.category, cells=cells, since=since)),
        *queries.list_problems_at(uow.session, report.book_id, report.category, place_key=spot.place_key, since=since),
    ]
    known = [each for each in found if rules.is_same(spot, Spot(each.place_key, each.lat, each.lng))]
    report.is_known = bool(known)
    problem = queries.lock_problem(uow.session, report.book_id, known[0].id) if known else None
    problem = problem or _open_problem(uow, report, spot)
    problem.last_at = max(problem.last_at, uow.now)
    report.problem_id = problem.id


def _open_problem(uow: UnitOfWork, report: Report, spot: Spot) -> Problem:
    north, east = spot.cell or (None, None)
    problem = Problem(
        book_id=report.book_id,
        id=uow.new_id(),
        category=report.category,
        place_key=spot.place_key,
        lat=spot.lat,
        lng=spot.lng,
        cell_lat=north,
        cell_lng=east,
        opened_at=uow.now,
        last_at=uow.now,
        confirmed=0,
    )
    uow.session.add(problem)
    uow.session.flush()  # before the report that names it
    return problem


def list_reports_of(uow: UnitOfWork, *, book: str, problem_id: UUID, limit: int, cursor: str | None) -> Page[Report]:
    """The reports of one problem, newest first. Refuses ProblemMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    queries.get_problem(uow.session, book_id, problem_id)
    rows = queries.list_reports_of(uow.session, book_id, problem_id, before=read_id(cursor), limit=limit + 1)
    show_photos(uow, rows, book=book)
    return page_by_id(rows, limit, lambda report: report.id)


def split_report(uow: UnitOfWork, *, book: str, report_id: UUID, reason: str) -> Report:
    """Make an open report a problem of its own, saying why. Whoever does so does not accept it.

    Refuses ReportMissing, AlreadyDecided.
    """
    report = _lock_open(uow, book, report_id)
    spot = Spot(rules.place_key(report.place), report.lat, report.lng)
    _move(uow, report, _open_problem(uow, report, spot), reason, is_known=False)
    return report


def join_report(uow: UnitOfWork, *, book: str, report_id: UUID, problem_id: UUID, reason: str) -> Report:
    """Put an open report to another problem, saying why; to its own: nothing. Whoever does so does not accept it.

    Refuses ReportMissing, AlreadyDecided, ProblemMissing.
    """
    report = _lock_open(uow, book, report_id)
    problem = queries.get_problem(uow.session, report.book_id, problem_id)
    if problem.id != report.problem_id:
        _move(uow, report, problem, reason, is_known=True)
    return report


def _lock_open(uow: UnitOfWork, book: str, report_id: UUID) -> Report:
    report = queries.lock_report(uow.session, points_queries.get_book(uow.session, book).id, report_id)
    if report.state != ReportState.FILED:
        raise AlreadyDecided(state=report.state)
    show_photos(uow, [report], book=book)
    return report


def _move(uow: UnitOfWork, report: Report, problem: Problem, reason: str, *, is_known: bool) -> None:
    uow.session.add(
        Move(
            book_id=report.book_id,
            id=uow.new_id(),
            report_id=report.id,
            from_problem_id=report.problem_id,
            to_problem_id=problem.id,
            moved_by=uow.actor.id,
            moved_at=uow.now,
            reason=reason,
        )
    )
    report.problem_id, report.is_known = problem.id, is_known
    report.needs_second, report.first_seen_by = True, report.first_seen_by or uow.actor.id
