"""Backtests, and the stored decisions they try a version on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.orm import Session

from app.risk.errors import BacktestMissing
from app.risk.models import Appeal, Backtest, Case, DecisionRow
from app.risk.terms import PAUSED_WITH, BacktestState


@dataclass(frozen=True, slots=True)
class Stored:
    """A decision with what it was made on, and what people found it to be since."""

    id: UUID
    kind: str
    decided_at: datetime
    points: int
    outcome: str
    features: dict[str, Any]
    label: str | None
    appeal: str | None


def get_backtest(session: Session, book_id: int, backtest_id: UUID) -> Backtest:
    """One backtest. Refuses BacktestMissing."""
    found = session.get(Backtest, (book_id, backtest_id))
    if found is None:
        raise BacktestMissing
    return found


def lock_backtest(session: Session, book_id: int, backtest_id: UUID) -> Backtest:
    """One backtest, locked. Refuses BacktestMissing."""
    query = select(Backtest).where(Backtest.book_id == book_id, Backtest.id == backtest_id).with_for_update()
    found = session.scalar(query, execution_options={"populate_existing": True})
    if found is None:
        raise BacktestMissing
    return found


def count_running(session: Session, book_id: int, *, since: datetime) -> int:
    """How many backtests of a book run that were begun since an instant."""
    query = select(func.count()).where(
        Backtest.book_id == book_id, Backtest.state == BacktestState.RUNNING, Backtest.requested_at > since
    )
    return session.scalar(query) or 0


def list_backtests(session: Session, book_id: int, *, before: UUID | None, limit: int) -> Sequence[Backtest]:
    """Backtests, newest first; those before an id."""
    query = select(Backtest).where(Backtest.book_id == book_id)
    if before is not None:
        query = query.where(Backtest.id < before)
    return session.scalars(query.order_by(Backtest.id.desc()).limit(limit)).all()


def list_stored(
    session: Session,
    book_id: int,
    *,
    starts_at: datetime,
    ends_at: datetime,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Stored]:
    """Decisions of a period, newest first, a page of them; those before (instant, id)."""
    query = (
        select(
            DecisionRow.id,
            DecisionRow.kind,
            DecisionRow.decided_at,
            DecisionRow.points,
            DecisionRow.outcome,
            DecisionRow.features,
            Case.label,
            Appeal.state,
        )
        .outerjoin(Case, and_(Case.book_id == DecisionRow.book_id, Case.id == DecisionRow.case_id))
        .outerjoin(Appeal, and_(Appeal.book_id == DecisionRow.book_id, Appeal.decision_id == DecisionRow.id))
        .where(DecisionRow.book_id == book_id, DecisionRow.decided_at >= starts_at, DecisionRow.decided_at < ends_at)
        .where(~DecisionRow.features.has_key(PAUSED_WITH))  # nothing happened that rules could be tried on
    )
    if before is not None:
        query = query.where(tuple_(DecisionRow.decided_at, DecisionRow.id) < before)
    order = (DecisionRow.decided_at.desc(), DecisionRow.id.desc())
    return [Stored(*row) for row in session.execute(query.order_by(*order).limit(limit))]
