"""What PostgreSQL itself refuses once a month is closed, also when the owner of the tables asks."""

from datetime import UTC, datetime, timedelta

import pytest
from psycopg import errors as pg
from psycopg.types.json import Jsonb

from app.points.service.closings import close_month
from tests.points.committed import commit, commit_ledger
from tests.points.guarded import application, owner, place, raw, story

__all__ = ["application", "owner", "place", "raw", "story"]

JULY_BEGINS = datetime(2026, 6, 30, 16, tzinfo=UTC)
CLOSED_AT = datetime(2026, 7, 3, 4, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
CLOSE = """INSERT INTO points_month_closings (book_id, month, ends_at, figures, balances, dated, closed_by, closed_at)
           VALUES (%s, %s, %s, %s, %s, 0, gen_random_uuid(), %s)"""


def close(connection, book: int, month="2026-06-01", ends_at=JULY_BEGINS, closed_at=CLOSED_AT) -> None:
    connection.execute(CLOSE, [book, month, ends_at, Jsonb({}), Jsonb([]), closed_at])


AFTER = JULY_BEGINS + timedelta(days=5)


@pytest.mark.parametrize(
    ("recorded_at", "effective_at"),
    [
        (AFTER, JULY_BEGINS - MICROSECOND),
        (AFTER, JULY_BEGINS - timedelta(days=20)),
        (AFTER, JULY_BEGINS - timedelta(days=200)),  # long before the first month that was closed
        (JULY_BEGINS - MICROSECOND, JULY_BEGINS - MICROSECOND),
        (JULY_BEGINS - MICROSECOND, AFTER),
        (AFTER + timedelta(days=3650), JULY_BEGINS - MICROSECOND),
    ],
)
def test_a_transaction_in_a_closed_month_is_refused(raw, owner, recorded_at, effective_at):
    close(owner, raw.book)
    with pytest.raises(pg.CheckViolation) as refused:
        raw.post(*raw.good(), recorded_at=recorded_at, effective_at=effective_at)
    assert refused.value.diag.constraint_name == "points_months_closed"


@pytest.mark.parametrize(
    ("recorded_at", "effective_at"),
    [(AFTER, AFTER), (AFTER, JULY_BEGINS), (JULY_BEGINS, JULY_BEGINS), (AFTER + timedelta(days=40), AFTER)],
)
def test_a_transaction_after_it_is_not(raw, owner, recorded_at, effective_at):
    close(owner, raw.book)
    raw.post(*raw.good(), recorded_at=recorded_at, effective_at=effective_at)


def test_the_closing_of_another_book_says_nothing_of_this_one(raw, owner):
    close(owner, commit_ledger(minted=0).id)
    raw.post(*raw.good(), recorded_at=AFTER, effective_at=JULY_BEGINS - MICROSECOND)


def test_one_of_many_is_enough(raw, owner, story):
    """A statement that writes good transactions and one that is dated back is refused as a whole."""
    close(owner, raw.book)
    rows = ", ".join(
        f"({raw.book}, gen_random_uuid(), 'fund', gen_random_uuid()::text, 2, gen_random_uuid(), '{AFTER}', '{at}')"
        for at in (AFTER, JULY_BEGINS - MICROSECOND, AFTER)
    )
    owner.execute("ALTER TABLE points_transactions DISABLE TRIGGER points_transactions_whole")
    with pytest.raises(pg.CheckViolation) as refused:
        owner.execute(
            "INSERT INTO points_transactions (book_id, id, code, cause, lines, actor_id, recorded_at, effective_at)"
            f" VALUES {rows}"
        )
    assert refused.value.diag.constraint_name == "points_months_closed"


WRONG_CLOSINGS = {
    "not a month": {"month": "2026-06-02"},
    "that ends another day": {"ends_at": JULY_BEGINS + timedelta(hours=8)},
    "too early": {"closed_at": JULY_BEGINS + timedelta(hours=23, minutes=59)},
    "that leaves out what was recorded": {
        "month": "2026-07-01",
        "ends_at": datetime(2026, 7, 31, 16, tzinfo=UTC),
        "closed_at": datetime(2026, 9, 1, tzinfo=UTC),
    },
}


@pytest.mark.parametrize("name", WRONG_CLOSINGS)
@pytest.mark.parametrize("role", ["owner", "application"])
def test_a_closing_that_is_wrong_is_refused(request, role, story, name):
    with pytest.raises(pg.CheckViolation):
        close(request.getfixturevalue(role), story.ledger.id, **WRONG_CLOSINGS[name])


def test_a_month_is_not_left_out_and_not_closed_twice(owner, story):
    close(owner, story.ledger.id)
    for month, ends in (("2026-08-01", (2026, 8)), ("2026-06-01", (2026, 6)), ("2026-05-01", (2026, 5))):
        ends_at = datetime(*ends, 31 if ends[1] != 6 else 30, 16, tzinfo=UTC)
        with pytest.raises(pg.CheckViolation) as refused, owner.transaction():
            close(owner, story.ledger.id, month, ends_at, datetime(2027, 1, 1, tzinfo=UTC))
        assert refused.value.diag.constraint_name == "points_closings_in_order"


def test_what_is_closed_stays_as_it_is(owner):
    ledger = commit_ledger()
    commit(
        ledger,
        lambda acts: close_month(acts.uow, book=ledger.book.code, month=JULY_BEGINS.date().replace(day=1)),
        now=CLOSED_AT,
    )
    for statement in (
        "UPDATE points_month_closings SET figures = '{}'",
        "DELETE FROM points_month_closings",
        "TRUNCATE points_month_closings",
    ):
        with pytest.raises(pg.RestrictViolation), owner.transaction():
            owner.execute(statement)
