"""Counting one acceptance once, although two tell of it: the mini-program, and WeChat's push."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.notices.terms import PAIRED_WITHIN, Source


@dataclass(frozen=True, slots=True)
class Heard:
    """Acceptances of late that only one of the two has told of. `since`: when the last of them was counted."""

    reported: int = 0
    pushed: int = 0
    since: datetime | None = None


def hear(before: Heard, source: Source, now: datetime) -> tuple[Heard, bool]:
    """Give what is unpaired after one more telling, and whether it is news: else the other one told of it before."""
    if before.since is None or now - before.since > PAIRED_WITHIN:
        before = Heard()
    if source is Source.REPORT:
        if before.pushed:
            return replace(before, pushed=before.pushed - 1), False
        return Heard(before.reported + 1, 0, now), True
    if before.reported:
        return replace(before, reported=before.reported - 1), False
    return Heard(0, before.pushed + 1, now), True
