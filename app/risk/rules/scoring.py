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

    def json(self) -> str:
        """The same as JSON."""
        return _json_of(self)


@lru_cache(maxsize=4096)
def _json_of(answer: Answer) -> str:
    plain = {"rule": answer.rule, "result": answer.result, "score": answer.score, "reason": answer.reason}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


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
    for rule in definition.rules_for(kind):
        if clock() > ends:
            failure = "budget"
            break
        result = _ask(rule, values, snoozed)
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
    return Answer(rule, result, score, reason)


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


def _ask(rule: RuleDefinition, values: Mapping[str, Any], snoozed: Snoozed) -> RuleResult:
    try:
        expression = rule.expression()
        asked = {}
        for name in expression.names:
            found = values.get(name)
            if found is None:
                found = () if name.startswith(LIST_PREFIX) else rule.defaults[name]
            asked[name] = found
        held = expression.holds(asked)
    except Exception:  # noqa: BLE001 - whatever a rule does, it must not keep the others from speaking
        return RuleResult.ERROR
    if not held:
        return RuleResult.NO_HIT
    return RuleResult.SNOOZED if (rule.id, rule.pivot) in snoozed else RuleResult.HIT
