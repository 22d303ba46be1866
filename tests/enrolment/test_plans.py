"""A first large file in a database whose tables were analysed while they were empty: nothing may go pair by pair.

What is counted is rows and pages that the database touches, not seconds: a plan that is bad for thousands is known by
how they grow.
"""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from app.enrolment import queries
from app.enrolment import service as enrolment
from app.enrolment.service import committing, comparing, near_phones
from app.enrolment.terms import CSV, GROUP_MAX, ImportState
from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM
from tests.enrolment.desk import HEADER, as_csv
from tests.fixtures.work import NOW
from tests.points import committed
from tests.points.committed import commit_ledger

MANY = 4000
TOUCHED_MAX = 40
"""Rows that a search may touch for each row of the file, all steps of its plan together."""

FETCHED_MAX = 60
PAGES_MAX = 120


@pytest.fixture(scope="module")
def place(servers, template):
    with committed.open_place(servers, template, pool_size=4) as place:
        with psycopg.connect(place.database.superuser_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        yield place


def act(work):
    def counted(uow):
        done = work(uow)
        uow.session.execute(text("SELECT pg_stat_force_next_flush()"))
        return done

    return run_in_transaction(counted, actor=SYSTEM, now=NOW)


def content(rows: int, seed: str) -> bytes:
    """Two to a telephone and four to a home, every second without one: each row has others to be compared with."""
    names = "甲乙丙丁"
    lines = [
        [
            f"李小{names[n % 4]}",
            f"138{n // 2:08}" if n % 4 < 2 else "",
            n // 400,
            1,
            n // 4,
            f"{seed}{n}",
            3,
            "2027-12-31",
        ]
        for n in range(rows)
    ]
    return as_csv(HEADER, *lines)


def checked(ledger, rows: int, seed: str) -> dict[str, Any]:
    upload = {"book": ledger.book.code, "budget_id": ledger.budget_id, "content": content(rows, seed)}
    made = act(lambda uow: enrolment.upload_file(uow, media_type=CSV, **upload))
    names = {"book_id": ledger.id, "import_id": str(made.id)}
    act(lambda uow: enrolment.read_file(uow, **names))
    while state(ledger, names) == ImportState.CHECKING:
        act(lambda uow: enrolment.check_rows(uow, **names))
    assert state(ledger, names) == ImportState.CHECKED
    return names


def state(ledger, names) -> str:
    wanted = {"book": ledger.book.code, "import_id": UUID(names["import_id"])}
    return act(lambda uow: enrolment.show_import(uow, **wanted)).state


def take_in(ledger, rows: int, seed: str) -> None:
    names = checked(ledger, rows, seed)
    wanted = {"book": ledger.book.code, "import_id": UUID(names["import_id"])}
    act(lambda uow: enrolment.start_commit(uow, **wanted))
    act(lambda uow: enrolment.commit_import(uow, book=ledger.book.code, **names))
    assert state(ledger, names) == ImportState.COMMITTED


def touched(place) -> tuple[int, int]:
    """Rows and pages of tables and indexes that were read so far."""
    with psycopg.connect(place.database.superuser_url) as connection:
        query = """SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)),
                          sum(heap_blks_hit + heap_blks_read + coalesce(idx_blks_hit, 0) + coalesce(idx_blks_read, 0))
                     FROM pg_stat_user_tables JOIN pg_statio_user_tables USING (relid)"""
        rows, pages = connection.execute(query).fetchone()
        return int(rows), int(pages)


def test_a_first_file_touches_so_many_rows_and_pages_for_each_of_its_own(place, monkeypatch):
    monkeypatch.setattr(committing, "FIRST_ROWS", MANY // 4)
    ledger = commit_ledger()
    before = touched(place)
    take_in(ledger, MANY, "A")
    rows, pages = (now - then for now, then in zip(touched(place), before, strict=True))
    assert rows < FETCHED_MAX * MANY
    assert pages < PAGES_MAX * MANY


def work_of(plan: dict[str, Any]) -> float:
    """Rows that a plan touched: those that each step gave and those that it threw away, times its loops."""
    thrown = sum(plan.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Join Filter", "Index Recheck"))
    own = (plan["Actual Rows"] + thrown) * plan["Actual Loops"]
    return own + sum(map(work_of, plan.get("Plans", ())))


@pytest.fixture(scope="module")
def waiting(place):
    """A checked file beside residents that are enrolled and very like its rows."""
    ledger = commit_ledger()
    take_in(ledger, MANY, "C")
    return ledger, checked(ledger, MANY, "D")


@pytest.mark.parametrize("code", comparing._SEARCHES)
def test_no_search_for_likenesses_goes_pair_by_pair(waiting, code):
    ledger, names = waiting

    def explain(uow):
        found = queries.get_import(uow.session, ledger.id, UUID(names["import_id"]))
        uow.session.execute(text("DELETE FROM enrolment_problems WHERE import_id = :i"), {"i": found.id})
        statement, values = comparing.search_for(code, found)
        plan = uow.session.scalar(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"), values)
        uow.session.rollback()
        return plan[0]["Plan"]

    assert work_of(act(explain)) < TOUCHED_MAX * MANY


@pytest.mark.parametrize("statement", [near_phones._LINES, near_phones._ENROLLED], ids=["lines", "enrolled"])
def test_no_search_for_near_numbers_goes_pair_by_pair(waiting, statement):
    ledger, names = waiting
    values = {"book_id": ledger.id, "import_id": UUID(names["import_id"]), "group_max": GROUP_MAX}

    def explain(uow):
        return uow.session.scalar(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.text}"), values)[0]["Plan"]

    assert work_of(act(explain)) < TOUCHED_MAX * MANY
