"""Awarding volunteers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import DomainError
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import day_bounds, local_date
from app.points import errors as points_errors
from app.points import queries as points_queries
from app.points import service as points
from app.volunteers import queries, rules
from app.volunteers.models import Award
from app.volunteers.rules import Service
from app.volunteers.terms import AwardState


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """How one row of a batch ended: with an award, or with why not."""

    service: Service
    result: Award | DomainError

    @property
    def award(self) -> Award | None:
        """The award, if there is one."""
        return self.result if isinstance(self.result, Award) else None

    @property
    def refusal(self) -> DomainError | None:
        """Why there is none."""
        return self.result if isinstance(self.result, DomainError) else None

    @property
    def state(self) -> AwardState:
        """Whether it was awarded."""
        return AwardState.AWARDED if self.award else AwardState.DECLINED


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """The rows of a batch in the order asked."""

    items: Sequence[RowOutcome]

    @property
    def awarded(self) -> int:
        """How many rows were awarded."""
        return sum(1 for row in self.items if row.award)

    @property
    def declined(self) -> int:
        """How many rows were not."""
        return len(self.items) - self.awarded


def award_volunteer(
    uow: UnitOfWork,
    *,
    book: str,
    resident_id: UUID,
    budget_id: UUID,
    points: int,
    activity: str,
    minutes: int | None,
    performed_on: date | None,
) -> Award:
    """Give one volunteer points (1 to 10^9) for what was done on `performed_on` (None: today).

    Refuses DayOutOfRange, BudgetMissing, PointsTooCostly, PointsInsufficient (of the budget).
    """
    services = [Service(resident_id, points, minutes)]
    batch = award_volunteers(
        uow, book=book, budget_id=budget_id, activity=activity, performed_on=performed_on, awards=services
    )
    result = batch.items[0].result
    if isinstance(result, DomainError):
        raise result
    return result


def award_volunteers(
    uow: UnitOfWork,
    *,
    book: str,
    budget_id: UUID,
    activity: str,
    performed_on: date | None,
    awards: Sequence[Service],
) -> BatchOutcome:
    """Award 1 to 1000 volunteers of one activity, in one posting. Each row is decided on its own.

    Refuses DayOutOfRange, BudgetMissing and PointsTooCostly as a whole; a row the budget cannot pay comes back
    declined.
    """
    ledger = points_queries.get_book(uow.session, book)
    today = local_date(uow.now)
    day = performed_on or today

    rules.check_day(day, today)

    ids = [uow.new_id() for _ in awards]
    effective_at = None if day == today else day_bounds(day)[0]
    postings = [
        points.Award(f"award:{id_}", row.resident_id, row.points, f"award:{id_}", effective_at)
        for id_, row in zip(ids, awards, strict=True)
    ]
    outcomes = points.award_points(uow, ledger, budget_id=budget_id, awards=postings)

    rows = [
        RowOutcome(
            row,
            points_errors.refusal(outcome.decline, outcome.detail, cause=outcome.cause)
            if outcome.decline
            else Award(
                book_id=ledger.id,
                id=id_,
                resident_id=row.resident_id,
                budget_id=budget_id,
                points=row.points,
                activity=activity,
                minutes=row.minutes,
                performed_on=day,
                coordinator_id=uow.actor.id,
                transaction_id=outcome.subject_id,
                awarded_at=uow.now,
            ),
        )
        for id_, row, outcome in zip(ids, awards, outcomes, strict=True)
    ]
    uow.session.add_all(row.award for row in rows if row.award)

    return BatchOutcome(rows)


def list_awards(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Award]:
    """The awards of a book, newest first."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_awards(uow.session, book_id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda award: award.id)
