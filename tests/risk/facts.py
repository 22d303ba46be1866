"""Facts to decide on and rules to decide by, in short words."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor, Role
from app.points.models import Book
from app.risk import service
from app.risk.models import DecisionRow, RuleSet
from app.risk.rules.definitions import RuleDefinition, RuleSetDefinition
from app.risk.rules.events import Decision, Event
from app.risk.terms import EventKind, Outcome, Pivot, Reason
from tests.points.ledger import ANNA, SHOP, named

CASHIER, COORDINATOR, DEVICE, TERMINAL = map(
    named, ("risk cashier", "risk coordinator", "risk device", "risk terminal")
)
ONE, TWO, THREE = (
    Actor(id=named(f"treasurer {number}"), roles=frozenset({Role.TREASURER})) for number in ("one", "two", "three")
)
STEPS = {Outcome.REVIEW: 30, Outcome.BLOCK_AND_REVIEW: 60, Outcome.DECLINE: 100}
THRESHOLDS = dict.fromkeys(EventKind, STEPS)


def rule(rule_id: str, when: str, score: int = 30, **changes: Any) -> RuleDefinition:
    """A rule about residents who spend points."""
    values: dict[str, Any] = {
        "id": rule_id,
        "title": rule_id,
        "kinds": frozenset({EventKind.REDEEM}),
        "when": when,
        "score": score,
        "reason": Reason.OTHER,
        "pivot": Pivot.RESIDENT,
    }
    return RuleDefinition(**(values | changes))


def rules(*made: RuleDefinition, thresholds: Any = None) -> RuleSetDefinition:
    """A set of them."""
    return RuleSetDefinition(title="test", thresholds=thresholds or THRESHOLDS, rules=made)


def spent(**changes: Any) -> Event:
    """Anna spends 50 points at the shop."""
    values: dict[str, Any] = {
        "kind": EventKind.REDEEM,
        "book_id": 1,
        "subject_id": uuid4(),
        "resident_id": ANNA,
        "shop_id": SHOP,
        "points": 50,
        "mode": "code",
    }
    return Event(**(values | changes))


def in_use(uow: UnitOfWork, book_id: int, *, days: int) -> None:
    """Let a book be in use for so many days: then somebody else's refund was decided on."""
    past = replace(uow, now=uow.now - timedelta(days=days))
    stranger = named("a first comer")
    event = Event(kind=EventKind.REFUND, book_id=book_id, subject_id=uuid4(), resident_id=stranger, points=1)
    service.decide(past, event)


@dataclass
class Desk:
    """One book's anti-fraud at one time."""

    uow: UnitOfWork
    book: Book

    @property
    def code(self) -> str:
        return self.book.code

    def later(self, **span: float) -> "Desk":
        """The same, later."""
        return Desk(replace(self.uow, now=self.uow.now + timedelta(**span)), self.book)

    def as_(self, actor: Actor) -> UnitOfWork:
        return replace(self.uow, actor=actor)

    def decide(self, **changes: Any) -> Decision:
        return service.decide(self.uow, spent(book_id=self.book.id, **changes))

    def row(self, decision: Decision) -> DecisionRow:
        self.uow.session.flush()
        found = self.uow.session.get(DecisionRow, (self.book.id, decision.id))
        assert found is not None
        return found

    def save(self, *made: RuleDefinition, by: Actor = ONE, **changes: Any) -> RuleSet:
        return service.save_rule_set(self.as_(by), book=self.code, definition=rules(*made, **changes))

    def publish(self, *made: RuleDefinition, **changes: Any) -> RuleSet:
        """One saves, another publishes."""
        version = self.save(*made, **changes).version
        return service.publish_rule_set(self.as_(TWO), book=self.code, version=version)

    def case_of(self, decision: Decision) -> UUID:
        found = self.row(decision).case_id
        assert found is not None
        return found
