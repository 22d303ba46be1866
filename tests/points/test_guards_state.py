"""What PostgreSQL itself refuses to have done to balances, lots, holds and outcomes, also by their owner."""

from uuid import uuid4

import pytest
from psycopg import errors as pg

from tests.points.guarded import NOW, owner, place, story
from tests.points.ledger import ANNA

__all__ = ["owner", "place", "story"]


@pytest.mark.parametrize(
    "change",
    [
        "posted = held - 1",
        "posted = -1",
        "held = posted + 1",
        "held = -1",
        "floor = posted - held + 1",
        "posted = NULL",
    ],
)
def test_a_balance_under_its_floor_is_refused(owner, story, change):
    with pytest.raises((pg.CheckViolation, pg.NotNullViolation)):
        owner.execute(f"UPDATE points_balances SET {change} WHERE account_id = %s", [story.ledger.passbook(ANNA)])


@pytest.mark.parametrize(
    "change",
    [
        "points_left = -1",
        "points_left = issued + 1",
        "points_left = held - 1",
        "held = -1",
        "held = points_left + 1",
        "issued = points_left - 1",
        "cost_left_fen = -1",
    ],
)
def test_a_lot_under_nought_or_over_what_was_issued_is_refused(owner, story, change):
    with pytest.raises(pg.CheckViolation):
        owner.execute(f"UPDATE points_lots SET {change} WHERE account_id = %s", [story.ledger.passbook(ANNA)])


RESOLVE = "INSERT INTO points_hold_resolutions VALUES (%s, %s, %s, %s, %s, %s, %s)"


def test_a_second_resolution_of_a_hold_is_refused(owner, story):
    book, actor = story.ledger.id, uuid4()
    with pytest.raises(pg.UniqueViolation), owner.transaction():
        owner.execute(RESOLVE, [book, story.ended_hold, "expired", None, 0, actor, NOW])
    owner.execute(RESOLVE, [book, story.open_hold, "released", None, 0, actor, NOW])
    with pytest.raises(pg.UniqueViolation):
        owner.execute(RESOLVE, [book, story.open_hold, "captured", story.redemption, 5, actor, NOW])


@pytest.mark.parametrize(("resolution", "captured"), [("released", 1), ("captured", 0), ("lost", 0), ("expired", -1)])
def test_a_resolution_that_contradicts_itself_is_refused(owner, story, resolution, captured):
    values = [story.ledger.id, story.open_hold, resolution, None, captured, uuid4(), NOW]
    with pytest.raises(pg.CheckViolation):
        owner.execute(RESOLVE, values)


def test_a_hold_closes_once_and_by_its_resolution_alone(owner, story):
    for change, hold in (
        ("open = true", story.ended_hold),
        ("open = false", story.ended_hold),
        ("open = false", story.open_hold),
        ("points = points + 1", story.open_hold),
        ("expires_at = expires_at + interval '1 day'", story.open_hold),
    ):
        with pytest.raises(pg.RestrictViolation), owner.transaction():
            owner.execute(f"UPDATE points_holds SET {change} WHERE id = %s", [hold])
    owner.execute(RESOLVE, [story.ledger.id, story.open_hold, "released", None, 0, uuid4(), NOW])
    with pytest.raises(pg.RestrictViolation), owner.transaction():
        owner.execute("UPDATE points_holds SET open = false, points = 1 WHERE id = %s", [story.open_hold])
    owner.execute("UPDATE points_holds SET open = false WHERE id = %s", [story.open_hold])


def test_an_outcome_is_sticky(owner, story):
    for change, cause in (
        ("decline = NULL", story.declined_cause),
        ("decline = 'account_frozen'", story.declined_cause),
        ("decline_detail = NULL", story.declined_cause),
        ("decline = 'insufficient'", story.posted_cause),
        ("content_hash = decode(repeat('02', 32), 'hex')", story.posted_cause),
        ("subject_id = gen_random_uuid()", story.posted_cause),
        ("cause = 'other'", story.posted_cause),
        ("decided_at = now()", story.posted_cause),
    ):
        with pytest.raises(pg.RestrictViolation), owner.transaction():
            owner.execute(f"UPDATE points_outcomes SET {change} WHERE cause = %s", [cause])
    hold = owner.execute("SELECT cause FROM points_holds WHERE id = %s", [story.open_hold]).fetchone()
    with pytest.raises(pg.RestrictViolation):
        owner.execute("UPDATE points_outcomes SET decline = 'insufficient' WHERE cause = %s", hold)
