"""Award rules of a new book: written as first versions, each a proposal for another person to publish."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.points.models import AwardRule, AwardRuleVersion, Book, Proposal
from app.points.service.proposing import open_proposal
from app.points.terms import ProposalKind


@dataclass(frozen=True, slots=True)
class RuleSeed:
    """What a first version says. Caps are points; None is no cap. `grades`: percent by grade."""

    code: str
    title: str
    budget_id: UUID
    formula: str
    cycle: str
    points_max: int
    grades: Mapping[str, int] = field(default_factory=dict)
    person_day_max: int | None = None
    person_month_max: int | None = None
    household_day_max: int | None = None
    household_month_max: int | None = None
    validity_months: int | None = None


def seed_rule(uow: UnitOfWork, book: Book, seed: RuleSeed) -> Proposal:
    """Write a rule of a book that has none of this code, and propose its first version. It pays nothing before."""
    rule = AwardRule(book_id=book.id, code=seed.code, title=seed.title, created_by=uow.actor.id, created_at=uow.now)
    uow.session.add(rule)
    uow.session.flush()  # its version names it
    version = AwardRuleVersion(
        book_id=book.id,
        code=seed.code,
        version=1,
        budget_id=seed.budget_id,
        formula=seed.formula,
        grades=dict(seed.grades),
        cycle=seed.cycle,
        points_max=seed.points_max,
        person_day_max=seed.person_day_max,
        person_month_max=seed.person_month_max,
        household_day_max=seed.household_day_max,
        household_month_max=seed.household_month_max,
        validity_months=seed.validity_months,
        proposed_by=uow.actor.id,
        proposed_at=uow.now,
    )
    uow.session.add(version)
    payload = {"rule": seed.code, "code": seed.code, "title": seed.title, "version": 1}
    return open_proposal(uow, book.id, kind=ProposalKind.RULE, payload=payload)
