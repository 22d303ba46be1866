"""Awarding volunteers: what was done becomes facts, which the ledger's one door pays by rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_OID, UUID, uuid5

from app.infra.unit_of_work import UnitOfWork
from app.points import queries as points_queries
from app.points import service as points
from app.points.service import AwardOutcome, Fact
from app.volunteers.rules.names import known_as
from app.volunteers.terms import AwardState


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

    `activity_id` tells two activities of one name on one day apart; left out, name and day are the activity.
    The day is always said: one taken from the clock would be another when the same is told again after midnight.
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


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """How one row of a roster ended."""

    service: Service
    outcome: AwardOutcome

    @property
    def state(self) -> AwardState:
        """Whether it was paid."""
        if self.outcome.record is None:
            return AwardState.DECLINED
        return AwardState.AWARDED if self.outcome.record.points else AwardState.CAPPED


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """The rows of a roster in the order asked."""

    items: Sequence[RowOutcome]

    @property
    def awarded(self) -> int:
        """How many rows were paid, now or before."""
        return sum(1 for row in self.items if row.state is AwardState.AWARDED)

    @property
    def declined(self) -> int:
        """How many rows were refused."""
        return sum(1 for row in self.items if row.state is AwardState.DECLINED)

    @property
    def points(self) -> int:
        """What was paid in all."""
        return sum(row.outcome.record.points for row in self.items if row.outcome.record)


def award_volunteer(uow: UnitOfWork, *, book: str, service: Service, activity: Activity) -> AwardOutcome:
    """Pay one volunteer by a rule; the same service told again is answered as it was paid.

    Refuses BookMissing, and what `points.service.award` refuses of a fact.
    """
    outcome = award_volunteers(uow, book=book, activity=activity, awards=[service]).items[0].outcome
    if outcome.refusal is not None:
        raise outcome.refusal
    return outcome


def award_volunteers(uow: UnitOfWork, *, book: str, activity: Activity, awards: Sequence[Service]) -> BatchOutcome:
    """Pay 1 to 1,000 volunteers of one activity. Each row is decided on its own. Refuses BookMissing."""
    found = points_queries.get_book(uow.session, book)
    outcomes = points.award(uow, found, facts=_facts(activity, awards))
    return BatchOutcome([RowOutcome(row, outcome) for row, outcome in zip(awards, outcomes, strict=True)])


def preview_awards(uow: UnitOfWork, *, book: str, activity: Activity, awards: Sequence[Service]) -> BatchOutcome:
    """What `award_volunteers` would pay now, without paying it. Refuses BookMissing."""
    found = points_queries.get_book(uow.session, book)
    outcomes = points.preview_awards(uow, found, facts=_facts(activity, awards))
    return BatchOutcome([RowOutcome(row, outcome) for row, outcome in zip(awards, outcomes, strict=True)])


def _facts(activity: Activity, awards: Sequence[Service]) -> list[Fact]:
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
