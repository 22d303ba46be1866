"""Brings the neighbourhood into the database, through the application's services. Loading again changes nothing."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import Actor, Role
from app.merchants import queries as shop_queries
from app.merchants import service as merchants
from app.points import queries
from app.points import service as points
from app.points.service import proposals, rulebook
from app.points.terms import OwnerKind
from sandbox.neighbourhood import places
from sandbox.neighbourhood.people import Roster

# A demo plays the week before now, and no account records anything earlier than what it recorded before.
OPENED_BEFORE = timedelta(days=14)


@dataclass(slots=True)
class Loaded:
    """How many of each kind were made now, and how many were there before."""

    made: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)

    def note(self, kind: str, *, made: bool) -> None:
        """Count one thing."""
        (self.made if made else self.found)[kind] += 1


def load(roster: Roster) -> Loaded:
    """Make what is missing of the book, its money, budgets and shops, in one transaction, as the treasurer.

    The neighbourhood opened two weeks ago. Needs an application context.
    """
    treasurer = Actor(
        id=roster.treasurer.id, roles=frozenset({Role.TREASURER}), book=places.BOOK, name=roster.treasurer.name
    )
    deputy = replace(treasurer, id=roster.deputy.id, name=roster.deputy.name)
    return run_in_transaction(lambda uow: _load(uow, deputy), actor=treasurer, now=datetime.now(UTC) - OPENED_BEFORE)


def _load(uow: UnitOfWork, deputy: Actor) -> Loaded:
    loaded = Loaded()
    book_id = _book(uow, loaded)
    for sponsor in places.SPONSORS:
        outcome = points.fund_sponsor(
            uow,
            book_id,
            cause=f"neighbourhood:funding:{sponsor.id}",
            sponsor_id=sponsor.id,
            amount_fen=sponsor.funds_fen,
            bank_reference=f"开账拨款 {sponsor.name}",
        )
        points.name_owner(uow, book_id, owner_id=sponsor.id, kind=OwnerKind.SPONSOR, name=sponsor.name)
        loaded.note("sponsors", made=not outcome.replayed)
    there = {budget.id for budget in queries.list_budgets(uow.session, book_id, after=None, limit=1000)}
    for plan in places.BUDGETS:
        _budget(uow, book_id, plan, there)
        loaded.note("budgets", made=plan.id not in there)
    for rule in places.RULES:
        loaded.note("rules", made=_rule(uow, book_id, rule, deputy))
    for shop in places.SHOPS:
        loaded.note("shops", made=_shop(uow, book_id, shop))
    return loaded


def _book(uow: UnitOfWork, loaded: Loaded) -> int:
    book_id = queries.find_book_id(uow.session, places.BOOK)
    loaded.note("books", made=book_id is None)
    if book_id is not None:
        return book_id
    return points.create_book(uow, code=places.BOOK, name=places.BOOK_NAME, currency_name=places.CURRENCY_NAME).id


def _budget(uow: UnitOfWork, book_id: int, plan: places.BudgetPlan, there: set[UUID]) -> None:
    if plan.id not in there:
        points.create_budget(
            uow,
            book_id,
            sponsor_id=plan.sponsor.id,
            name=plan.name,
            point_value_fen=plan.point_value_fen,
            budget_id=plan.id,
        )
    points.mint_points(uow, book_id, cause=f"neighbourhood:mint:{plan.id}", budget_id=plan.id, points=plan.points)


def _rule(uow: UnitOfWork, book_id: int, plan: places.RulePlan, deputy: Actor) -> bool:
    """Two people make a rule: the treasurer proposes it, the deputy publishes it."""
    if queries.current_rules(uow.session, book_id, [plan.code]):
        return False
    rulebook.create_rule(uow, book=places.BOOK, code=plan.code, title=plan.title)
    definition = points.RuleDefinition(budget_id=plan.budget.id, formula=plan.formula, points_max=plan.points_max)
    proposal = rulebook.propose_rule_version(uow, book=places.BOOK, code=plan.code, definition=definition)
    uow.session.flush()
    proposals.approve_proposal(replace(uow, actor=deputy), book=places.BOOK, proposal_id=proposal.id)
    return True


def _shop(uow: UnitOfWork, book_id: int, shop: places.Shop) -> bool:
    if shop_queries.find_shop(uow.session, book_id, shop.id) is not None:
        return False
    merchants.open_shop(uow, book=places.BOOK, name=shop.name, street=places.STREET, shop_id=shop.id)
    return True
