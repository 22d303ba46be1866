"""What a version would have done with decisions that were stored, and how right it would have been."""

from collections.abc import Mapping
from typing import Any

from app.risk.rules.definitions import RuleSetDefinition
from app.risk.rules.scoring import Clock, judge
from app.risk.terms import SEVERITY, AppealState, EventKind, Label, Outcome, RuleResult

RIGHT = frozenset({Label.VALUABLE_ALERT, Label.CONFIRMED_RISK})
FRICTION = frozenset({Outcome.BLOCK_AND_REVIEW, Outcome.DECLINE})


def empty() -> dict[str, Any]:
    """A result before anything was tried. `matrix`: was → would be → facts and points. `labelled`: of facts in closed
    cases or with an answered appeal, how many it flags and how many it lets through. `rules`: by rule id.
    `covered_from`: how far back it has come, the newest first; `is_partial`: not to the period's beginning.
    """
    return {
        "tried": 0,
        "failed": 0,
        "matrix": {},
        "labelled": {},
        "rules": {},
        "points_held_up": 0,
        "points_let_go": 0,
        "covered_from": None,
        "is_partial": True,
    }


def truth_of(label: str | None, appeal: str | None) -> Label | None:
    """What people found: an appeal that was overturned outweighs the label of a case about many facts."""
    if appeal == AppealState.OVERTURNED:
        return Label.FALSE_POSITIVE
    return Label(label) if label else None


def try_on(
    result: dict[str, Any],
    definition: RuleSetDefinition,
    *,
    kind: EventKind,
    features: Mapping[str, Any],
    points: int,
    was: Outcome,
    truth: Label | None,
    clock: Clock,
) -> None:
    """Try a version on one stored decision and add what it says to `result`."""
    verdict = judge(definition, kind, features, clock=clock)
    result["tried"] += 1
    result["failed"] += verdict.failure is not None
    cell = result["matrix"].setdefault(str(was), {}).setdefault(str(verdict.outcome), {"facts": 0, "points": 0})
    cell["facts"] += 1
    cell["points"] += points
    if verdict.outcome in FRICTION and was not in FRICTION:
        result["points_held_up"] += points
    if was in FRICTION and verdict.outcome not in FRICTION:
        result["points_let_go"] += points
    flagged = SEVERITY[verdict.outcome] > 0
    if truth is not None:
        count = result["labelled"].setdefault(str(truth), {"flagged": 0, "passed": 0})
        count["flagged" if flagged else "passed"] += 1
    for answer in verdict.answers:
        if answer.result is RuleResult.HIT:
            line = result["rules"].setdefault(answer.rule, {"hits": 0, "right": 0, "wrong": 0})
            line["hits"] += 1
            line["right"] += truth in RIGHT
            line["wrong"] += truth is Label.FALSE_POSITIVE


def precision_percent(result: Mapping[str, Any]) -> int | None:
    """Of the facts it flags of which people know, the percent in which they were right to look. None: of none."""
    flagged = {label: counts["flagged"] for label, counts in result["labelled"].items()}
    right = sum(flagged.get(str(label), 0) for label in RIGHT)
    known = right + flagged.get(str(Label.FALSE_POSITIVE), 0)
    return 100 * right // known if known else None


def recall_percent(result: Mapping[str, Any]) -> int | None:
    """Of the facts that were confirmed as risk, the percent it flags. None: there are none."""
    counts = result["labelled"].get(str(Label.CONFIRMED_RISK))
    if not counts:
        return None
    flagged, passed = int(counts["flagged"]), int(counts["passed"])
    return 100 * flagged // (flagged + passed)
