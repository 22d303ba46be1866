"""Filing a report, and deciding it."""

from collections.abc import Sequence
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import local_date
from app.media import service as media
from app.notices import service as notices
from app.points import queries as points_queries
from app.points import service as points
from app.points.terms import Code
from app.reports import queries, rules
from app.reports.models import Report
from app.reports.rules import Decision
from app.reports.terms import TEXT_JOB, TITLE, USUAL_RULE, ReportState, TextCheck


def file_report(uow: UnitOfWork, *, book: str, text: str, place: str, photo_ids: Sequence[UUID] = ()) -> Report:
    """File what the actor saw: `text` of 1 to 2000 characters, `place` of 1 to 200, and his photos, nine at most.

    Its words wait to be checked; until then, and unless they pass, the author and the staff alone read them. Refuses
    what `media.attach_photos` refuses.
    """
    report = Report(
        book_id=points_queries.get_book(uow.session, book).id,
        id=uow.new_id(),
        reporter_id=uow.actor.id,
        text=text,
        place=place,
        state=ReportState.FILED,
        filed_at=uow.now,
        text_check=TextCheck.WAITING,
    )
    uow.session.add(report)
    report.photos = media.attach_photos(uow, book=book, photo_ids=photo_ids, subject=f"report:{report.id}")
    notices.expect_text_verdict(
        uow,
        person_id=uow.actor.person_id or uow.actor.id,
        subject=f"{report.book_id}:{report.id}",
        text=f"{place}\n{text}",
        job=TEXT_JOB,
    )
    return report


def hear_text_verdict(uow: UnitOfWork, *, subject: str, suggestion: str) -> None:
    """Mark a report with what came of checking its words; the first verdict stays. Refuses ReportMissing."""
    book_id, report_id = subject.split(":")
    report = queries.lock_report(uow.session, int(book_id), UUID(report_id))
    if report.text_check == TextCheck.WAITING:
        report.text_check = TextCheck(suggestion)


def accept_report(
    uow: UnitOfWork, *, book: str, report_id: UUID, rule: str = USUAL_RULE, chosen_points: int | None = None
) -> Report:
    """Accept a report and pay its reporter by a rule. Once; again is a replay.

    Refuses ReportMissing, AlreadyDecided (otherwise), and what `points.service.award` refuses of a fact, among it
    PointsInsufficient of a budget that is dry: the report stays open and can be accepted later.
    """
    ledger = points_queries.get_book(uow.session, book)
    report = _show(uow, book, queries.lock_report(uow.session, ledger.id, report_id))

    if rules.is_repeated(_decision_of(report), Decision(ReportState.ACCEPTED, rule, chosen_points)):
        return report

    fact = points.Fact(
        rule=rule,
        subject=str(report.id),
        beneficiary_id=report.reporter_id,
        performed_on=local_date(uow.now),
        title=TITLE,
        events=1,
        chosen_points=chosen_points,
        evidence=f"report:{report.id}",
    )
    (outcome,) = points.award(uow, ledger, facts=[fact], code=Code.REPORT_AWARD)
    if outcome.record is None:
        raise outcome.refusal or AssertionError("an award has a record or a refusal")

    _close(uow, report, ReportState.ACCEPTED)
    report.rule, report.chosen_points, report.award_id = rule, chosen_points, outcome.record.id
    report.points, report.budget_id = outcome.record.points, outcome.record.budget_id
    report.transaction_id = outcome.record.transaction_id

    return report


def reject_report(uow: UnitOfWork, *, book: str, report_id: UUID, reason: str) -> Report:
    """Reject a report, saying why (1 to 200 characters). Once; again is a replay.

    Refuses ReportMissing, AlreadyDecided.
    """
    book_id = points_queries.get_book(uow.session, book).id
    report = _show(uow, book, queries.lock_report(uow.session, book_id, report_id))

    if rules.is_repeated(_decision_of(report), Decision(ReportState.REJECTED, reason=reason)):
        return report

    _close(uow, report, ReportState.REJECTED)
    report.reason = reason

    return report


def list_reports(uow: UnitOfWork, *, book: str, state: str | None, limit: int, cursor: str | None) -> Page[Report]:
    """Reports, newest first: all of them for a clerk or an auditor, a resident's own for a resident."""
    book_id = points_queries.get_book(uow.session, book).id
    reporter_id = None if uow.actor.roles & {Role.CLERK, Role.AUDITOR} else uow.actor.id
    rows = queries.list_reports(
        uow.session, book_id, reporter_id=reporter_id, state=state, before=read_id(cursor), limit=limit + 1
    )
    with_photos(uow, book, rows)
    return page_by_id(rows, limit, lambda report: report.id)


def with_photos(uow: UnitOfWork, book: str, reports: Sequence[Report]) -> None:
    """Give reports their photos."""
    found = media.photos_of(uow, book, [f"report:{report.id}" for report in reports])
    for report in reports:
        report.photos = found.get(f"report:{report.id}", ())


def _show(uow: UnitOfWork, book: str, report: Report) -> Report:
    with_photos(uow, book, [report])
    return report


def _decision_of(report: Report) -> Decision:
    return Decision(report.state, report.rule, report.chosen_points, report.reason)


def _close(uow: UnitOfWork, report: Report, state: ReportState) -> None:
    report.state, report.decided_by, report.decided_at = state, uow.actor.id, uow.now
