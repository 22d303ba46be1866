"""Writing rules: one person proposes a version, another publishes it, either may stop the rule at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page
from app.points import errors, queries
from app.points.models import AwardRule, AwardRuleVersion, Book, Proposal
from app.points.rules.definitions import RuleDefinition, check_definition
from app.points.service.cursors import cut_page, read_code, read_number
from app.points.service.proposing import open_proposal
from app.points.terms import Cycle, ProposalKind


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule, and the version that pays now, if one was published."""

    rule: AwardRule
    current: AwardRuleVersion | None


def create_rule(uow: UnitOfWork, *, book: str, code: str, title: str) -> RuleLine:
    """Begin a rule: a code for programs, a title for people. It pays nothing before a version is published.

    Refuses BookMissing, RuleCodeTaken.
    """
    found = queries.get_book(uow.session, book)
    if not uow.session.scalar(_new_rule(uow, found.id, code, title)):
        raise errors.RuleCodeTaken(rule=code)
    return RuleLine(queries.get_rule(uow.session, found.id, code), None)


def propose_rule_version(
    uow: UnitOfWork, *, book: str, code: str, definition: RuleDefinition, reason: str | None = None
) -> Proposal:
    """Save a version of a rule and ask for its publication. Another person approves; until then it pays nothing.

    Refuses BookMissing, RuleMissing, RuleWithdrawn, BudgetMissing, and what `check_definition` refuses.
    """
    found = queries.get_book(uow.session, book)
    rule = queries.lock_rule(uow.session, found.id, code)  # so that two at once do not choose the same number
    if rule.withdrawn_at is not None:
        raise errors.RuleWithdrawn(rule=code)
    queries.get_budget(uow.session, found.id, definition.budget_id)
    check_definition(definition)
    number = queries.highest_versions(uow.session, found.id, code)[0] + 1
    uow.session.add(_version(uow, found.id, code, number, definition))
    payload = {"rule": code, "title": rule.title, "version": number, **definition.plain()}
    return open_proposal(uow, found.id, kind=ProposalKind.RULE, payload=payload, reason=reason)


def carry_out(uow: UnitOfWork, book: Book, proposal: Proposal, cause: str) -> UUID | None:  # noqa: ARG001 - the shape of an act
    """Publish the version: from now on it pays. Refuses RuleWithdrawn, RuleVersionOutdated."""
    code, number = str(proposal.payload["rule"]), int(proposal.payload["version"])
    rule = queries.lock_rule(uow.session, book.id, code)
    if rule.withdrawn_at is not None:
        raise errors.RuleWithdrawn(rule=code)
    published = queries.highest_versions(uow.session, book.id, code)[1]
    if published > number:
        raise errors.RuleVersionOutdated(rule=code, version=number, published=published)
    if published:  # what it pays is seen by whoever awards by the new one
        queries.lock_rule_version(uow.session, book.id, code, published)
    version = queries.get_rule_version(uow.session, book.id, code, number)
    version.published_by, version.published_at = uow.actor.id, uow.now
    return None


def withdraw_rule(uow: UnitOfWork, *, book: str, code: str) -> RuleLine:
    """Stop a rule at once and for good; what it paid stays. Again changes nothing. Refuses BookMissing, RuleMissing."""
    found = queries.get_book(uow.session, book)
    rule = queries.lock_rule(uow.session, found.id, code)
    if rule.withdrawn_at is None:
        rule.withdrawn_by, rule.withdrawn_at = uow.actor.id, uow.now
        uow.session.flush()
    return _lines(uow, found.id, [rule])[0]


def show_rule(uow: UnitOfWork, *, book: str, code: str) -> RuleLine:
    """One rule. Refuses BookMissing, RuleMissing."""
    found = queries.get_book(uow.session, book)
    return _lines(uow, found.id, [queries.get_rule(uow.session, found.id, code)])[0]


def list_rules(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[RuleLine]:
    """Rules by code, withdrawn ones too, each with the version that pays. Refuses BookMissing, CursorInvalid."""
    found = queries.get_book(uow.session, book)
    rows = queries.list_rules(uow.session, found.id, after=read_code(cursor), limit=limit + 1)
    page = cut_page(rows, limit, lambda rule: (rule.code,))
    return Page(_lines(uow, found.id, page.items), page.next_cursor)


def list_rule_versions(
    uow: UnitOfWork, *, book: str, code: str, limit: int, cursor: str | None
) -> Page[AwardRuleVersion]:
    """The versions of a rule, the newest first, published or not. Refuses BookMissing, RuleMissing, CursorInvalid."""
    found = queries.get_book(uow.session, book)
    queries.get_rule(uow.session, found.id, code)
    before = read_number(cursor)
    rows = queries.list_rule_versions(uow.session, found.id, code, before=before, limit=limit + 1)
    return cut_page(rows, limit, lambda version: (version.version,))


def definition_of(version: AwardRuleVersion) -> RuleDefinition:
    """What a stored version says."""
    return RuleDefinition(
        budget_id=version.budget_id,
        formula=version.formula,
        points_max=version.points_max,
        cycle=Cycle(version.cycle),
        grades=version.grades,
        person_day_max=version.person_day_max,
        person_month_max=version.person_month_max,
        household_day_max=version.household_day_max,
        household_month_max=version.household_month_max,
        validity_months=version.validity_months,
        allotment_required=version.allotment_required,
    )


def _lines(uow: UnitOfWork, book_id: int, rules: Sequence[AwardRule]) -> list[RuleLine]:
    current = queries.current_rules(uow.session, book_id, [rule.code for rule in rules])
    return [RuleLine(rule, current[rule.code][1]) for rule in rules]


def _new_rule(uow: UnitOfWork, book_id: int, code: str, title: str) -> ReturningInsert[tuple[str]]:
    values = {"book_id": book_id, "code": code, "title": title, "created_by": uow.actor.id, "created_at": uow.now}
    return insert(AwardRule).values(values).on_conflict_do_nothing().returning(AwardRule.code)


def _version(uow: UnitOfWork, book_id: int, code: str, number: int, definition: RuleDefinition) -> AwardRuleVersion:
    return AwardRuleVersion(
        book_id=book_id,
        code=code,
        version=number,
        budget_id=definition.budget_id,
        formula=definition.formula,
        grades=dict(definition.grades),
        cycle=str(definition.cycle),
        points_max=definition.points_max,
        person_day_max=definition.person_day_max,
        person_month_max=definition.person_month_max,
        household_day_max=definition.household_day_max,
        household_month_max=definition.household_month_max,
        validity_months=definition.validity_months,
        allotment_required=definition.allotment_required,
        proposed_by=uow.actor.id,
        proposed_at=uow.now,
    )
