"""From features to an outcome: each rule is asked, scores add up, the strictest of threshold and floors stands."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.risk.rules.definitions import SCORED, RuleDefinition, RuleSetDefinition
from app.risk.rules.features import LIST_PREFIX
from app.risk.terms import BUDGET_SECONDS, SEVERITY, WHEN_BROKEN, EventKind, Outcome, Pivot, Reason, RuleResult

Clock = Callable[[], float]
"""Seconds that only go forward."""
Snoozed = Collection[tuple[str, Pivot]]
"""Rules that are to be silent about who is in this fact: (rule, whom it is about)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rule said."""

    rule: str
    result: RuleResult
    score: int
    reason: Reason
    json: str
    """The same as JSON."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule set says of a fact. `failure`: why the rules could not all be asked."""

    outcome: Outcome
    score: int
    reasons: tuple[Reason, ...]
    answers: tuple[Answer, ...]
    failure: str | None = None


def judge(
    definition: RuleSetDefinition,
    kind: EventKind,
    values: Mapping[str, Any],
    *,
    snoozed: Snoozed = (),
    clock: Clock,
    seconds: float = BUDGET_SECONDS,
) -> Verdict:
    """Ask the rules for a kind of facts, within `seconds` for all of them.

    A rule that cannot be asked, or time that runs out, makes the outcome at least WHEN_BROKEN: rules add friction, and
    a rule that is broken takes none away.
    """
    ends = clock() + seconds
    answers: list[Answer] = []
    floor, failure = Outcome.APPROVE, None
    ready = definition.prepared.get(kind) or _prepare(definition, kind)
    filled = ready.fill(values)
    for rule, quick, silent in ready.rules:
        if clock() > ends:
            failure = "budget"
            break
        result = _ask(rule, values, snoozed, None if filled is None else quick, filled)
        if result is RuleResult.NO_HIT:
            answers.append(silent)
            continue
        if result is RuleResult.ERROR:
            failure = f"rule {rule.id}"
        hit = result is RuleResult.HIT
        answers.append(_answer(rule.id, result, rule.score if hit else 0, rule.reason))
        if hit and rule.at_least:
            floor = stricter(floor, rule.at_least)
    score = sum(answer.score for answer in answers)
    outcome = stricter(floor, reached(definition.thresholds[kind], score))
    reasons = [answer.reason for answer in answers if answer.result is RuleResult.HIT]
    if failure:
        outcome = stricter(outcome, WHEN_BROKEN[kind])
        reasons.append(Reason.ENGINE_FAILED)
    return Verdict(outcome, score, tuple(dict.fromkeys(reasons)), tuple(answers), failure)


@lru_cache(maxsize=4096)
def _answer(rule: str, result: RuleResult, score: int, reason: Reason) -> Answer:
    """Most rules say the same of most facts: it is made once."""
    plain = {"rule": rule, "result": result, "score": score, "reason": reason}
    return Answer(rule, result, score, reason, json.dumps(plain, ensure_ascii=False, separators=(",", ":")))


def broken(kind: EventKind, failure: str) -> Verdict:
    """Give what stands when no rule could be asked."""
    return Verdict(WHEN_BROKEN[kind], 0, (Reason.ENGINE_FAILED,), (), failure)


def stricter(one: Outcome, other: Outcome) -> Outcome:
    """Give the stricter of two outcomes."""
    return max(one, other, key=SEVERITY.__getitem__)


def reached(steps: Mapping[Outcome, int], score: int) -> Outcome:
    """Say which threshold a score reaches."""
    outcome = Outcome.APPROVE
    for step in SCORED:
        if score >= steps[step]:
            outcome = step
    return outcome


@dataclass(frozen=True, slots=True)
class Prepared:
    """The rules for a kind of facts as they are asked, and what they say when they do not speak.

    Most of them take the same in place of a missing feature: that is filled in once, and they have a `quick` way to be
    asked. `needed`: what is never missing, and if it is after all, each rule is asked alone.
    """

    rules: tuple[tuple[RuleDefinition, Callable[[Mapping[str, Any]], bool] | None, Answer], ...]
    defaults: Mapping[str, Any]
    needed: tuple[str, ...]

    def fill(self, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Give values with the defaults in the places of those that are missing. None: one is that may not be."""
        found = {name: value for name, value in values.items() if value is not None}
        if any(name not in found for name in self.needed):
            return None
        return {**self.defaults, **found}


def _prepare(definition: RuleSetDefinition, kind: EventKind) -> Prepared:
    defaults: dict[str, Any] = {}
    needed: set[str] = set()
    rules = []
    for rule in definition.rules_for(kind):
        silent = _answer(rule.id, RuleResult.NO_HIT, 0, rule.reason)
        rules.append((rule, _quick_way(rule, defaults, needed), silent))
    made = Prepared(tuple(rules), defaults, tuple(sorted(needed)))
    definition.prepared[kind] = made
    return made


def _quick_way(
    rule: RuleDefinition, defaults: dict[str, Any], needed: set[str]
) -> Callable[[Mapping[str, Any]], bool] | None:
    """Note what a rule takes in the place of what; None where it cannot be read, or another takes something else."""
    try:
        expression = rule.expression()
    except Exception:  # noqa: BLE001 - it is asked alone, and answers with the error
        return None
    own = {name: rule.defaults.get(name, () if name.startswith(LIST_PREFIX) else None) for name in expression.names}
    missing = {name: value for name, value in own.items() if value is not None}
    others = {name: defaults[name] for name in missing if name in defaults}
    if any(type(value) is not type(missing[name]) or value != missing[name] for name, value in others.items()):
        return None
    defaults |= missing
    needed |= own.keys() - missing.keys()
    return expression.holds


def _ask(
    rule: RuleDefinition,
    values: Mapping[str, Any],
    snoozed: Snoozed,
    quick: Callable[[Mapping[str, Any]], bool] | None,
    filled: Mapping[str, Any] | None,
) -> RuleResult:
    try:
        held = _holds(rule, values) if quick is None or filled is None else quick(filled)
    except Exception:  # noqa: BLE001 - whatever a rule does, it must not keep the others from speaking
        return RuleResult.ERROR
    if not held:
        return RuleResult.NO_HIT
    return RuleResult.SNOOZED if (rule.id, rule.pivot) in snoozed else RuleResult.HIT


def _holds(rule: RuleDefinition, values: Mapping[str, Any]) -> bool:
    """Ask a rule alone. Raises KeyError for what is missing and has nothing in its place."""
    expression = rule.expression()
    asked = {}
    for name in expression.names:
        found = values.get(name)
        if found is None:
            found = () if name.startswith(LIST_PREFIX) else rule.defaults[name]
        asked[name] = found
    return expression.holds(asked)
