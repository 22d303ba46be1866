"""A coordinator's list: one activity, many people, each decided on its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.points import queries
from app.points.rules.facts import Fact
from app.points.service.awarding import AwardOutcome, award, preview_awards


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One person of the list, and what the rule asks for. `evidence` None: that of the list."""

    beneficiary_id: UUID
    minutes: int | None = None
    events: int | None = None
    grade: str | None = None
    chosen_points: int | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What became of each row, in the order asked. `preview`: nothing was done yet."""

    items: Sequence[AwardOutcome]
    preview: bool

    @property
    def awarded(self) -> int:
        """Rows that were recorded, now or before."""
        return sum(1 for item in self.items if item.record is not None)

    @property
    def refused(self) -> int:
        """Rows that were not."""
        return len(self.items) - self.awarded

    @property
    def points(self) -> int:
        """Points that are paid anew, replays not counted."""
        return sum(item.record.points for item in self.items if item.record is not None and not item.replayed)


def award_batch(
    uow: UnitOfWork,
    *,
    book: str,
    rule: str,
    subject: str,
    title: str,
    performed_on: date | None,
    allotment_id: UUID | None,
    evidence: str | None,
    rows: Sequence[BatchRow],
) -> BatchReport:
    """Award the people of one activity by one rule (`performed_on` None: today). Refusals by row: see `award`.

    Refuses BookMissing for the whole.
    """
    found = queries.get_book(uow.session, book)
    day = performed_on or local_date(uow.now)
    facts = [_fact(row, (rule, subject, title, day, allotment_id, evidence)) for row in rows]
    return BatchReport(award(uow, found, facts=facts), preview=False)


def preview_batch(
    uow: UnitOfWork,
    *,
    book: str,
    rule: str,
    subject: str,
    title: str,
    performed_on: date | None,
    allotment_id: UUID | None,
    evidence: str | None,
    rows: Sequence[BatchRow],
) -> BatchReport:
    """What `award_batch` would do now. Writes nothing. Refuses BookMissing."""
    found = queries.get_book(uow.session, book)
    day = performed_on or local_date(uow.now)
    facts = [_fact(row, (rule, subject, title, day, allotment_id, evidence)) for row in rows]
    return BatchReport(preview_awards(uow, found, facts=facts), preview=True)


def _fact(row: BatchRow, common: tuple[str, str, str, date, UUID | None, str | None]) -> Fact:
    rule, subject, title, performed_on, allotment_id, evidence = common
    return Fact(
        rule=rule,
        subject=subject,
        beneficiary_id=row.beneficiary_id,
        performed_on=performed_on,
        title=title,
        minutes=row.minutes,
        events=row.events,
        grade=row.grade,
        chosen_points=row.chosen_points,
        evidence=row.evidence or evidence,
        allotment_id=allotment_id,
    )
