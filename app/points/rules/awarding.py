"""What a rule pays for a fact, beside what was paid before. Pure: awards, previews and dry runs decide by it alike."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from app.points.errors import ChoiceNotOffered, ChoiceOutOfRange, FactIncomplete, GradeUnknown
from app.points.rules.facts import Fact, cycle_before, cycle_key
from app.points.rules.formulas import read_formula
from app.points.terms import STREAK_MAX, Cycle


class Cap(NamedTuple):
    """Most points of one rule, for one household or person, in one month or day."""

    of_household: bool
    of_month: bool
    most: int

    def period(self, day: date) -> str:
        """The name of the period a day is counted in."""
        return cycle_key(Cycle.MONTH if self.of_month else Cycle.DAY, day)


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """One version of a rule, as far as it decides."""

    code: str
    version: int
    budget_id: UUID
    formula: str
    grades: Mapping[str, int]
    cycle: Cycle
    points_max: int
    caps: tuple[Cap, ...]
    validity_months: int | None
    allotment_required: bool = False


@dataclass(frozen=True, slots=True)
class Payee:
    """Whose passbook is paid, and the household it is counted with."""

    passbook_id: UUID
    household_id: UUID | None = None

    def is_with(self, other: "Payee") -> bool:
        """Whether the two are one person, or known to live together."""
        together = self.household_id is not None and self.household_id == other.household_id
        return self.passbook_id == other.passbook_id or together


class CapKey(NamedTuple):
    """Whose points of which rule are counted, and over which day or month."""

    rule: str
    of_household: bool
    counted_id: UUID
    period: str


class StreakKey(NamedTuple):
    """Whose streak in which rule, as it stood in a cycle."""

    rule: str
    passbook_id: UUID
    cycle: str


@dataclass(slots=True)
class Tally:
    """What was paid so far: points by cap, streaks by cycle. Grows with every fact that is counted."""

    points: Counter[CapKey] = field(default_factory=Counter)
    streaks: dict[StreakKey, int] = field(default_factory=dict)

    def count(self, terms: RuleTerms, fact: Fact, payee: Payee, ruling: "Ruling") -> None:
        """Take a fact in that a rule has decided."""
        for _, counted in cap_keys(terms, payee, fact.performed_on):
            self.points[counted] += ruling.points
        key = StreakKey(terms.code, payee.passbook_id, ruling.cycle)
        self.streaks[key] = max(self.streaks.get(key, 0), ruling.streak)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a rule says of a fact: what its formula gives, and what of it is paid."""

    cycle: str
    streak: int
    computed: int
    points: int


def cap_keys(terms: RuleTerms, payee: Payee, day: date) -> Iterator[tuple[Cap, CapKey]]:
    """The caps that bound an award, each with where it is counted. Without a household its caps bound nothing."""
    for cap in terms.caps:
        counted = payee.household_id if cap.of_household else payee.passbook_id
        if counted is not None:
            yield cap, CapKey(terms.code, cap.of_household, counted, cap.period(day))


def streak_keys(terms: RuleTerms, payee: Payee, day: date) -> tuple[StreakKey, StreakKey]:
    """Where a fact's own streak stands, and that of the cycle before."""
    before = cycle_before(terms.cycle, day)
    return (
        StreakKey(terms.code, payee.passbook_id, cycle_key(terms.cycle, day)),
        StreakKey(terms.code, payee.passbook_id, cycle_key(terms.cycle, before)),
    )


def streak_before(terms: RuleTerms, passbook_id: UUID, day: date, tally: Tally) -> int:
    """How many cycles in a row lie before that of a day, whenever they were told: what was told late joins them."""
    streak, at = 0, cycle_before(terms.cycle, day)
    while streak < STREAK_MAX:
        stood = tally.streaks.get(StreakKey(terms.code, passbook_id, cycle_key(terms.cycle, at)), 0)
        if not stood:
            break
        streak, at = streak + stood, cycle_before(terms.cycle, at, stood)
    return streak


def rule_on(terms: RuleTerms, fact: Fact, payee: Payee, tally: Tally) -> Ruling:
    """Decide a fact: the formula's result, cut to `points_max` and to what each cap has left. Changes nothing.

    Refuses FactIncomplete, GradeUnknown, ChoiceOutOfRange, ChoiceNotOffered.
    """
    streak = _streak(terms, fact.performed_on, payee, tally)
    computed = compute(terms, fact, streak)
    points = min(computed, terms.points_max)
    for cap, key in cap_keys(terms, payee, fact.performed_on):
        points = min(points, max(0, cap.most - tally.points[key]))
    return Ruling(cycle_key(terms.cycle, fact.performed_on), streak, computed, points)


def compute(terms: RuleTerms, fact: Fact, streak: int) -> int:
    """What the formula gives, before anything is cut. Refuses as `rule_on`."""
    return read_formula(terms.formula).evaluate(_values(terms, fact, streak))


def _streak(terms: RuleTerms, day: date, payee: Payee, tally: Tally) -> int:
    """One more than lie before; never less within a cycle than it was; 1 after a gap, and for what happens once."""
    if terms.cycle is Cycle.ONCE:
        return 1
    now, _ = streak_keys(terms, payee, day)
    before = streak_before(terms, payee.passbook_id, day, tally)
    return max(tally.streaks.get(now, 0), min(STREAK_MAX, before + 1))


def _values(terms: RuleTerms, fact: Fact, streak: int) -> dict[str, int]:
    """What the names of the formula stand for."""
    names = read_formula(terms.formula).names
    if fact.chosen_points is not None:
        if "chosen" not in names:
            raise ChoiceNotOffered(rule=terms.code)
        if not 0 <= fact.chosen_points <= terms.points_max:
            raise ChoiceOutOfRange(points_max=terms.points_max)
    found = {
        "minutes": fact.minutes,
        "events": fact.events,
        "streak": streak,
        "grade": _percent(terms, fact) if "grade" in names else None,
        "chosen": fact.chosen_points,
    }
    values: dict[str, int] = {}
    for name in sorted(names):
        value = found[name]
        if value is None:
            missing = "chosen_points" if name == "chosen" else name
            raise FactIncomplete(field=missing, missing=missing, rule=terms.code)
        values[name] = value
    return values


def _percent(terms: RuleTerms, fact: Fact) -> int | None:
    if fact.grade is not None and fact.grade not in terms.grades:
        raise GradeUnknown(grade=fact.grade, allowed=", ".join(sorted(terms.grades)))
    return None if fact.grade is None else terms.grades[fact.grade]
