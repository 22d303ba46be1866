"""What was done, by whom: as it is told, and as the ledger takes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_OID, UUID, uuid5

from app.points.service import Fact
from app.volunteers.rules.names import known_as


@dataclass(frozen=True, slots=True)
class Service:
    """What one volunteer did: as much of it as the rule's formula asks for."""

    resident_id: UUID
    minutes: int | None = None
    events: int | None = None
    grade: str | None = None
    chosen_points: int | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """What was done, by which rule it pays, and from whose allotment (None: the rule's budget).

    `activity_id` tells two activities of one name on one day apart; left out, name and day are the activity. That of a
    gathering names its roster. The day is always said: one taken from the clock would be another when the same is told
    again after midnight.
    """

    rule: str
    activity: str
    performed_on: date
    activity_id: UUID | None = None
    allotment_id: UUID | None = None
    evidence: str | None = None

    @property
    def subject(self) -> str:
        """What the award is for, in the key under which it is paid once."""
        name = f"{self.performed_on.isoformat()} {known_as(self.activity)}"
        return str(self.activity_id or uuid5(NAMESPACE_OID, name))


def facts_of(activity: Activity, awards: Sequence[Service]) -> list[Fact]:
    """Make the ledger's facts of it."""
    subject = activity.subject
    return [
        Fact(
            rule=activity.rule,
            subject=subject,
            beneficiary_id=row.resident_id,
            performed_on=activity.performed_on,
            title=activity.activity,
            minutes=row.minutes,
            events=row.events,
            grade=row.grade,
            chosen_points=row.chosen_points,
            evidence=activity.evidence,
            allotment_id=activity.allotment_id,
        )
        for row in awards
    ]
