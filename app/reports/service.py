"""Filing a report, and deciding it."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page, page_by_id, read_id
from app.points import queries as points_queries
from app.points import service as points_service
from app.points.terms import Code
from app.reports import queries, rules
from app.reports.models import Report
from app.reports.rules import Decision
from app.reports.terms import ReportState


def file_report(uow: UnitOfWork, *, book: str, text: str, place: str) -> Report:
    """File what the actor saw: `text` of 1 to 2000 characters, `place` of 1 to 200."""
    report = Report(
        book_id=points_queries.get_book(uow.session, book).id,
        id=uow.new_id(),
        reporter_id=uow.actor.id,
        text=text,
        place=place,
        state=ReportState.FILED,
        filed_at=uow.now,
        attempts=0,
    )
    uow.session.add(report)
    return report


def accept_report(
    uow: UnitOfWork, *, book: str, report_id: UUID, budget_id: UUID, points: int | None, usual_points: int
) -> Report:
    """Accept a report and pay its reporter `points` (None: `usual_points`) from a budget. Once; again is a replay.

    Refuses ReportMissing, AlreadyDecided (otherwise), BudgetMissing, PointsInsufficient (of the budget: the report
    stays open and can be accepted when the budget has points again).
    """
    ledger = points_queries.get_book(uow.session, book)
    report = queries.lock_report(uow.session, ledger.id, report_id)

    if rules.is_repeated(_decision_of(report), Decision(ReportState.ACCEPTED, points, budget_id)):
        return report

    report.attempts += 1  # kept when the ledger declines: a declined cause stays declined, the next try is another
    given = points or usual_points
    cause = f"report:{report.id}:{report.attempts}"
    award = points_service.Award(cause, report.reporter_id, given, evidence=f"report:{report.id}")
    outcome = points_service.award_points(uow, ledger, budget_id=budget_id, awards=[award], code=Code.REPORT_AWARD)[
        0
    ].raise_if_declined()

    _close(uow, report, ReportState.ACCEPTED)
    report.points, report.budget_id, report.transaction_id = given, budget_id, outcome.subject_id

    return report


def reject_report(uow: UnitOfWork, *, book: str, report_id: UUID, reason: str) -> Report:
    """Reject a report, saying why (1 to 200 characters). Once; again is a replay.

    Refuses ReportMissing, AlreadyDecided.
    """
    book_id = points_queries.get_book(uow.session, book).id
    report = queries.lock_report(uow.session, book_id, report_id)

    if rules.is_repeated(_decision_of(report), Decision(ReportState.REJECTED, reason=reason)):
        return report

    _close(uow, report, ReportState.REJECTED)
    report.reason = reason

    return report


def list_reports(uow: UnitOfWork, *, book: str, state: str | None, limit: int, cursor: str | None) -> Page[Report]:
    """Reports, newest first: all of them for a clerk, a resident's own for a resident."""
    book_id = points_queries.get_book(uow.session, book).id
    reporter_id = None if Role.CLERK in uow.actor.roles else uow.actor.id
    rows = queries.list_reports(
        uow.session, book_id, reporter_id=reporter_id, state=state, before=read_id(cursor), limit=limit + 1
    )
    return page_by_id(rows, limit, lambda report: report.id)


def _decision_of(report: Report) -> Decision:
    return Decision(report.state, report.points, report.budget_id, report.reason)


def _close(uow: UnitOfWork, report: Report, state: ReportState) -> None:
    report.state, report.decided_by, report.decided_at = state, uow.actor.id, uow.now
