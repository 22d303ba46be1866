"""What PostgreSQL refuses to have done to records of runs, policies and closed passbooks."""

import psycopg
import pytest
from psycopg import errors as pg

from tests.points.committed import commit
from tests.points.guarded import NOW, application, owner, place, story
from tests.points.ledger import BORIS, named

__all__ = ["application", "owner", "place", "story"]
SUCCESSOR = "INSERT INTO points_successors VALUES (%s, %s, %s, %s, gen_random_uuid(), NULL, %s)"
RUN = """INSERT INTO points_expiry_runs (book_id, id, day, started_by, started_at)
    VALUES (%s, gen_random_uuid(), %s, %s, %s)"""
NOTICE = "INSERT INTO points_expiry_notices VALUES (%s, %s, '2026-07-31', %s, %s, %s)"
LOCK = "SELECT points_lock_passbooks(%s, %s, %s::uuid[], %s::uuid[])"
POLICY = "SELECT points_set_expiry_policy(%s, %s, gen_random_uuid(), %s, 'yearly', %s, %s, 12, %s)"


@pytest.mark.parametrize("table", ["points_successors", "points_expiry_policies"])
def test_what_was_decided_about_passbooks_and_policies_stays(owner, story, table):
    owner.execute(SUCCESSOR, [story.ledger.id, BORIS, named("heir"), "move", NOW])
    owner.execute(POLICY, [story.ledger.id, NOW, BORIS, 12, 31, "decided"])
    for statement in (f"UPDATE {table} SET book_id = book_id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(pg.RestrictViolation, match="append-only"), owner.transaction():
            owner.execute(statement)


def test_a_passbook_is_closed_once_and_never_into_itself(owner, story):
    owner.execute(SUCCESSOR, [story.ledger.id, BORIS, named("heir"), "move", NOW])
    with pytest.raises(pg.UniqueViolation), owner.transaction():
        owner.execute(SUCCESSOR, [story.ledger.id, BORIS, named("other"), "move", NOW])
    with pytest.raises(pg.CheckViolation, match="successors_other"), owner.transaction():
        owner.execute(SUCCESSOR, [story.ledger.id, named("x"), named("x"), "move", NOW])
    with pytest.raises(pg.CheckViolation, match="successors_kind"), owner.transaction():
        owner.execute(SUCCESSOR, [story.ledger.id, named("x"), named("y"), "gift", NOW])


def test_the_application_changes_no_book_but_by_the_door_that_keeps_a_record(application, story):
    for statement in (
        "UPDATE points_books SET expiry_policy = 'rolling'",
        "UPDATE points_books SET validity_months = 1",
        "INSERT INTO points_expiry_policies SELECT * FROM points_expiry_policies",
    ):
        with pytest.raises(pg.InsufficientPrivilege), application.transaction():
            application.execute(statement)
    application.execute(POLICY, [story.ledger.id, NOW, BORIS, 12, 31, "decided"])
    kept = application.execute(
        "SELECT b.expiry_day, p.expiry_day, p.reason"
        "  FROM points_books b JOIN points_expiry_policies p ON p.book_id = b.id"
    ).fetchone()
    assert kept == (31, 31, "decided")
    for wrong in ((13, 31, "x"), (12, 32, "x"), (None, 31, "x"), (12, 31, ""), (12, 31, "x" * 201)):
        with pytest.raises(pg.CheckViolation), application.transaction():
            application.execute(POLICY, [story.ledger.id, NOW, BORIS, *wrong])


def test_a_book_has_one_run_at_a_time(application, story):
    application.execute(RUN, [story.ledger.id, "2026-06-16", BORIS, NOW])
    with pytest.raises(pg.UniqueViolation, match="uq_points_expiry_runs_open"), application.transaction():
        application.execute(RUN, [story.ledger.id, "2026-06-17", BORIS, NOW])
    application.execute("UPDATE points_expiry_runs SET finished_at = %s", [NOW])
    application.execute(RUN, [story.ledger.id, "2026-06-16", BORIS, NOW])
    for change in ("after_day = '2026-06-01'", "points = -1", "after_day = '2026-06-16'"):
        with pytest.raises(pg.CheckViolation), application.transaction():
            application.execute(f"UPDATE points_expiry_runs SET {change}")
    for change in ("day = '2026-06-17'", "since = NULL", "started_by = id"):
        with pytest.raises(pg.InsufficientPrivilege), application.transaction():
            application.execute(f"UPDATE points_expiry_runs SET {change}")


def test_a_notice_says_thirty_or_seven_once_and_only_its_reading_changes(application, story):
    application.execute(NOTICE, [story.ledger.id, BORIS, 30, 5, NOW])
    for ahead, points, refusal in ((30, 5, pg.UniqueViolation), (8, 5, pg.CheckViolation), (7, 0, pg.CheckViolation)):
        with pytest.raises(refusal), application.transaction():
            application.execute(NOTICE, [story.ledger.id, BORIS, ahead, points, NOW])
    application.execute("UPDATE points_expiry_notices SET read_at = %s", [NOW])
    with pytest.raises(pg.InsufficientPrivilege), application.transaction():
        application.execute("UPDATE points_expiry_notices SET points = 6")


def test_locking_passbooks_keeps_others_waiting_and_opens_new_ones_empty(place, story, application):
    who = named("never seen")
    asked = [story.ledger.id, NOW, [story.ledger.passbook(who)], [who]]
    application.execute(LOCK, asked)
    application.commit()
    assert commit(story.ledger, lambda acts: acts.figures(who).posted) == 0
    application.execute(LOCK, asked)
    with psycopg.connect(place.database.app_url) as rival:
        rival.execute("SET lock_timeout = '50ms'")
        with pytest.raises(pg.LockNotAvailable):
            rival.execute(LOCK, asked)
