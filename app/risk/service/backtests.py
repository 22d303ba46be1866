"""Backtests: a version is tried on what was decided over a period, page by page, in the background."""

from datetime import date, datetime, timedelta
from time import thread_time
from typing import Any
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import DISTRICT, day_bounds
from app.risk import errors, queries
from app.risk.models import Backtest
from app.risk.rules import backtesting
from app.risk.service import shelf
from app.risk.terms import (
    BACKTEST_DAYS_MAX,
    BACKTEST_DECISIONS_MAX,
    BACKTEST_LIFE,
    BACKTEST_PAGE,
    BACKTESTS_MAX,
    BacktestState,
    EventKind,
    Outcome,
)


def start_backtest(uow: UnitOfWork, *, book: str | None, version: int, first: date, last: date) -> Backtest:
    """Begin to try a version on the decisions of a period of up to ninety days, both days within.

    Refuses BookMissing, RuleSetMissing, BacktestPeriod, BacktestsFull.
    """
    book_id = queries.get_book_id(uow.session, book)
    queries.get_rule_set(uow.session, book_id, version)
    if not timedelta(0) <= last - first < timedelta(days=BACKTEST_DAYS_MAX):
        raise errors.BacktestPeriod(days=BACKTEST_DAYS_MAX)
    queries.lock_versions(uow.session, book_id)
    if queries.count_running(uow.session, book_id, since=uow.now - BACKTEST_LIFE) >= BACKTESTS_MAX:
        raise errors.BacktestsFull(most=BACKTESTS_MAX)
    made = Backtest(
        book_id=book_id,
        id=uow.new_id(),
        version=version,
        starts_at=day_bounds(first)[0],
        ends_at=day_bounds(last)[1],
        state=BacktestState.RUNNING,
        requested_by=uow.actor.id,
        requested_at=uow.now,
        result=backtesting.empty(),
    )
    uow.session.add(made)
    uow.session.flush()
    _go_on(uow, made, None)
    return made


def run_backtest(uow: UnitOfWork, *, book_id: int, backtest_id: str, before: list[str] | None) -> None:
    """Try one page, and queue the one before it: where a period holds too much, the newest of it is tried."""
    found = queries.lock_backtest(uow.session, book_id, UUID(backtest_id))
    if found.state != BacktestState.RUNNING:
        return
    rule_set = queries.get_rule_set(uow.session, book_id, found.version)
    definition = shelf.definition_of(uow.session, book_id, rule_set.id)
    place = (datetime.fromisoformat(before[0]), UUID(before[1])) if before else None
    page = queries.list_stored(
        uow.session, book_id, starts_at=found.starts_at, ends_at=found.ends_at, before=place, limit=BACKTEST_PAGE
    )
    result = _copy(found.result)
    for stored in page:
        backtesting.try_on(
            result,
            definition,
            kind=EventKind(stored.kind),
            features=stored.features,
            points=stored.points,
            was=Outcome(stored.outcome),
            truth=backtesting.truth_of(stored.label, stored.appeal),
            clock=thread_time,
        )
    more = len(page) == BACKTEST_PAGE
    reached = page[-1].decided_at if more else found.starts_at
    result["covered_from"] = reached.astimezone(DISTRICT).isoformat()
    result["is_partial"] = more
    found.result = result
    if more and result["tried"] < BACKTEST_DECISIONS_MAX:
        _go_on(uow, found, [page[-1].decided_at.isoformat(), str(page[-1].id)])
        return
    found.state, found.done_at = BacktestState.DONE, uow.now


def show_backtest(uow: UnitOfWork, *, book: str | None, backtest_id: UUID) -> Backtest:
    """One backtest, and what it has found so far. Refuses BookMissing, BacktestMissing."""
    return queries.get_backtest(uow.session, queries.get_book_id(uow.session, book), backtest_id)


def list_backtests(uow: UnitOfWork, *, book: str | None, limit: int, cursor: str | None) -> Page[Backtest]:
    """Backtests, newest first. Refuses BookMissing, CursorInvalid."""
    book_id = queries.get_book_id(uow.session, book)
    rows = queries.list_backtests(uow.session, book_id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.id)


def _go_on(uow: UnitOfWork, found: Backtest, before: list[str] | None) -> None:
    uow.defer("risk.run_backtest", book_id=found.book_id, backtest_id=str(found.id), before=before)


def _copy(value: Any) -> Any:
    """The database is told of a new value, not of a change within the old one."""
    return {name: _copy(each) for name, each in value.items()} if isinstance(value, dict) else value
