"""Lots that fell due, the runs that took them, and the policies of a book."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.points.models import ExpiryPolicyChange, ExpiryRun, Hold, HoldLot, Lot

LotPlace = tuple[date, UUID, UUID]
"""(expiry day, account, budget): where a lot stands in the order of a run."""


def list_due_lots(
    session: Session,
    book_id: int,
    *,
    day: date,
    since: date | None,
    after: LotPlace | None,
    now: datetime,
    limit: int,
) -> Sequence[LotPlace]:
    """Lots that lapsed before `day` (and not before `since`) with points that nothing holds, in the order of a run.

    A hold whose time is over does not count, whether or not somebody released it yet: the posting does.
    """
    columns = (Lot.expires_on, Lot.account_id, Lot.budget_id)
    over = exists().where(
        HoldLot.book_id == book_id,
        HoldLot.expires_on == Lot.expires_on,
        HoldLot.budget_id == Lot.budget_id,
        Hold.book_id == HoldLot.book_id,
        Hold.id == HoldLot.hold_id,
        Hold.account_id == Lot.account_id,
        Hold.open,
        Hold.expires_at <= now,
    )
    free = or_(Lot.points_left > Lot.held, and_(Lot.held > 0, over))
    query = select(*columns).where(Lot.book_id == book_id, Lot.expires_on < day, free)
    if since is not None:
        query = query.where(Lot.expires_on >= since)
    if after is not None:
        query = query.where(func.row(*columns) > func.row(*after))
    return [(row[0], row[1], row[2]) for row in session.execute(query.order_by(*columns).limit(limit))]


def lock_open_run(session: Session, book_id: int) -> ExpiryRun | None:
    """The run of a book that is not finished, held until the transaction ends, as it stands then."""
    query = select(ExpiryRun).where(ExpiryRun.book_id == book_id, ExpiryRun.finished_at.is_(None)).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def find_finished_day(session: Session, book_id: int, *, until: date) -> date | None:
    """The latest day, `until` at most, of a finished run: nothing that lapsed before it was left, but what was held."""
    return session.scalar(
        select(func.max(ExpiryRun.day)).where(
            ExpiryRun.book_id == book_id, ExpiryRun.finished_at.is_not(None), ExpiryRun.day <= until
        )
    )


def list_expiry_runs(session: Session, book_id: int, *, before: UUID | None, limit: int) -> Sequence[ExpiryRun]:
    """Runs of a book, the youngest first, those with an id below `before`."""
    query = select(ExpiryRun).where(ExpiryRun.book_id == book_id)
    if before is not None:
        query = query.where(ExpiryRun.id < before)
    return session.scalars(query.order_by(ExpiryRun.id.desc()).limit(limit)).all()


def list_expiry_policies(
    session: Session, book_id: int, *, before: UUID | None, limit: int
) -> Sequence[ExpiryPolicyChange]:
    """Policies of a book, the youngest first, those with an id below `before`."""
    query = select(ExpiryPolicyChange).where(ExpiryPolicyChange.book_id == book_id)
    if before is not None:
        query = query.where(ExpiryPolicyChange.id < before)
    return session.scalars(query.order_by(ExpiryPolicyChange.id.desc()).limit(limit)).all()
