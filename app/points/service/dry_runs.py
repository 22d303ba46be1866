"""What a rule, new or changed, would have paid over a past period. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import month_start
from app.points import errors, queries
from app.points.rules.awarding import RuleTerms
from app.points.rules.definitions import RuleDefinition, check_definition
from app.points.rules.dry_runs import DryRun, Period, PersonTotals
from app.points.rules.facts import cycle_start
from app.points.service.rulebook import definition_of
from app.points.terms import DRY_RUN_FACTS_MAX


@dataclass(frozen=True, slots=True)
class DryRunReport:
    """The whole of a dry run, and a page of its people."""

    run: DryRun
    people: Page[PersonTotals]


def dry_run_rule(
    uow: UnitOfWork,
    *,
    book: str,
    rule: str,
    version: int | None,
    definition: RuleDefinition | None,
    facts_of: Sequence[str],
    period: Period,
    limit: int,
    cursor: str | None,
) -> DryRunReport:
    """Play the facts that rules of `facts_of` decided in a period again, by a definition or by a version of `rule`.

    Facts of the month and the cycle before the period fill its caps and streaks. Awards that were undone are left out.
    `limit` and `cursor` are those of the people, by passbook. Refuses BookMissing, CursorInvalid,
    DryRunUnclear (neither version nor definition, or both), RuleVersionMissing, PeriodReversed, DryRunTooWide, and
    what `check_definition` refuses.
    """
    found = queries.get_book(uow.session, book)
    first, last = period
    if last < first:
        raise errors.PeriodReversed(period_from=first.isoformat(), period_to=last.isoformat(), field="to")
    after = read_id(cursor)
    terms = _terms(uow, found.id, rule, version, definition)
    before = _warm_up(terms, first)
    count = queries.count_past_facts(uow.session, found.id, facts_of, first=before, last=last, most=DRY_RUN_FACTS_MAX)
    if count > DRY_RUN_FACTS_MAX:
        raise errors.DryRunTooWide(facts_max=DRY_RUN_FACTS_MAX)
    run = DryRun(terms, first)
    for past in queries.stream_past_facts(uow.session, found.id, facts_of, first=before, last=last):
        run.play(past)
    return DryRunReport(run, _page(run, after, limit))


def _terms(
    uow: UnitOfWork, book_id: int, rule: str, version: int | None, definition: RuleDefinition | None
) -> RuleTerms:
    if (version is None) == (definition is None):
        raise errors.DryRunUnclear
    if definition is not None:
        check_definition(definition)
        return definition.terms(rule, 0)
    stored = queries.get_rule_version(uow.session, book_id, rule, version or 0)
    return definition_of(stored).terms(rule, stored.version)


def _warm_up(terms: RuleTerms, first: date) -> date:
    """Where to begin reading: caps go back to the first of the month, streaks to the cycle before."""
    before = cycle_start(terms.cycle, cycle_start(terms.cycle, first) - timedelta(days=1))
    return min(month_start(first), before)


def _page(run: DryRun, after: UUID | None, limit: int) -> Page[PersonTotals]:
    people = sorted(
        (person for id_, person in run.people.items() if after is None or id_ > after),
        key=lambda person: person.passbook_id,
    )
    return page_by_id(people[: limit + 1], limit, lambda person: person.passbook_id)
