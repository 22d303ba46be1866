"""What was found, and who was bothered: against the targets. A miss is printed as a miss."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from sandbox.fraud.play import Judged

RECALL_MIN, STOPPED_MAX, CONFIRM_MAX = 0.95, 0.001, 0.01


@dataclass(frozen=True, slots=True)
class Scheme:
    """One sort of attack: how many acts, of how many points, and what of it was not let through unseen."""

    name: str
    acts: int
    points: int
    seen_points: int
    held_points: int


@dataclass(frozen=True, slots=True)
class Score:
    """Shares from 0 to 1. `seen`: anything but an approval; `held`: it had to be confirmed, or was declined. `at_till`:
    the recall of payments alone. `left`: the recall by points that did not come back as points: a purchase whose refund
    was let through has cost nobody anything, for the shop is paid the rest only. It is told and is no target.

    `precision` is by acts: how many of those not approved were dishonest.
    """

    recall: float
    at_till: float
    left: float
    held: float
    precision: float
    stopped: float
    confirm: float
    looked_at: float
    honest_redemptions: int
    dishonest: int
    schemes: Sequence[Scheme]

    @property
    def is_met(self) -> bool:
        """Whether all targets are."""
        return self.recall >= RECALL_MIN and self.stopped <= STOPPED_MAX and self.confirm <= CONFIRM_MAX


def score(judged: Sequence[Judged]) -> Score:
    """Add up."""
    bad = [each for each in judged if each.act.scheme]
    good = honest_acts(judged)
    paid = [each for each in good if each.act.kind == "redeem"]
    flagged = [each for each in (*bad, *good) if each.outcome != "approve"]
    at_risk = sum(each.act.at_risk for each in bad)
    schemes = _schemes(bad)
    return Score(
        recall=_share(sum(each.seen_points for each in schemes), at_risk),
        at_till=_recall([each for each in bad if each.act.kind == "redeem"]),
        left=_recall(bad, _came_back(judged)),
        held=_share(sum(each.held_points for each in schemes), at_risk),
        precision=_share(sum(1 for each in flagged if each.act.scheme), len(flagged)),
        stopped=_share(sum(each.outcome == "decline" for each in paid), len(paid)),
        confirm=_share(sum(each.outcome == "block_and_review" for each in paid), len(paid)),
        looked_at=_share(sum(each.outcome == "review" for each in paid), len(paid)),
        honest_redemptions=len(paid),
        dishonest=len(bad),
        schemes=schemes,
    )


def honest_acts(judged: Sequence[Judged]) -> list[Judged]:
    """What people do who cheat nowhere, victims among them. What cheats do besides counts for nothing."""
    cheats = {
        who
        for each in judged
        if each.act.scheme and not each.act.is_victims
        for who in (each.act.resident, each.act.person)
        if who is not None
    }
    return [
        each
        for each in judged
        if not each.act.scheme and each.act.resident not in cheats and each.act.person not in cheats
    ]


def render(told: Score) -> str:
    """The tables for a terminal."""
    rows = [
        ("recall by points at risk", told.recall, f">= {RECALL_MIN:.2%}", told.recall >= RECALL_MIN),
        ("of payments at the till alone", told.at_till, "", None),
        ("of what did not come back as points", told.left, "", None),
        ("honest redemptions stopped", told.stopped, f"<= {STOPPED_MAX:.2%}", told.stopped <= STOPPED_MAX),
        (
            "honest redemptions sent to a confirm step",
            told.confirm,
            f"<= {CONFIRM_MAX:.2%}",
            told.confirm <= CONFIRM_MAX,
        ),
        ("precision of what was not approved, by acts", told.precision, "", None),
        ("points at risk that had to be confirmed or were refused", told.held, "", None),
        ("honest redemptions looked at (they go on)", told.looked_at, "", None),
    ]
    marks = {None: "", True: "met", False: "MISS"}
    lines = [f"{name:<56} {value:>8.2%}  {target:<9} {marks[met]}".rstrip() for name, value, target, met in rows]
    lines += ["", f"{'attack':<18} {'acts':>5} {'points':>8} {'seen':>7} {'held':>7}"]
    lines += [
        f"{each.name:<18} {each.acts:>5} {each.points:>8,} {_share(each.seen_points, each.points):>7.1%}"
        f" {_share(each.held_points, each.points):>7.1%}"
        for each in told.schemes
    ]
    return "\n".join(lines)


def _schemes(bad: Iterable[Judged]) -> list[Scheme]:
    by_name: dict[str, list[Judged]] = defaultdict(list)
    for each in bad:
        by_name[each.act.scheme].append(each)
    return [
        Scheme(
            name,
            len(group),
            sum(each.act.at_risk for each in group),
            sum(each.act.at_risk for each in group if each.outcome != "approve"),
            sum(each.act.at_risk for each in group if each.outcome in {"block_and_review", "decline"}),
        )
        for name, group in sorted(by_name.items())
    ]


def _recall(bad: Sequence[Judged], returned: Mapping[UUID, int] = MappingProxyType({})) -> float:
    at_risk = [(each, max(0, each.act.at_risk - returned.get(each.act.subject, 0))) for each in bad]
    seen = sum(points for each, points in at_risk if each.outcome != "approve")
    return _share(seen, sum(points for _, points in at_risk))


def _came_back(judged: Iterable[Judged]) -> dict[UUID, int]:
    """How many points of each purchase refunds brought back: those that were let through, looked at or not."""
    returned: dict[UUID, int] = defaultdict(int)
    for each in judged:
        if each.act.refunds is not None and each.outcome in {"approve", "review"}:
            returned[each.act.refunds] += each.act.points
    return returned


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
