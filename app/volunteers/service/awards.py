"""Awarding volunteers: what was done becomes facts; those that need no second look the ledger's one door pays by rule.

First the ledger says what it would pay. What it would refuse is refused; what was paid before is answered as it was;
the rest is screened (`screening`), and paid or held.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.points import queries as points_queries
from app.points import service as points
from app.points.service import AwardOutcome
from app.volunteers import queries
from app.volunteers.models import AwardCheck
from app.volunteers.service import holding, screening
from app.volunteers.service.facts import Activity, Service, facts_of
from app.volunteers.service.screening import Verdict
from app.volunteers.terms import AwardState


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """How one row of a roster ended. `check`: what it waits for; `outcome` has no record then."""

    service: Service
    outcome: AwardOutcome
    check: AwardCheck | None = None
    is_held: bool = False

    @property
    def state(self) -> AwardState:
        """Whether it was paid."""
        if self.is_held:
            return AwardState.HELD
        if self.outcome.record is None:
            return AwardState.DECLINED
        return AwardState.AWARDED if self.outcome.record.points else AwardState.CAPPED

    @property
    def told(self) -> object:
        """The award as it is registered, or as it waits."""
        return self.outcome.record or self.check

    @property
    def award_id(self) -> UUID | None:
        """Under which it is registered."""
        return self.outcome.record.id if self.outcome.record else None

    @property
    def check_id(self) -> UUID | None:
        """Under which it waits."""
        return self.check.id if self.check and self.is_held else None

    @property
    def transaction_id(self) -> UUID | None:
        """By which it was paid."""
        return self.outcome.record.transaction_id if self.outcome.record else None

    @property
    def awarded_at(self) -> datetime | None:
        """When it was."""
        return self.outcome.record.awarded_at if self.outcome.record else None


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """The rows of a roster in the order asked."""

    items: Sequence[RowOutcome]

    def _count(self, state: AwardState) -> int:
        return sum(1 for row in self.items if row.state is state)

    @property
    def awarded(self) -> int:
        """How many rows were paid, now or before."""
        return self._count(AwardState.AWARDED)

    @property
    def held(self) -> int:
        """How many rows wait for a second person."""
        return self._count(AwardState.HELD)

    @property
    def declined(self) -> int:
        """How many rows were refused."""
        return self._count(AwardState.DECLINED)

    @property
    def points(self) -> int:
        """What was paid in all."""
        return sum(row.outcome.record.points for row in self.items if row.outcome.record)


def award_volunteer(uow: UnitOfWork, *, book: str, service: Service, activity: Activity) -> RowOutcome:
    """Pay one volunteer by a rule, or have it wait for a second person; the same told again is answered as it stands.

    Refuses BookMissing, what `points.service.award` refuses of a fact, AwardToKin, AwardOffRoster, AwardWaiting,
    AwardRejected; and, noted for people to look at, AwardDeclined.
    """
    row = award_volunteers(uow, book=book, activity=activity, awards=[service]).items[0]
    if row.outcome.refusal is not None:
        raise row.outcome.refusal
    return row


def award_volunteers(uow: UnitOfWork, *, book: str, activity: Activity, awards: Sequence[Service]) -> BatchOutcome:
    """Pay 1 to 1,000 volunteers of one activity, or have them wait; each row on its own. Refuses BookMissing."""
    found = points_queries.get_book(uow.session, book)
    queries.lock_teller(uow.session, found.id, uow.actor.id)  # the same told twice at once: the second finds the first
    facts = facts_of(activity, awards)
    foreseen = points.preview_awards(uow, found, facts=facts)
    verdicts = screening.screen(uow, book=book, activity=activity, foreseen=foreseen)
    checks = holding.hold(uow, found.id, verdicts, foreseen)

    paid = [n for n, verdict in enumerate(verdicts) if verdict.pays]
    done = points.award(uow, found, facts=[facts[n] for n in paid]) if paid else []
    outcomes = dict(zip(paid, done, strict=True))
    holding.sample(uow, found.id, [(verdicts[n], outcome) for n, outcome in outcomes.items()])

    return _batch(awards, foreseen, verdicts, outcomes.get, checks.get)


def preview_awards(uow: UnitOfWork, *, book: str, activity: Activity, awards: Sequence[Service]) -> BatchOutcome:
    """What `award_volunteers` would do now, as far as it can be said without asking anti-fraud. Refuses BookMissing."""
    found = points_queries.get_book(uow.session, book)
    foreseen = points.preview_awards(uow, found, facts=facts_of(activity, awards))
    verdicts = screening.foresee(uow, book=book, activity=activity, foreseen=foreseen)
    return _batch(awards, foreseen, verdicts, dict(enumerate(foreseen)).get, lambda _: None)


def _batch(
    awards: Sequence[Service],
    foreseen: Sequence[AwardOutcome],
    verdicts: Sequence[Verdict],
    outcome_of: Callable[[int], AwardOutcome | None],
    check_of: Callable[[UUID], AwardCheck | None],
) -> BatchOutcome:
    rows = []
    for n, (service, before, verdict) in enumerate(zip(awards, foreseen, verdicts, strict=True)):
        outcome = outcome_of(n) if verdict.pays else None
        check = check_of(verdict.fact_id) if verdict.why is not None else None
        unpaid = AwardOutcome(before.fact, None, verdict.refusal, replayed=verdict.is_known, balance_after=None)
        rows.append(RowOutcome(service, outcome or unpaid, check, is_held=verdict.why is not None))
    return BatchOutcome(rows)
