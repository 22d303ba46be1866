"""Filing a report, and deciding it."""

from collections.abc import Sequence
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.geo import Position
from app.kernel.paging import Page, page_by_id, read_id
from app.notices import service as notices
from app.points import queries as points_queries
from app.reports import queries, rules
from app.reports.errors import SecondNeeded
from app.reports.models import Report
from app.reports.rules import Decision
from app.reports.service import paying, problems
from app.reports.service.photos import attach_photos, show_photos
from app.reports.terms import TEXT_JOB, USUAL_RULE, Category, ReportState, Standing, TextCheck


def file_report(
    uow: UnitOfWork,
    *,
    book: str,
    text: str,
    place: str,
    category: Category = Category.OTHER,
    position: Position | None = None,
    photo_ids: Sequence[UUID] = (),
) -> Report:
    """File what the actor saw: `text` of 1 to 2000 characters, `place` of 1 to 200, and his photos, nine at most.

    One of a problem that others reported is put to it (`is_known`): of one category and spot, within OPEN_FOR.
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
        category=category,
        needs_second=False,
    )
    problems.put_to_problem(uow, report, rules.spot_of(place, position))
    uow.session.add(report)
    attach_photos(uow, report, book=book, photo_ids=photo_ids)
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

    Refuses ReportMissing, AlreadyDecided (otherwise), RuleNotForReports, and what `points.service.award` refuses of a
    fact, among it PointsInsufficient of a budget that is dry: the report stays open and can be accepted later. The
    first of a problem earns by `rule`, a few more by CONFIRM_RULE, the others are thanked. Anti-fraud decides before
    anything is paid: AwardDeclined; or the report stays open and `needs_second`: SecondNeeded refuses who saw it first.
    Who then wants it paid otherwise has seen that first, and waits for another.
    """
    book_id = points_queries.get_book(uow.session, book).id
    report = _show(uow, book, queries.lock_report(uow.session, book_id, report_id))

    if rules.is_repeated(_decision_of(report), _accepting(report, rule, chosen_points)):
        return report
    rules.check_rule(rule)
    movers = queries.list_movers(uow.session, report)
    if uow.actor.id in movers or (report.needs_second and report.first_seen_by == uow.actor.id):
        raise SecondNeeded

    problem = None if report.problem_id is None else queries.lock_problem(uow.session, book_id, report.problem_id)
    due = paying.foresee(uow, report, problem, book=book, rule=rule, chosen_points=chosen_points)
    # who moved it has not looked at what anti-fraud doubts
    was_seen = report.needs_second and report.first_seen_by not in movers
    if due.points and not paying.may_pay(uow, report, due, book=book, was_seen=was_seen):
        paying.see_first(uow, report, due)
        return report

    paying.pay(uow, report, problem, due, book=book)
    _close(uow, report, ReportState.ACCEPTED)

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
    show_photos(uow, rows, book=book)
    return page_by_id(rows, limit, lambda report: report.id)


def _accepting(report: Report, rule: str, chosen_points: int | None) -> Decision:
    """The acceptance that is wanted; of one who confirmed, the rule was not the clerk's to choose."""
    if report.standing in {Standing.CONFIRMS, Standing.THANKED}:
        return Decision(ReportState.ACCEPTED, report.rule, report.chosen_points)
    return Decision(ReportState.ACCEPTED, rule, chosen_points)


def _show(uow: UnitOfWork, book: str, report: Report) -> Report:
    show_photos(uow, [report], book=book)
    return report


def _decision_of(report: Report) -> Decision:
    return Decision(report.state, report.rule, report.chosen_points, report.reason)


def _close(uow: UnitOfWork, report: Report, state: ReportState) -> None:
    report.state, report.decided_by, report.decided_at = state, uow.actor.id, uow.now
