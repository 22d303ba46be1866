"""Closing a month against awards that are dated into it, with real commits."""

import threading
from datetime import UTC, date, datetime
from types import SimpleNamespace

import psycopg
import pytest

from app.points.models import MonthClosing
from app.points.service import Award
from app.points.service.closings import close_month
from tests.fixtures.work import NOW
from tests.points.guarded import Raw
from tests.points.ledger import ANNA, named
from tests.races.contest import finish, gate, names, start, together

JUNE = date(2026, 6, 1)
JULY = datetime(2026, 7, 3, 4, tzinfo=UTC)
DATED = """SELECT count(*) FROM points_transactions
            WHERE book_id = %s AND effective_at >= '2026-06-01 00:00+08' AND effective_at < '2026-07-01 00:00+08'"""
WAITING = """SELECT count(*) FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock' AND backend_type = 'client backend'"""
LOOKS_MAX = 20_000


def close(acts) -> MonthClosing:
    return close_month(acts.uow, book=acts.book.code, month=JUNE)


def award_of_june(who: str, cause: str):
    return lambda acts: acts.awards(Award(cause, named(who), 1, None, NOW))[0].raise_if_declined()


def ask(place, query: str, *values) -> int:
    with psycopg.connect(place.database.superuser_url) as connection:
        return connection.execute(query, values).fetchone()[0]


def until_waiting(place, count: int) -> None:
    with psycopg.connect(place.database.superuser_url, autocommit=True) as eye:
        for _ in range(LOOKS_MAX):
            if eye.execute(WAITING).fetchone()[0] >= count:
                return
    raise AssertionError("they never met")


def test_a_closing_waits_for_an_award_dated_back_and_counts_it(place, sound):
    ledger = sound()
    together(place, ledger, [lambda acts: acts.award(ANNA, 5)], now=NOW)
    with gate(place, ledger, ledger.passbook(ANNA)) as locker:
        award = start(place, ledger, [award_of_june("anna", "late")], now=JULY)
        until_waiting(place, 1)
        closing = start(place, ledger, [close], now=JULY)
        until_waiting(place, 2)  # the closing waits for the award, the award for the gate
        locker.commit()
        finish(award)
        [closed] = finish(closing)
    assert closed.dated == ask(place, DATED, ledger.id) == 4


def test_an_award_dated_back_waits_for_a_closing_and_is_dated_after_it(place, sound):
    ledger = sound()
    together(place, ledger, [lambda acts: acts.award(ANNA, 5)], now=NOW)
    with psycopg.connect(place.database.superuser_url) as locker:
        locker.execute("SELECT pg_advisory_xact_lock_shared(hashtext('points_months'), %s)", [ledger.id])
        closing = start(place, ledger, [close], now=JULY)
        until_waiting(place, 1)
        awards = start(place, ledger, [award_of_june("anna", "late")], now=JULY)
        until_waiting(place, 2)  # behind the closing
        locker.commit()
        [closed] = finish(closing)
        finish(awards)
    assert closed.dated == ask(place, DATED, ledger.id) == 3
    late = ask(place, "SELECT effective_at FROM points_transactions WHERE book_id = %s AND cause = 'late'", ledger.id)
    assert late == closed.ends_at


@pytest.fixture
def books(place, sound):
    """A book with money at a shop, and a raw way to post in it that knows nothing of the application."""
    ledger = sound()
    together(place, ledger, [lambda acts: (acts.award(ANNA, 5), acts.redeem(ANNA, 1))], now=NOW)
    with psycopg.connect(place.database.owner_url) as connection:
        yield ledger, Raw(connection, SimpleNamespace(ledger=ledger))
        connection.rollback()


def test_a_closing_waits_for_whoever_posts_by_sql_as_well(place, books):
    ledger, raw = books
    made = raw.post(*raw.good(), recorded_at=JULY, effective_at=NOW)
    raw.connection.execute("INSERT INTO points_unfolded VALUES (%s, %s)", [ledger.id, made])
    closing = start(place, ledger, [close], now=JULY)
    until_waiting(place, 1)
    raw.connection.commit()
    [closed] = finish(closing)
    assert closed.dated == ask(place, DATED, ledger.id) == 5


def test_whoever_posts_by_sql_waits_for_a_closing_and_is_refused(place, books):
    ledger, raw = books
    refused: list[BaseException] = []

    def post() -> None:
        try:
            raw.post(*raw.good(), recorded_at=JULY, effective_at=NOW)
        except psycopg.errors.CheckViolation as violation:
            refused.append(violation)

    with psycopg.connect(place.database.superuser_url) as locker:
        locker.execute("SELECT pg_advisory_xact_lock_shared(hashtext('points_months'), %s)", [ledger.id])
        closing = start(place, ledger, [close], now=JULY)
        until_waiting(place, 1)
        posting = threading.Thread(target=post, daemon=True)
        posting.start()
        until_waiting(place, 2)
        locker.commit()
        [closed] = finish(closing)
        posting.join(60)
    assert [violation.diag.constraint_name for violation in refused] == ["points_months_closed"]
    assert closed.dated == ask(place, DATED, ledger.id) == 4


@pytest.mark.parametrize("trial", range(5))
def test_no_award_is_dated_into_a_month_that_does_not_hold_it(place, sound, trial):
    ledger = sound()
    works = [award_of_june(f"resident {n % 7}", f"june {trial} {n}") for n in range(12)]
    works.insert(trial * 3, close)
    answers = together(place, ledger, works, now=JULY)
    assert sorted(set(names(answers))) == ["MonthClosing", "Outcome"]
    closed = answers[trial * 3]
    assert closed.dated == ask(place, DATED, ledger.id)
    awarded = ask(place, "SELECT count(*) FROM points_transactions WHERE book_id = %s AND code = 'award'", ledger.id)
    assert awarded == 12


def test_two_treasurers_close_a_month_once(place, sound):
    ledger = sound()
    answers = together(place, ledger, [close, close], now=JULY)
    assert sorted(names(answers)) == ["MonthClosed", "MonthClosing"]


def test_postings_of_today_do_not_wait_for_a_closing(place, sound):
    ledger = sound()
    today = datetime.now(UTC)
    with psycopg.connect(place.database.superuser_url) as locker:
        locker.execute("SELECT pg_advisory_xact_lock(hashtext('points_months'), %s)", [ledger.id])
        [outcome] = together(place, ledger, [lambda acts: acts.award(ANNA, 5)], now=today)
    assert outcome.points == 5
