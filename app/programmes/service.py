"""Setting up a programme from a template, all of it or nothing; and reading a template off a book that runs."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import DomainError
from app.merchants import service as merchants
from app.points import errors as points_errors
from app.points import queries as points_queries
from app.points import service as points
from app.points.queries import programmes as points_programmes
from app.points.service import rulebook
from app.points.terms import Cycle, OwnerKind
from app.programmes import terms
from app.programmes.errors import BookTooLargeForTemplate
from app.programmes.rules import BudgetPart, RulePart, SponsorPart, Template, check_template

__all__ = ["Named", "Programme", "ProposedRule", "Template", "create_programme", "describe_programme"]


@dataclass(frozen=True, slots=True)
class Named:
    """Something that was made, by its name in the template."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class ProposedRule:
    """A rule of the template, and the proposal another person publishes it by."""

    code: str
    proposal_id: UUID


@dataclass(frozen=True, slots=True)
class Programme:
    """A new book and what it began with."""

    code: str
    name: str
    sponsors: Sequence[Named]
    budgets: Sequence[Named]
    rules: Sequence[ProposedRule]
    shop_count: int


def create_programme(uow: UnitOfWork, *, code: str, template: Template, at: str = "") -> Programme:
    """Open a book under `code` with all the template holds. Its rules are proposals: another person publishes them.

    Refuses BookCodeTaken, FixedDayInvalid, BookMissing (`shops_from`), and what does not fit, with the path in the
    template; `at` is put before it, where the template itself is part of something.
    """
    with _placed(at):
        check_template(template)
    with _placed(at, of=points_errors.FixedDayInvalid):
        book_id = _open_book(uow, code, template)
    sponsors = {part.name: uow.new_id() for part in template.sponsors}
    for name, sponsor_id in sponsors.items():
        points.name_owner(uow, book_id, owner_id=sponsor_id, kind=OwnerKind.SPONSOR, name=name)
    budgets = {
        part.name: points.create_budget(
            uow,
            book_id,
            sponsor_id=sponsors[part.sponsor],
            name=part.name,
            point_value_fen=part.point_value_fen,
        ).id
        for part in template.budgets
    }
    with _placed(at):
        rules = _propose_rules(uow, code, template.rules, budgets)
        shop_count = _open_shops(uow, code, template)
    return Programme(code, template.name, _named(sponsors), _named(budgets), rules, shop_count)


def describe_programme(uow: UnitOfWork, *, book: str) -> Template:
    """The template of a book that runs: how it is set up now, with the shops it accepts.

    Rules are those that pay now; sponsors without a public name are numbered, and so are later ones of the same name.
    Refuses BookMissing, BookTooLargeForTemplate.
    """
    found = points_queries.get_book(uow.session, book)
    budgets = points_programmes.list_own_budgets(uow.session, found.id, limit=terms.BUDGETS_MAX + 1)
    _check_fits(book, "budgets", budgets, terms.BUDGETS_MAX)
    sponsors = list(dict.fromkeys(budget.sponsor_id for budget in budgets))
    _check_fits(book, "sponsors", sponsors, terms.SPONSORS_MAX)
    names = points_queries.names_of(uow.session, found.id, sponsors)
    called = _told_apart({id_: names.get(id_, f"资助方 {number}") for number, id_ in enumerate(sponsors, 1)})
    own = _told_apart({budget.id: budget.name for budget in budgets})
    parts = {
        budget.id: BudgetPart(own[budget.id], called[budget.sponsor_id], budget.point_value_fen) for budget in budgets
    }
    return Template(
        name=found.name,
        currency_name=found.currency_name,
        validity_months=found.validity_months,
        grace_days=found.grace_days,
        expired_cost_goes_to=found.expired_cost_goes_to,
        expiry_policy=found.expiry_policy,
        expiry_month=found.expiry_month,
        expiry_day=found.expiry_day,
        sponsors=[SponsorPart(name) for name in called.values()],
        budgets=list(parts.values()),
        rules=_describe_rules(uow, book, found.id, {id_: part.name for id_, part in parts.items()}),
        shops_from=book,
    )


def _told_apart(names: Mapping[UUID, str]) -> dict[UUID, str]:
    """The names, the second and later ones of the same with a number: a template knows its parts by their names."""
    told: dict[UUID, str] = {}
    taken = set(names.values())
    for id_, name in names.items():
        free, number = name, 1
        while free in told.values() or (number > 1 and free in taken):
            number += 1
            tail = f" ({number})"
            free = name[: terms.NAME_LENGTH_MAX - len(tail)] + tail
        told[id_] = free
    return told


def _open_book(uow: UnitOfWork, code: str, template: Template) -> int:
    book = points.create_book(
        uow,
        code=code,
        name=template.name,
        currency_name=template.currency_name,
        validity_months=template.validity_months,
        grace_days=template.grace_days,
        expired_cost_goes_to=template.expired_cost_goes_to,
        fixed_day=template.fixed_day,
    )
    return book.id


def _propose_rules(
    uow: UnitOfWork, code: str, parts: Sequence[RulePart], budgets: Mapping[str, UUID]
) -> list[ProposedRule]:
    proposed = []
    for index, part in enumerate(parts):
        definition = points.RuleDefinition(
            budget_id=budgets[part.budget],
            formula=part.formula,
            cycle=Cycle(part.cycle),
            points_max=part.points_max,
            grades=part.grades,
            person_day_max=part.person_day_max,
            person_month_max=part.person_month_max,
            household_day_max=part.household_day_max,
            household_month_max=part.household_month_max,
            validity_months=part.validity_months,
            allotment_required=part.allotment_required,
        )
        with _placed(f"rules.{index}."):
            rulebook.create_rule(uow, book=code, code=part.code, title=part.title)
            proposal = rulebook.propose_rule_version(uow, book=code, code=part.code, definition=definition)
            proposed.append(ProposedRule(part.code, proposal.id))
    return proposed


def _open_shops(uow: UnitOfWork, code: str, template: Template) -> int:
    copied = 0
    if template.shops_from is not None:
        with _placed("shops_from", whole=True):
            copied = merchants.copy_shops(uow, book=code, source=template.shops_from)
    shops = [merchants.ShopToOpen(part.name, part.street, part.id) for part in template.shops]
    return copied + merchants.open_shops(uow, book=code, shops=shops)


def _describe_rules(uow: UnitOfWork, book: str, book_id: int, budgets: Mapping[UUID, str]) -> list[RulePart]:
    rows = points_programmes.list_published_rules(uow.session, book_id, limit=terms.RULES_MAX + 1)
    _check_fits(book, "rules", rows, terms.RULES_MAX)
    return [
        RulePart(
            code=rule.code,
            title=rule.title,
            budget=budgets[version.budget_id],
            formula=version.formula,
            cycle=version.cycle,
            points_max=version.points_max,
            grades=version.grades,
            person_day_max=version.person_day_max,
            person_month_max=version.person_month_max,
            household_day_max=version.household_day_max,
            household_month_max=version.household_month_max,
            validity_months=version.validity_months,
            allotment_required=version.allotment_required,
        )
        for rule, version in rows
        if version.budget_id in budgets
    ]


def _check_fits(book: str, path: str, parts: Sequence[object], most: int) -> None:
    if len(parts) > most:
        raise BookTooLargeForTemplate(field=path, path=path, book=book, most=most)


@contextmanager
def _placed(at: str, *, whole: bool = False, of: type[DomainError] = DomainError) -> Iterator[None]:
    """Let what is refused name its place in the template: its own field after `at`, or `at` alone."""
    try:
        yield
    except of as refused:
        refused.field = at if whole else f"{at}{refused.field or ''}".rstrip(".") or None
        raise


def _named(made: Mapping[str, UUID]) -> list[Named]:
    return [Named(id_, name) for name, id_ in made.items()]
