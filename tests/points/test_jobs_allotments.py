"""What the clock does with allotments: it closes those whose period is over, and raises alerts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from croniter import croniter

from app.infra import unit_of_work
from app.jobs import runner
from app.jobs.schedule import SCHEDULE
from app.kernel.periods import DISTRICT
from app.points import queries
from app.points.service import returns
from tests.points import invariants
from tests.points.ledger import ANNA, Acts, named, open_ledger

CLOSE, ALERT = SCHEDULE["points.close_allotments"], SCHEDULE["points.raise_alerts"]


@pytest.fixture
def past(uow):
    """A unit of work forty days ago: jobs run at the clock's time."""
    return replace(uow, now=unit_of_work.clock() - timedelta(days=40))


@pytest.fixture
def books(past):
    """Two books at work, sound at the end."""
    made = [Acts(past, open_ledger(past, minted=1000)) for _ in range(2)]
    yield made
    for acts in made:
        assert invariants.list_wrongs(invariants.fetch_in(past.session), acts.ledger.id) == []


def run(app, work, **changes):
    runner.run_periodic(app, name="test", job_id=1, periodic=replace(work, **changes))


def crashing(work, after):
    """The step of a job whose worker dies when it would do step `after` + 1."""
    done = []

    def step(uow, key, where):
        if len(done) == after:
            raise KeyboardInterrupt
        done.append(key)
        return work.step(uow, key, where)

    return step


def test_allotments_are_closed_after_midnight_of_the_district_in_every_book(app, books):
    due = croniter(CLOSE.cron, datetime(2026, 6, 15, tzinfo=UTC)).get_next(datetime)
    assert due.astimezone(DISTRICT).isoformat() == "2026-06-16T00:20:00+08:00"
    over = [acts.allot(named("station"), 30, days=5) for acts in books]
    still = [acts.allot(named("station"), 20, days=90) for acts in books]
    run(app, CLOSE)
    run(app, CLOSE)
    for acts, closed, open_ in zip(books, over, still, strict=True):
        assert (acts.left_in(closed), acts.left_in(open_)) == (0, 20)
        row = queries.get_allotment(acts.uow.session, acts.ledger.id, closed)
        assert (row.state, row.returned_points, row.closed_by.int) == ("closed", 30, 0)


def test_a_closing_that_was_cut_off_is_finished_by_the_next(app, books, monkeypatch):
    monkeypatch.setattr(returns, "CLOSED_PER_STEP", 1)
    acts = books[0]
    ids = [acts.allot(named("station"), n + 1, days=n + 1) for n in range(4)]
    only = {"keys": lambda _uow: [acts.book.code]}
    with pytest.raises(KeyboardInterrupt):
        run(app, CLOSE, **only, step=crashing(CLOSE, after=2))
    assert [acts.left_in(id_) for id_ in ids] == [0, 0, 3, 4]
    run(app, CLOSE)
    assert [acts.left_in(id_) for id_ in ids] == [0, 0, 0, 0]
    assert acts.trial()["sponsor_budget"] == 1000


def test_alerts_are_raised_every_five_minutes_in_every_book(app, books):
    at = croniter(ALERT.cron, datetime(2026, 6, 15, tzinfo=UTC)).get_next(datetime)
    assert at == datetime(2026, 6, 15, 0, 5, tzinfo=UTC)
    for acts in books:
        acts.award(ANNA, 900)
    run(app, ALERT)
    run(app, ALERT)
    for acts in books:
        found = queries.list_alerts(acts.uow.session, acts.ledger.id, spender_id=None, before=None, limit=9)
        assert sorted(alert.percent for alert in found) == [70, 90]
