"""Playing recorded facts again by a rule that is new or changed: what it would have paid, beside what was paid."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from app.kernel.errors import DomainError
from app.points.rules.awarding import Payee, RuleTerms, Tally, rule_on, streak_keys
from app.points.rules.facts import Fact, cycle_key
from app.points.rules.formulas import read_formula


class Period(NamedTuple):
    """From the first day to the last, both within."""

    first: date
    last: date


class PastFact(NamedTuple):
    """A fact as it was recorded, and what it was paid."""

    rule: str
    subject: str
    passbook_id: UUID
    household_id: UUID | None
    performed_on: date
    cycle: str
    minutes: int | None
    events: int | None
    grade: str | None
    chosen_points: int | None
    streak: int
    points: int


@dataclass(slots=True)
class PersonTotals:
    """One passbook in the period: how many facts, what they were paid, what they would be paid."""

    passbook_id: UUID
    facts: int = 0
    paid: int = 0
    would_pay: int = 0


@dataclass(slots=True)
class DryRun:
    """A rule at work on the past, told as it was told then. `undecided`: facts that lack what its formula asks for, or
    have a grade it does not know; `repeated`: facts that are one and the same in its longer cycle. Neither would be
    paid.
    """

    terms: RuleTerms
    first: date
    facts: int = 0
    paid: int = 0
    would_pay: int = 0
    undecided: int = 0
    repeated: int = 0
    people: dict[UUID, PersonTotals] = field(default_factory=dict)
    _tally: Tally = field(default_factory=Tally)
    _seen: set[tuple[str, str, UUID, str]] = field(default_factory=set)

    def play(self, past: PastFact) -> None:
        """Decide one fact; they come as they were told. Those before the period fill caps and streaks only."""
        would_pay = self._decide(past)
        if past.performed_on < self.first:
            return
        self.facts += 1
        self.paid += past.points
        self.would_pay += would_pay or 0
        person = self.people.setdefault(past.passbook_id, PersonTotals(past.passbook_id))
        person.facts += 1
        person.paid += past.points
        person.would_pay += would_pay or 0

    def _decide(self, past: PastFact) -> int:
        counted = past.performed_on >= self.first
        key = past.rule, past.subject, past.passbook_id, cycle_key(self.terms.cycle, past.performed_on)
        if key in self._seen:
            self.repeated += counted
            return 0
        self._seen.add(key)
        payee = Payee(past.passbook_id, past.household_id)
        self._go_on(past, payee)
        fact = self._fact(past)
        try:
            ruling = rule_on(self.terms, fact, payee, self._tally)
        except DomainError:
            self.undecided += counted
            return 0
        self._tally.count(self.terms, fact, payee, ruling)
        return ruling.points

    def _go_on(self, past: PastFact, payee: Payee) -> None:
        """Begin a streak where the record says it stood, when the cycle is counted as it was then."""
        now, before = streak_keys(self.terms, payee, past.performed_on)
        streaks = self._tally.streaks
        if past.cycle == now.cycle and now not in streaks and before not in streaks:
            streaks[now] = past.streak

    def _fact(self, past: PastFact) -> Fact:
        """The fact as this rule is told it: a choice only where it offers one."""
        chooses = "chosen" in read_formula(self.terms.formula).names
        return Fact(
            rule=self.terms.code,
            subject=past.subject,
            beneficiary_id=past.passbook_id,
            performed_on=past.performed_on,
            title="",
            minutes=past.minutes,
            events=past.events,
            grade=past.grade,
            chosen_points=past.chosen_points if chooses else None,
        )
