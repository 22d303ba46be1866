"""A programme to test with: rules that two people published, and facts in short words."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor, Role
from app.points import service as points
from app.points.rules.definitions import RuleDefinition
from app.points.service import Fact, proposals, rulebook
from tests.points.ledger import ANNA, Ledger

TREASURER = Actor(id=uuid4(), roles=frozenset({Role.TREASURER}))
DEPUTY = Actor(id=uuid4(), roles=frozenset({Role.TREASURER}))
TODAY = date(2026, 6, 15)  # a Monday, that of tests.fixtures.work.NOW


def publish(uow: UnitOfWork, ledger: Ledger, code: str = "hours", formula: str = "minutes // 30 * 5", **definition):
    """Write a rule, or another version of it; one person proposes, another approves."""
    book = ledger.book.code
    first, second = replace(uow, actor=TREASURER), replace(uow, actor=DEPUTY)
    if not any(line.rule.code == code for line in rulebook.list_rules(first, book=book, limit=100, cursor=None).items):
        rulebook.create_rule(first, book=book, code=code, title=f"Rule {code}")
    values = {"budget_id": ledger.budget_id, "points_max": 500} | definition
    proposed = rulebook.propose_rule_version(
        first, book=book, code=code, definition=RuleDefinition(formula=formula, **values)
    )
    proposals.approve_proposal(second, book=book, proposal_id=proposed.id)


def fact(**changes) -> Fact:
    """Anna swept the stairs for 90 minutes, today."""
    values = {
        "rule": "hours",
        "subject": "activity-1",
        "beneficiary_id": ANNA,
        "performed_on": TODAY,
        "title": "楼道保洁",
        "minutes": 90,
    }
    return Fact(**(values | changes))


@dataclass
class Door:
    """The awarding door on one book, as one actor at one time."""

    uow: UnitOfWork
    ledger: Ledger

    def award(self, *facts: Fact) -> list[points.AwardOutcome]:
        return points.award(self.uow, self.ledger.book, facts=facts)

    def one(self, **changes) -> points.AwardOutcome:
        return self.award(fact(**changes))[0]

    def preview(self, *facts: Fact) -> list[points.AwardOutcome]:
        return points.preview_awards(self.uow, self.ledger.book, facts=facts)

    def publish(self, *args, **definition) -> None:
        publish(self.uow, self.ledger, *args, **definition)

    def count(self, table: str = "points_awards") -> int:
        query = text(f"SELECT count(*) FROM {table} WHERE book_id = :book")
        return self.uow.session.scalar(query, {"book": self.ledger.id})

    def succeed(self, owner_id: UUID, successor_id: UUID, kind: str) -> None:
        """A passbook went into another."""
        values = {"book": self.ledger.id, "owner": owner_id, "to": successor_id, "kind": kind, "id": uuid4()}
        self.uow.session.execute(
            text("INSERT INTO points_successors VALUES (:book, :owner, :to, :kind, :id, NULL, '2026-06-01Z')"), values
        )


def said(outcomes) -> list[object]:
    """Points, or the name of the refusal."""
    return [o.record.points if o.record else type(o.refusal).__name__ for o in outcomes]
