"""What an accepted report pays: the first of its problem as its rule says, a few who confirm it a little."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.points import errors as points_errors
from app.points import queries as points_queries
from app.points import service as points
from app.points.terms import Code
from app.reports import rules
from app.reports.errors import AwardDeclined
from app.reports.models import Problem, Report
from app.reports.service.photos import shows_photo_again
from app.reports.terms import ALONE_POINTS_MAX, CONFIRM_RULE, CONFIRM_TITLE, TITLE, Standing
from app.risk.service import AwardAsk, decide_awards, find_kin, settle_decision
from app.risk.terms import EventKind, Outcome, Reason

UNPAID = (
    points_errors.RuleMissing,
    points_errors.RuleUnpublished,
    points_errors.RuleWithdrawn,
    points_errors.FactChanged,
)
"""Why somebody who confirms is not paid, but thanked: the book pays nobody for it, or has paid him on another day."""


@dataclass(frozen=True, slots=True)
class Due:
    """What a report would be paid, and as what. Without a fact nothing is told to the ledger."""

    standing: Standing
    fact: points.Fact | None = None
    points: int = 0


def foresee(
    uow: UnitOfWork, report: Report, problem: Problem | None, *, book: str, rule: str, chosen_points: int | None
) -> Due:
    """As what a report would be paid, and how much, without paying it.

    Who confirmed the problem before, or in a book without a rule for it, is thanked. Refuses what the ledger refuses.
    """
    standing = _standing(report, problem)
    if standing is Standing.THANKED:
        return Due(standing)
    fact = _fact(uow, report, standing, rule, chosen_points)
    (outcome,) = points.preview_awards(uow, points_queries.get_book(uow.session, book), facts=[fact])
    if standing is Standing.CONFIRMS and (outcome.replayed or isinstance(outcome.refusal, UNPAID)):
        return Due(Standing.THANKED)
    if outcome.record is None:
        raise outcome.refusal or AssertionError("an award has a record or a refusal")
    return Due(standing, fact, outcome.record.points)


def may_pay(uow: UnitOfWork, report: Report, due: Due, *, book: str, was_seen: bool) -> bool:
    """Ask anti-fraud, once for each thing to be paid. False: another member of staff accepts. Refuses AwardDeclined.

    A photo that was handed in before, a relative's report and a large sum are never one person's to pay for, whatever
    rules a book has. `was_seen`: somebody else looked at it before; it counts for what he would have paid, no other.
    """
    is_other = report.seen_rule is not None and not _is_seen(report, due)
    is_kin = report.reporter_id in find_kin(uow, book=book, resident_ids=[report.reporter_id])
    facts: dict[str, bool | int | str] = {"is_relative_of_coordinator": is_kin}
    if report.photos:
        facts["is_duplicate_photo"] = shows_photo_again(report)
    ask = AwardAsk(subject_id=_subject(report, due), resident_id=report.reporter_id, points=due.points, facts=facts)
    decision = decide_awards(uow, book=book, asks=[ask])[0].decision
    if decision.outcome is Outcome.DECLINE:
        raise AwardDeclined
    is_doubted = (
        is_kin
        or due.points > ALONE_POINTS_MAX
        or shows_photo_again(report)
        or decision.outcome is Outcome.BLOCK_AND_REVIEW
        or Reason.ENGINE_FAILED in decision.reasons
    )
    return not is_other and (was_seen or not is_doubted)


def see_first(uow: UnitOfWork, report: Report, due: Due) -> None:
    """Note who saw it first and what he would pay. What another would have paid before will not be: it no more counts.

    The points that anti-fraud counted for that are those of nothing now.
    """
    if due.fact is None:
        raise AssertionError("what pays has a fact")
    if report.seen_rule is not None and not _is_seen(report, due):
        settle_decision(uow, report.book_id, EventKind.AWARD, _seen_subject(report), points=0)
    report.needs_second, report.first_seen_by = True, uow.actor.id
    report.seen_rule, report.seen_chosen_points = due.fact.rule, due.fact.chosen_points
    report.seen_points = due.points


def _is_seen(report: Report, due: Due) -> bool:
    """Whether it is what was seen first. Caps may leave less of it by now; more is something else."""
    if due.fact is None or report.seen_points is None:
        return False
    seen = report.seen_rule, report.seen_chosen_points
    return seen == (due.fact.rule, due.fact.chosen_points) and due.points <= report.seen_points


def _subject(report: Report, due: Due) -> UUID:
    """What anti-fraud decides on: a report and what it would be paid; what was seen first is decided already."""
    if due.fact is None:
        return report.id
    points = report.seen_points if _is_seen(report, due) else due.points
    return _subject_of(report, due.fact.rule, due.fact.chosen_points, points)


def _seen_subject(report: Report) -> UUID:
    return _subject_of(report, report.seen_rule, report.seen_chosen_points, report.seen_points)


def _subject_of(report: Report, *content: str | int | None) -> UUID:
    return uuid5(report.id, "\x1f".join(map(str, content)))


def pay(uow: UnitOfWork, report: Report, problem: Problem | None, due: Due, *, book: str) -> None:
    """Pay what is due, and note it with the report and its problem."""
    record = None
    if due.fact is not None:
        ledger = points_queries.get_book(uow.session, book)
        (outcome,) = points.award(uow, ledger, facts=[due.fact], code=Code.REPORT_AWARD)
        record = outcome.record
        if record is None:
            raise outcome.refusal or AssertionError("an award has a record or a refusal")
    report.standing, report.points = due.standing, 0
    if record is not None:
        report.rule, report.chosen_points, report.award_id = record.rule_code, record.chosen_points, record.id
        report.points, report.budget_id = record.points, record.budget_id
        report.transaction_id = record.transaction_id
    if problem is not None:
        _count(problem, report)


def _fact(uow: UnitOfWork, report: Report, standing: Standing, rule: str, chosen_points: int | None) -> points.Fact:
    """What the ledger is told. Who confirms is paid once for a problem, by whichever passbook."""
    confirms = standing is Standing.CONFIRMS
    return points.Fact(
        rule=CONFIRM_RULE if confirms else rule,
        subject=str(report.problem_id if confirms else report.id),
        beneficiary_id=report.reporter_id,
        performed_on=local_date(uow.now),
        title=CONFIRM_TITLE if confirms else TITLE,
        events=1,
        chosen_points=None if confirms else chosen_points,
        evidence=f"report:{report.id}",
    )


def _standing(report: Report, problem: Problem | None) -> Standing:
    if problem is None:  # filed before reports were put together
        return Standing.FIRST
    return rules.standing_of(
        report.reporter_id, first_reporter_id=problem.first_reporter_id, confirmed=problem.confirmed
    )


def _count(problem: Problem, report: Report) -> None:
    if report.standing == Standing.FIRST:
        problem.first_report_id, problem.first_reporter_id = report.id, report.reporter_id
    elif report.points:
        problem.confirmed += 1
