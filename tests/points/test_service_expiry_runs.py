"""Expiry runs: cut off anywhere they end the same, skipped days are made up for, the past is not gone through again."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text

from app.infra.db import db
from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM
from app.points import queries, service
from app.points.service.audit import audit_books
from tests.fixtures.work import NOW
from tests.points import committed, invariants
from tests.points.committed import commit, commit_ledger
from tests.points.ledger import ANNA, BORIS, Acts, named, open_ledger
from tests.races.contest import together

TODAY = NOW.date()
RESIDENTS = [named(f"resident {number}") for number in range(12)]


@pytest.fixture(scope="module")
def place(servers, template):
    with committed.open_place(servers, template, pool_size=12) as place:
        yield place


@pytest.fixture
def twins(place):
    """Two books with the same life so far; sound at the end, by the audit as well."""
    made = [commit_ledger(), commit_ledger()]
    for ledger in made:
        commit(ledger, live)
    yield made
    verdict = audit_books(db.engine)
    assert verdict.findings == {}
    with psycopg.connect(place.database.superuser_url) as connection:
        for ledger in made:
            assert invariants.list_wrongs(invariants.fetch_on(connection), ledger.id) == []


def live(acts: Acts) -> None:
    """Lots of three days for everybody; two hold points of them, one of these for a minute only."""
    for number, resident in enumerate(RESIDENTS):
        for days in range(3):
            acts.opening(resident, 10 + number + days, TODAY + timedelta(days=days))
    acts.hold(RESIDENTS[3], 4, seconds=6 * 86_400)
    acts.hold(RESIDENTS[4], 11, seconds=60)


def step(ledger, now: datetime, limit: int = 5):
    return run_in_transaction(lambda uow: service.expire_points(uow, ledger.book, limit=limit), actor=SYSTEM, now=now)


def finish(ledger, now: datetime, limit: int = 5) -> int:
    """All steps there are; how many."""
    for number in range(1, 200):
        if not step(ledger, now, limit).more:
            return number
    raise AssertionError("it never ends")


def runs(ledger, now: datetime = NOW):
    return commit(
        ledger, lambda a: service.list_expiry_runs(a.uow, book=ledger.book.code, limit=100, cursor=None)
    ).items


STATE = """
    SELECT a.owner_id, a.kind, s.posted, s.held, x.expires_on, x.points_left, x.held, x.cost_left_fen
      FROM points_accounts a
      LEFT JOIN points_balances s ON s.book_id = a.book_id AND s.account_id = a.id
      LEFT JOIN points_lots x ON x.book_id = a.book_id AND x.account_id = a.id
     WHERE a.book_id = :book AND a.kind IN ('resident', 'sponsor_funding') ORDER BY 1, 2, 5"""


def state(ledger) -> tuple:
    """Everything that is in the book, but ids and what is in budgets of other names."""
    rows = commit(ledger, lambda a: a.uow.session.execute(text(STATE), {"book": ledger.id}).all())
    return [tuple(row) for row in rows], commit(ledger, lambda a: a.trial())


class Killed(BaseException):
    """What no code catches."""


def killed_step(ledger, now: datetime) -> None:
    """A step that did its work and died before its transaction ended."""

    def work(uow):
        service.expire_points(uow, ledger.book, limit=5)
        raise Killed

    with pytest.raises(Killed):
        run_in_transaction(work, actor=SYSTEM, now=now)


@pytest.mark.parametrize("done", [0, 3])
@pytest.mark.parametrize("goes_on_after", [0, 1, 40])
def test_a_run_that_was_killed_goes_on_where_it_stood_and_ends_the_same(twins, done, goes_on_after):
    calm, killed = twins
    first = NOW + timedelta(days=2)
    second = first + timedelta(days=goes_on_after)
    finish(calm, first)
    for _ in range(done):
        step(killed, first)
    stood = runs(killed)
    killed_step(killed, first)
    assert [(run.after_day, run.points) for run in runs(killed)] == [(run.after_day, run.points) for run in stood]
    finish(calm, second)
    finish(killed, second)
    assert state(killed) == state(calm)
    assert all(run.finished_at is not None for run in runs(killed))
    assert sum(run.points for run in runs(killed)) == commit(killed, lambda a: a.trial())["breakage"]


def test_a_run_of_days_ago_is_finished_before_todays_begins(twins):
    ledger = twins[0]
    step(ledger, NOW + timedelta(days=1))
    last = step(ledger, NOW + timedelta(days=5), limit=1000)
    assert last.more  # of the old run this was all, but of today's nothing was done
    finish(ledger, NOW + timedelta(days=5))
    assert [run.day for run in runs(ledger)] == [TODAY + timedelta(days=5), TODAY + timedelta(days=1)]


@pytest.mark.parametrize("skipped", [1, 9, 500])
def test_days_that_were_skipped_are_made_up_for(twins, skipped):
    calm, skipping = twins
    for ledger in twins:
        finish(ledger, NOW)
        commit(
            ledger, lambda a: [a.opening(ANNA, 1 + days % 7, TODAY + timedelta(days=days)) for days in range(skipped)]
        )
    for days in (*range(1, min(skipped, 20)), skipped):
        finish(calm, NOW + timedelta(days=days))
    finish(skipping, NOW + timedelta(days=skipped))
    assert state(skipping) == state(calm)
    assert commit(skipping, lambda a: a.figures(ANNA).posted) == 0


def test_points_held_at_their_run_are_taken_by_a_later_one_although_nothing_released_the_hold(twins):
    ledger = twins[0]
    held = RESIDENTS[3]
    finish(ledger, NOW + timedelta(days=4))
    assert commit(ledger, lambda a: a.figures(held).posted) == 4
    finish(ledger, NOW + timedelta(days=5))
    assert commit(ledger, lambda a: a.figures(held).posted) == 4  # the hold's time is not over
    finish(ledger, NOW + timedelta(days=300))
    assert commit(ledger, lambda a: a.figures(held).posted) == 0


def test_the_longest_hold_on_the_last_second_of_a_lot_is_met_again(place):
    ledger = commit_ledger()
    last_second = datetime.fromisoformat("2026-06-15T23:59:59+08:00")
    commit(ledger, lambda a: a.opening(ANNA, 9, date(2026, 6, 15)))
    commit(ledger, lambda a: a.hold(ANNA, 9, seconds=7 * 86_400), now=last_second)
    for days in range(1, 8):  # to 22 June 23:59:58, a second before the hold ends
        finish(ledger, last_second + timedelta(days=days, seconds=-1))
    assert commit(ledger, lambda a: a.figures(ANNA).posted) == 9
    finish(ledger, last_second + timedelta(days=200))
    assert commit(ledger, lambda a: a.figures(ANNA).posted) == 0


def test_a_run_looks_through_the_last_days_only(place):
    ledger = commit_ledger()
    commit(ledger, lambda a: [a.opening(ANNA, 1, TODAY + timedelta(days=days)) for days in range(0, 360, 3)])
    finish(ledger, NOW + timedelta(days=365), limit=1000)
    finish(ledger, NOW + timedelta(days=366), limit=1000)
    newest, oldest = runs(ledger)
    assert (oldest.since, newest.since) == (None, TODAY + timedelta(days=365 - 7))
    assert (oldest.points, newest.points) == (120, 0)


SCANNED = """EXPLAIN (ANALYZE, FORMAT JSON) SELECT expires_on, account_id, budget_id FROM points_lots
    WHERE book_id = {book} AND expires_on < '2027-07-01' AND expires_on >= '2027-06-23'
      AND points_left > held AND (expires_on, account_id, budget_id) > ('2027-06-23', '{nobody}', '{nobody}')
    ORDER BY expires_on, account_id, budget_id LIMIT 5"""


def test_the_index_gives_a_page_without_sorting_and_without_the_past(place):
    ledger = commit_ledger()
    commit(
        ledger, lambda a: [a.opening(who, 1, TODAY + timedelta(days=days)) for who in RESIDENTS for days in range(40)]
    )
    finish(ledger, NOW + timedelta(days=50), limit=1000)
    with psycopg.connect(place.database.superuser_url) as connection:
        connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        statement = SCANNED.format(book=ledger.id, nobody="00000000-0000-0000-0000-000000000000")
        plan = connection.execute(statement).fetchone()[0][0]["Plan"]
    found = []

    def walk(node):
        found.append(node)
        for child in node.get("Plans", ()):
            walk(child)

    walk(plan)
    assert [node["Index Name"] for node in found if "Index Name" in node] == ["ix_points_lots_due"]
    assert not [node for node in found if "Sort" in node["Node Type"]]
    assert sum(node.get("Rows Removed by Filter", 0) for node in found) == 0


def test_two_who_run_at_once_do_one_run_between_them(place, twins):
    calm, raced = twins
    later = NOW + timedelta(days=3)
    finish(calm, later)
    works = [lambda a: service.expire_points(a.uow, a.book, limit=3)] * 8
    for _ in range(3):
        together(place, raced, works, now=later)
    finish(raced, later)
    assert state(raced) == state(calm)
    # whoever came when nothing was left opened a run of nothing; no two took the same lots
    assert sum(run.points for run in runs(raced)) == commit(raced, lambda a: a.trial())["breakage"]


def test_a_day_may_have_more_than_one_run(uow):
    acts = Acts(uow, open_ledger(uow))
    acts.opening(ANNA, 5, TODAY)
    acts.opening(BORIS, 5, TODAY)
    held = acts.hold(BORIS, 5, seconds=86_400 * 2)
    tomorrow = acts.later(days=1)
    assert tomorrow.expire().points == 5
    tomorrow.release(held.hold_id)
    assert (tomorrow.expire().points, tomorrow.expire().points) == (5, 0)
    found = queries.list_expiry_runs(uow.session, acts.ledger.id, before=None, limit=10)
    assert [run.points for run in found] == [0, 5, 5]
    assert {run.started_by for run in found} == {SYSTEM.id}


def test_entries_are_dated_when_they_are_booked(uow):
    acts = Acts(uow, open_ledger(uow))
    acts.opening(ANNA, 5, TODAY)
    later = acts.later(days=100)
    later.expire()
    row = uow.session.execute(
        text("SELECT recorded_at, effective_at FROM points_transactions WHERE book_id = :book AND code = 'expiry'"),
        {"book": acts.ledger.id},
    ).one()
    assert tuple(row) == (later.uow.now, later.uow.now)


def test_a_clock_that_is_set_back_does_not_hide_what_falls_due(uow):
    """A demonstration plays weeks of the past beside the night's own run of today."""
    acts = Acts(uow, open_ledger(uow))
    acts.later(days=90).expire()
    acts.opening(ANNA, 5, TODAY)
    assert acts.later(days=1).expire().points == 5


def test_every_step_stands_in_the_record(uow):
    acts = Acts(uow, open_ledger(uow))
    for number in range(7):
        acts.opening(named(f"r{number}"), 3, TODAY)
    tomorrow = replace(uow, now=uow.now + timedelta(days=1))
    for expected in (9, 18, 21):
        service.expire_points(tomorrow, acts.book, limit=3)
        (run,) = queries.list_expiry_runs(uow.session, acts.ledger.id, before=None, limit=10)
        assert (run.points, run.fen, run.accounts) == (expected, expected * 10, expected // 3)
    assert (run.day, run.finished_at) == (TODAY + timedelta(days=1), tomorrow.now)
