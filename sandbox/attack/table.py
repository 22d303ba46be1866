"""The outcome of each attack, and one table of them. What is missing is never held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.attack.catalogue import Attack

HELD, SUCCEEDED, MISSING = "held", "SUCCEEDED", "MISSING"
PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attack, and what is to be said of it."""

    attack: Attack
    state: str
    note: str


def judge(attack: Attack, ended: Mapping[str, Sequence[str]]) -> Outcome:
    """Judge an attack by how its tests ended: `ended` has the endings by node, those of parameters together.

    An attack whose test failed has succeeded. A test that did not run, or was skipped, has shown nothing: missing.
    """
    wrong = [node for node in attack.nodes if any(end == "failed" for end in ended.get(node, ()))]
    if wrong:
        return Outcome(attack, SUCCEEDED, ", ".join(wrong))
    if attack.missing:
        return Outcome(attack, MISSING, attack.missing)
    unseen = [node for node in attack.nodes if set(ended.get(node, ())) != {PASSED}]
    if unseen or not attack.nodes:
        return Outcome(attack, MISSING, "not tried: " + ", ".join(unseen))
    return Outcome(attack, HELD, f"{sum(len(ended[node]) for node in attack.nodes)} tries")


def render(outcomes: Sequence[Outcome]) -> str:
    """The table for a terminal, and its sum."""
    name = max(len(each.attack.name) for each in outcomes)
    lines = [f"{'no':>2}  {'attack':<{name}}  {'outcome':<9}  control · note"]
    for each in outcomes:
        said = " · ".join(part for part in (each.attack.control, each.note) if part)
        lines.append(f"{each.attack.number:>2}  {each.attack.name:<{name}}  {each.state:<9}  {said}")
    sums = {state: sum(each.state == state for each in outcomes) for state in (HELD, MISSING, SUCCEEDED)}
    lines += ["", "  ".join(f"{state}: {count}" for state, count in sums.items())]
    return "\n".join(lines)
