"""Which awards a second person looks at. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from app.risk.terms import Outcome, Reason
from app.volunteers.terms import Why


@dataclass(frozen=True, slots=True)
class Limits:
    """A book's policy, as far as it decides; see `models.Policy`."""

    roster_required: bool
    paper_points_max: int
    alone_points_max: int
    sample_permille: int


def eased(before: Limits, after: Limits) -> list[str]:
    """Name what holds fewer awards back than before; for that it takes two people."""
    names = {
        "roster_required": before.roster_required and not after.roster_required,
        "paper_points_max": after.paper_points_max > before.paper_points_max,
        "alone_points_max": after.alone_points_max > before.alone_points_max,
        "sample_permille": after.sample_permille < before.sample_permille,
    }
    return [name for name, is_eased in names.items() if is_eased]


def why_held(
    limits: Limits,
    *,
    outcome: Outcome,
    reasons: Collection[Reason],
    points: int,
    given: int,
    on_roster: bool,
    was_rejected: bool,
) -> Why | None:
    """Say why an award waits for a second person; None: it is paid. `given`: to the same resident within a day."""
    together = points + given
    if outcome is Outcome.BLOCK_AND_REVIEW:
        return Why.BLOCKED
    if outcome is Outcome.REVIEW:
        return Why.UNDECIDED if Reason.ENGINE_FAILED in reasons else Why.REVIEW
    if was_rejected:
        return Why.TOLD_ANEW
    if not on_roster and together > limits.paper_points_max:
        return Why.OFF_ROSTER
    return Why.LARGE if together > limits.alone_points_max else None


def is_sampled(limits: Limits, digest: bytes) -> bool:
    """Say whether an award is among those looked at afterwards. `digest`: keyed, so that nobody can foresee it."""
    return int.from_bytes(digest[:8], "big") % 1000 < limits.sample_permille
