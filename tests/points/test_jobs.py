"""What the ledger does by the clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from croniter import croniter

from app.infra import unit_of_work
from app.infra.failures import DatabaseUnavailable
from app.jobs import runner
from app.jobs.schedule import SCHEDULE
from app.jobs.terms import Rounds
from app.kernel.periods import DISTRICT, local_date
from app.points import errors
from app.points import service as points
from tests.points import invariants
from tests.points.ledger import ANNA, BORIS, Acts, open_ledger

FOLD, RELEASE, EXPIRE, NOTICES = (
    SCHEDULE[f"points.{name}"] for name in ("fold_balances", "release_expired_holds", "expire_points", "give_notices")
)


@pytest.fixture
def past(uow):
    """A unit of work forty days ago: jobs run at the clock's time."""
    return replace(uow, now=unit_of_work.clock() - timedelta(days=40))


@pytest.fixture
def books(past):
    """Two books at work, sound at the end."""
    made = [Acts(past, open_ledger(past)) for _ in range(2)]
    yield made
    for acts in made:
        assert invariants.list_wrongs(invariants.fetch_in(past.session), acts.ledger.id) == []


def run(app, work):
    runner.run_periodic(app, name="test", job_id=1, periodic=work)


def unfolded(acts):
    row = acts.uow.session.connection().exec_driver_sql(
        "SELECT count(*) FROM points_unfolded WHERE book_id = %s", (acts.ledger.id,)
    )
    return row.scalar()


def only(book, work):
    """The same work on one book."""
    return replace(work, keys=lambda _uow: [book.book.code])


def crashing(work, after):
    """The same work, whose worker dies when it would do step `after` + 1."""
    done = []

    def step(uow, key, where):
        if len(done) == after:
            raise KeyboardInterrupt
        done.append(key)
        return work.step(uow, key, where)

    return replace(work, step=step)


def test_balances_are_folded_every_five_seconds_in_every_book(app, books):
    assert croniter(FOLD.cron, datetime(2026, 1, 1, tzinfo=UTC)).get_next(datetime) == datetime(
        2026, 1, 1, 0, 0, 5, tzinfo=UTC
    )
    for acts in books:
        acts.award(ANNA, 5)
    before = [acts.trial() for acts in books]
    run(app, FOLD)
    assert [unfolded(acts) for acts in books] == [0, 0]
    assert [acts.trial() for acts in books] == before


def test_folding_goes_on_after_full_batches_only(app, books, monkeypatch):
    monkeypatch.setattr(points.rounds, "FOLD_TRANSACTIONS", 2)
    busy = books[0]
    for amount in range(1, 4):
        busy.award(ANNA, amount)  # with the fund and the mint of the book: five transactions
    run(app, crashing(only(busy, FOLD), after=3))  # 2, 2, then 1: not full, so no fourth step is tried
    assert unfolded(busy) == 0


def test_steps_before_a_crash_stay_and_the_next_run_does_the_rest(app, books, monkeypatch):
    monkeypatch.setattr(points.rounds, "FOLD_TRANSACTIONS", 1)
    busy = books[0]
    busy.award(ANNA, 5)
    with pytest.raises(KeyboardInterrupt):
        run(app, crashing(only(busy, FOLD), after=2))
    assert unfolded(busy) == 1
    run(app, FOLD)
    assert unfolded(busy) == 0


def test_expired_holds_are_released_every_minute(app, books, monkeypatch):
    assert RELEASE.cron == "* * * * *"
    monkeypatch.setattr(points.rounds, "RELEASE_ACCOUNTS", 1)
    for acts in books:
        for resident in (ANNA, BORIS):
            acts.award(resident, 50)
            acts.hold(resident, 20)
    run(app, RELEASE)
    for acts in books:
        assert {acts.figures(resident).held for resident in (ANNA, BORIS)} == {0}
        assert acts.sweep() == 0


def test_points_expire_ten_minutes_into_the_day_of_the_district(app, books, monkeypatch):
    due = croniter(EXPIRE.cron, datetime(2026, 6, 15, tzinfo=UTC)).get_next(datetime)
    assert due.astimezone(DISTRICT).isoformat() == "2026-06-16T00:10:00+08:00"
    monkeypatch.setattr(points.rounds, "EXPIRE_LOTS", 1)
    for acts in books:
        for resident in (ANNA, BORIS):
            acts.opening(resident, 30, local_date(acts.uow.now))
            acts.award(resident, 7)
    run(app, EXPIRE)
    run(app, EXPIRE)
    for acts in books:
        assert [acts.figures(resident).posted for resident in (ANNA, BORIS)] == [7, 7]
        assert acts.trial()["breakage"] == 60


def test_an_expiry_that_was_cut_off_is_finished_by_the_next(app, books, monkeypatch):
    monkeypatch.setattr(points.rounds, "EXPIRE_LOTS", 1)
    acts = books[0]
    for resident in (ANNA, BORIS):
        acts.opening(resident, 30, local_date(acts.uow.now))
    with pytest.raises(KeyboardInterrupt):
        run(app, crashing(only(acts, EXPIRE), after=1))
    assert acts.trial()["breakage"] == 30
    run(app, EXPIRE)
    assert acts.trial()["breakage"] == 60


def test_notices_are_given_at_nine_in_every_book_and_each_once(app, books, monkeypatch):
    due = croniter(NOTICES.cron, datetime(2026, 6, 15, tzinfo=UTC)).get_next(datetime)
    assert due.astimezone(DISTRICT).isoformat() == "2026-06-15T09:00:00+08:00"
    monkeypatch.setattr(points.rounds, "NOTICE_PASSBOOKS", 1)
    last = local_date(unit_of_work.clock()) + timedelta(days=20)
    for acts in books:
        for resident in (ANNA, BORIS):
            acts.opening(resident, 30, last)
    for _ in range(2):
        run(app, NOTICES)
    rows = (
        books[0]
        .uow.session.connection()
        .exec_driver_sql("SELECT book_id, expires_on, days_ahead, points FROM points_expiry_notices")
    )
    assert sorted(map(tuple, rows)) == [(acts.ledger.id, last, 30, 30) for acts in books for _ in range(2)]


def test_a_book_that_fails_does_not_keep_the_others_from_theirs(app, books):
    work = replace(FOLD, keys=lambda _uow: ["gone", *(acts.book.code for acts in books)])
    with pytest.raises(errors.BookMissing):
        run(app, work)
    assert [unfolded(acts) for acts in books] == [0, 0]


def test_without_a_database_no_book_is_tried_after_the_first(app, session):
    tried = []

    def step(uow, key, where):
        tried.append(key)
        raise DatabaseUnavailable

    with pytest.raises(DatabaseUnavailable):
        run(app, Rounds("* * * * *", lambda _uow: ["a", "b"], step))
    assert tried == ["a"]


def test_the_system_signs_what_is_done_by_the_clock(app, books):
    acts = books[0]
    acts.opening(ANNA, 30, local_date(acts.uow.now))
    run(app, EXPIRE)
    row = acts.uow.session.connection().exec_driver_sql(
        "SELECT actor_id FROM points_transactions WHERE book_id = %s AND code = 'expiry'", (acts.ledger.id,)
    )
    assert [actor.int for (actor,) in row] == [0]
