"""How a report may be decided: once. The same decision again is the same decision."""

from dataclasses import dataclass
from uuid import UUID

from app.reports.errors import AlreadyDecided
from app.reports.terms import ReportState


@dataclass(frozen=True, slots=True)
class Decision:
    """What was, or is to be, decided. `points` None: whatever is usual."""

    state: str
    points: int | None = None
    budget_id: UUID | None = None
    reason: str | None = None


def is_repeated(before: Decision, wanted: Decision) -> bool:
    """Whether `wanted` was decided before. False: still open. Refuses AlreadyDecided when something else was."""
    if before.state == ReportState.FILED:
        return False
    same_points = wanted.points is None or wanted.points == before.points
    same = (wanted.state, wanted.budget_id, wanted.reason) == (before.state, before.budget_id, before.reason)
    if not (same and same_points):
        raise AlreadyDecided(state=before.state)
    return True
