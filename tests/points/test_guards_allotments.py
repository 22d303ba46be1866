"""What PostgreSQL refuses of allotments and alerts, also to the role that owns the tables."""

import psycopg
import pytest
from psycopg import errors as pg

from app.points import service as points
from tests.points import committed
from tests.points.committed import commit, commit_ledger
from tests.points.ledger import ANNA, named


@pytest.fixture(scope="module")
def place(servers, template):
    with committed.open_place(servers, template, pool_size=2) as place:
        yield place


@pytest.fixture(scope="module")
def allotments(place):
    """(an open allotment, a closed one) of a book with an alert."""
    ledger = commit_ledger(minted=100)
    opened = commit(ledger, lambda acts: acts.allot(named("station"), 10))
    closed = commit(ledger, lambda acts: acts.allot(named("station"), 10))
    commit(ledger, lambda acts: acts.close_allotment(closed))
    commit(ledger, lambda acts: acts.award(ANNA, 80))
    commit(ledger, lambda acts: points.raise_alerts_step(acts.uow, ledger.book.code, None))
    return opened, closed


@pytest.fixture
def owner(place, allotments):
    with psycopg.connect(place.database.owner_url) as connection:
        yield connection
        connection.rollback()


ALWAYS = (
    "budget_id = gen_random_uuid()",
    "period_to = period_to + 1",
    "holder_id = gen_random_uuid()",
    "points = points - 1",
)
OF_A_CLOSED_ONE = (
    "state = 'open', closed_by = NULL, closed_at = NULL, returned_points = NULL",
    "points = points + 1",
    "closed_at = now()",
    "returned_points = returned_points - 1",
)


@pytest.mark.parametrize(
    ("which", "change"),
    [(n, change) for n in (0, 1) for change in (*ALWAYS, "points = points - 1")]
    + [(1, each) for each in OF_A_CLOSED_ONE],
)
def test_an_allotment_only_takes_more_closes_once_and_gives_back(owner, allotments, which, change):
    with pytest.raises(pg.RestrictViolation) as refused:
        owner.execute(f"UPDATE points_allotments SET {change} WHERE id = %s", [allotments[which]])
    assert refused.value.diag.constraint_name == "points_allotment_closes_once"


@pytest.mark.parametrize("which", [0, 1])
def test_what_an_allotment_may_become(owner, allotments, which):
    change = "points = points + 5" if which == 0 else "returned_points = returned_points + 5"
    assert owner.execute(f"UPDATE points_allotments SET {change} WHERE id = %s", [allotments[which]]).rowcount == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM points_allotments",
        "TRUNCATE points_allotments CASCADE",
        "UPDATE points_alerts SET given_points = 100",
        "DELETE FROM points_alerts",
        "TRUNCATE points_alerts",
    ],
)
def test_nothing_is_forgotten(owner, statement):
    with pytest.raises(pg.RestrictViolation):
        owner.execute(statement)


def test_an_alert_is_raised_once_per_amount(owner):
    with pytest.raises(pg.UniqueViolation) as refused:
        owner.execute(
            "INSERT INTO points_alerts SELECT book_id, gen_random_uuid(), subject, subject_id, budget_id, percent,"
            " points, given_points, raised_at FROM points_alerts"
        )
    assert refused.value.diag.constraint_name == "uq_points_alerts_once"
