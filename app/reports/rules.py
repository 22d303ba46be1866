"""How a report may be decided: once. The same decision again is the same decision."""

from dataclasses import dataclass

from app.reports.errors import AlreadyDecided
from app.reports.terms import ReportState


@dataclass(frozen=True, slots=True)
class Decision:
    """What was, or is to be, decided. `chosen_points`: where the rule lets the clerk choose."""

    state: str
    rule: str | None = None
    chosen_points: int | None = None
    reason: str | None = None


def is_repeated(before: Decision, wanted: Decision) -> bool:
    """Whether `wanted` was decided before. False: still open. Refuses AlreadyDecided when something else was."""
    if before.state == ReportState.FILED:
        return False
    if wanted != before:
        raise AlreadyDecided(state=before.state)
    return True
