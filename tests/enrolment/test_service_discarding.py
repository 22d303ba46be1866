"""What files held of people is forgotten: files nobody commits, and what lost jobs left behind of others."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.enrolment import errors
from app.enrolment.service import discarding
from app.enrolment.terms import KEPT_DAYS
from app.infra.unit_of_work import run_in_transaction
from app.jobs.schedule import SCHEDULE
from app.kernel.actor import SYSTEM
from tests.enrolment.desk import HEADER, LI, WANG, ZHAO, as_csv
from tests.fixtures.work import NOW
from tests.points.api import refused

LIST = as_csv(HEADER, LI, WANG, ZHAO)
LATER = NOW + KEPT_DAYS + timedelta(seconds=1)


def discard(*, now=LATER) -> int:
    """Run the job as the scheduler does; how many steps did something."""
    steps = 0
    while run_in_transaction(SCHEDULE["enrolment.discard_imports"].act, actor=SYSTEM, now=now):
        steps += 1
    return steps


def held(session) -> int:
    """Rows that hold something of people who are not enrolled."""
    tables = ("enrolment_files", "enrolment_pieces", "enrolment_lines")
    return sum(session.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables)


def test_a_checked_list_nobody_commits_is_discarded_after_thirty_days(desk, session):
    found = desk.check(LIST)
    assert discard(now=NOW + timedelta(days=30)) == 0
    assert (held(session), desk.show(found["id"])["state"]) == (3, "checked")
    assert discard() == 1
    assert held(session) == 0
    gone = desk.show(found["id"])
    assert (gone["state"], gone["rows_total"], gone["points_total"]) == ("discarded", 3, 1245)
    assert gone["failure"]["code"] == errors.ImportDiscarded.code
    answer = desk.commit(found["id"], lang="en")
    assert refused(answer)[:2] == (409, "enrolment.import_discarded")
    assert answer.json["detail"] == (
        "This list was not committed within 30 days, and what it held of residents was deleted; upload it again."
    )
    assert refused(desk.undo(found["id"]))[1] == "enrolment.import_not_ready"
    assert desk.work() == 0


def test_a_discarded_list_may_be_uploaded_again_and_is_another_import(desk, acts):
    first = desk.check(LIST)
    discard()
    again = desk.take_in(LIST)
    assert (again["id"] != first["id"], again["state"]) == (True, "committed")
    assert acts.trial()["resident"] == 1245


@pytest.mark.parametrize("jobs", [0, 1])
def test_a_list_whose_checking_was_cut_off_is_discarded_too_and_its_late_job_does_nothing(desk, session, jobs):
    """Not read yet its bytes are kept; read, but not checked, its pieces."""
    found = desk.upload(LIST).json
    for _ in range(jobs):
        desk.run(desk._next())
    assert held(session) == 1
    discard()
    assert (held(session), desk.show(found["id"])["state"]) == (0, "discarded")
    desk.work()
    assert (held(session), desk.show(found["id"])["state"]) == (0, "discarded")


def test_a_commit_that_was_asked_for_and_never_done_is_discarded_and_its_late_job_does_nothing(desk, acts, session):
    found = desk.check(LIST)
    desk.commit(found["id"])
    discard()
    desk.work()
    assert (held(session), desk.show(found["id"])["state"]) == (0, "discarded")
    assert acts.trial().get("resident", 0) == 0


def test_a_committed_list_keeps_what_undo_and_the_same_file_again_need_and_nothing_else(desk, acts, session):
    found = desk.check(LIST)
    desk.commit(found["id"])
    desk.run(desk._next())
    assert desk._next() is not None  # the job that clears its rows is lost
    assert held(session) == 3
    assert discard() == 1
    assert (held(session), desk.show(found["id"])["state"]) == (0, "committed")
    assert discard() == 0
    assert desk.upload(LIST).json["id"] == found["id"]
    assert desk.undo(found["id"]).status_code == 202
    desk.work()
    assert desk.show(found["id"])["state"] == "undone"
    assert acts.trial()["resident"] == 0


def test_a_refused_list_stays_refused_with_its_report(desk, session):
    found = desk.check(as_csv(HEADER, LI, [*WANG[:6], "十分", "2027-01-01"]))
    assert discard() == 0
    assert (desk.show(found["id"])["state"], desk.codes(found)) == ("refused", [("G3", "points_form")])


def test_many_rows_go_by_steps_and_younger_lists_stay(desk, session, monkeypatch):
    monkeypatch.setattr(discarding, "LINES_BATCH", 2)
    old = desk.check(LIST)
    desk.api.at = (NOW + timedelta(days=1)).isoformat()
    young = desk.check(as_csv(HEADER, LI))
    assert discard() == 2
    assert (desk.show(old["id"])["state"], desk.show(young["id"])["state"]) == ("discarded", "checked")
    assert held(session) == 1
