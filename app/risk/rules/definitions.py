"""What a rule set says, and whether it may be saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.risk.errors import DefaultMissing, DefaultWrong, KindsMissing, RuleIdTwice, ThresholdsWrong
from app.risk.rules.events import Value
from app.risk.rules.features import LIST_PREFIX, Type, features_of, is_of
from app.risk.terms import EventKind, Outcome, Pivot, Reason

if TYPE_CHECKING:
    from app.risk.rules.expressions import Expression

SCORED = (Outcome.REVIEW, Outcome.BLOCK_AND_REVIEW, Outcome.DECLINE)
EXAMPLES: Mapping[Type, tuple[str, str]] = {
    Type.INTEGER: ("0", "an integer 整数"),
    Type.BOOLEAN: ("false", "true or false"),
    Type.TEXT: ('""', "a text 文字"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDefinition:
    """One rule. `when` it holds, `score` is added, `reason` given, and the outcome is `at_least` that (None: the score
    alone decides). `defaults`: what features that may be missing count as. `pivot`: whom it is about.
    """

    id: str
    title: str
    kinds: frozenset[EventKind]
    when: str
    score: int
    reason: Reason
    pivot: Pivot
    at_least: Outcome | None = None
    defaults: Mapping[str, Value] = field(default_factory=dict)
    _read: "list[Expression]" = field(default_factory=list, compare=False, repr=False)

    def expression(self) -> "Expression":
        """Read the condition (once)."""
        if not self._read:
            from app.risk.rules.expressions import read_expression  # noqa: PLC0415 - makes a parser: a quarter second

            self._read.append(read_expression(self.id, self.when, self.kinds))
        return self._read[0]

    def plain(self) -> dict[str, Any]:
        """The same in plain JSON values."""
        return {
            "id": self.id,
            "title": self.title,
            "kinds": sorted(self.kinds),
            "when": self.when,
            "score": self.score,
            "reason": str(self.reason),
            "pivot": str(self.pivot),
            "at_least": self.at_least and str(self.at_least),
            "defaults": dict(self.defaults),
        }


Thresholds = Mapping[EventKind, Mapping[Outcome, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetDefinition:
    """All rules and, for each kind of facts, from which score on it ends how."""

    title: str
    thresholds: Thresholds
    rules: Sequence[RuleDefinition]
    _by_kind: dict[EventKind, Sequence[RuleDefinition]] = field(default_factory=dict, compare=False, repr=False)
    prepared: dict[EventKind, Any] = field(default_factory=dict, compare=False, repr=False)
    """What `scoring` has made of the rules for a kind of facts."""

    def rules_for(self, kind: EventKind) -> Sequence[RuleDefinition]:
        """Give the rules for a kind of facts (sorted out once)."""
        if kind not in self._by_kind:
            self._by_kind[kind] = tuple(rule for rule in self.rules if kind in rule.kinds)
        return self._by_kind[kind]

    def plain(self) -> dict[str, Any]:
        """The same in plain JSON values."""
        lines = {str(kind): {str(name): at for name, at in steps.items()} for kind, steps in self.thresholds.items()}
        return {"title": self.title, "thresholds": lines, "rules": [rule.plain() for rule in self.rules]}

    def list_codes(self) -> set[str]:
        """Give the lists that the rules ask for."""
        names = {name for rule in self.rules for name in rule.expression().names}
        return {name.removeprefix(LIST_PREFIX) for name in names if name.startswith(LIST_PREFIX)}


def read_definition(plain: Mapping[str, Any]) -> RuleSetDefinition:
    """Read what `plain` wrote. Raises KeyError or ValueError for anything else."""
    return RuleSetDefinition(
        title=plain["title"],
        thresholds={
            EventKind(kind): {Outcome(name): int(at) for name, at in steps.items()}
            for kind, steps in plain["thresholds"].items()
        },
        rules=tuple(_read_rule(each) for each in plain["rules"]),
    )


def _read_rule(plain: Mapping[str, Any]) -> RuleDefinition:
    return RuleDefinition(
        id=plain["id"],
        title=plain["title"],
        kinds=frozenset(EventKind(kind) for kind in plain["kinds"]),
        when=plain["when"],
        score=int(plain["score"]),
        reason=Reason(plain["reason"]),
        pivot=Pivot(plain["pivot"]),
        at_least=Outcome(plain["at_least"]) if plain.get("at_least") else None,
        defaults=dict(plain.get("defaults", {})),
    )


def check_definition(definition: RuleSetDefinition) -> None:
    """Refuse what must not be saved: ThresholdsWrong, RuleIdTwice, KindsMissing, DefaultMissing, DefaultWrong, and what
    `read_expression` refuses of a condition.
    """
    for kind in EventKind:
        steps = [definition.thresholds.get(kind, {}).get(outcome, 0) for outcome in SCORED]
        if not 1 <= steps[0] <= steps[1] <= steps[2]:
            raise ThresholdsWrong(event=kind)
    seen: set[str] = set()
    for rule in definition.rules:
        if rule.id in seen:
            raise RuleIdTwice(rule=rule.id)
        seen.add(rule.id)
        _check_rule(rule)


def _check_rule(rule: RuleDefinition) -> None:
    if not rule.kinds:
        raise KindsMissing(rule=rule.id, allowed=", ".join(EventKind))
    known = features_of(rule.kinds)
    asked = rule.expression().names
    for name in sorted(asked):
        if name.startswith(LIST_PREFIX) or known[name].always:
            continue
        if name not in rule.defaults:
            example = f'"{name}": {EXAMPLES[known[name].type][0]}'
            raise DefaultMissing(rule=rule.id, word=name, example=example)
    for name, value in rule.defaults.items():
        needed = name in asked and not name.startswith(LIST_PREFIX) and not known[name].always
        if not needed or not is_of(known[name].type, value):
            wanted = EXAMPLES[known[name].type][1] if name in known else "…"
            raise DefaultWrong(rule=rule.id, word=name, wanted=wanted)
