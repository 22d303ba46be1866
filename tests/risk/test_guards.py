"""What PostgreSQL itself refuses of an insider, also of the owner of the tables; and what the application may."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors as pg
from psycopg.types.json import Jsonb

NOW = datetime(2026, 6, 15, 2, tzinfo=UTC)
ONE, TWO, ANNA, CASE, DECISION, APPEAL = (UUID(int=number) for number in range(1, 7))
BOOK = 99


@pytest.fixture
def owner(owner_connection):
    """A draft, an active version, a case with a decision and an appeal."""
    run = owner_connection.execute
    draft = (
        "INSERT INTO risk_rule_sets"
        " (book_id, version, id, definition, state, proposed_by, proposed_at, published_by, published_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
    )
    run(draft, [BOOK, 1, uuid4(), Jsonb({"title": "x"}), "draft", ONE, NOW, None, None])
    run(draft, [BOOK, 2, uuid4(), Jsonb({"title": "x"}), "active", ONE, NOW, TWO, NOW])
    run(
        "INSERT INTO risk_cases VALUES (%s, %s, 'resident', %s, 'investigating', %s, %s, %s, %s)",
        [BOOK, CASE, ANNA, NOW, NOW, ONE, NOW],
    )
    run(
        "INSERT INTO risk_decisions (book_id, id, kind, subject_id, decided_at, acted_by, resident_id, points,"
        " order_fen, features_version, features, version, answers, score, outcome, reasons, case_id)"
        " VALUES (%s, %s, 'redeem', %s, %s, %s, %s, 5, 0, 1, '{}', 2, '[]', 30, 'review', '{}', %s)",
        [BOOK, DECISION, uuid4(), NOW, UUID(int=50), ANNA, CASE],
    )
    run("INSERT INTO risk_shadows VALUES (%s, 1, %s, %s, 'review', 'review', 1, 1, '{}')", [BOOK, DECISION, NOW])
    run("INSERT INTO risk_case_events VALUES (%s, %s, %s, 'taken', %s, %s)", [BOOK, uuid4(), CASE, ONE, NOW])
    run(
        "INSERT INTO risk_appeals VALUES (%s, %s, %s, %s, %s, 'x', 'open', %s)",
        [BOOK, APPEAL, DECISION, CASE, ANNA, NOW],
    )
    return owner_connection


REFUSED = {
    "a decision is changed": ("UPDATE risk_decisions SET outcome = 'approve'", pg.RestrictViolation),
    "a decision is deleted": ("DELETE FROM risk_decisions", pg.RestrictViolation),
    "decisions are emptied": ("TRUNCATE risk_decisions CASCADE", pg.RestrictViolation),
    "a shadow is changed": ("UPDATE risk_shadows SET outcome = 'approve'", pg.RestrictViolation),
    "what happened to a case is changed": ("UPDATE risk_case_events SET text = 'y'", pg.RestrictViolation),
    "what happened to a case is deleted": ("DELETE FROM risk_case_events", pg.RestrictViolation),
    "rules are edited": ("UPDATE risk_rule_sets SET definition = '{}' WHERE version = 2", pg.RestrictViolation),
    "a draft is edited": ("UPDATE risk_rule_sets SET definition = '{}' WHERE version = 1", pg.RestrictViolation),
    "who saved it is edited": (
        f"UPDATE risk_rule_sets SET proposed_by = '{TWO}' WHERE version = 1",
        pg.RestrictViolation,
    ),
    "a version is deleted": ("DELETE FROM risk_rule_sets", pg.RestrictViolation),
    "who published is edited": (
        f"""UPDATE risk_rule_sets SET state = 'retired', retired_by = '{TWO}', retired_at = now(),
            published_by = '{ANNA}' WHERE version = 2""",
        pg.RestrictViolation,
    ),
    "a retired one comes back": ("UPDATE risk_rule_sets SET state = 'draft' WHERE version = 2", pg.RestrictViolation),
    "one person publishes": (
        f"UPDATE risk_rule_sets SET state = 'active', published_by = '{ONE}', published_at = now() WHERE version = 1",
        pg.CheckViolation,
    ),
    "nobody publishes": ("UPDATE risk_rule_sets SET state = 'active' WHERE version = 1", pg.CheckViolation),
    "two decide": (
        f"UPDATE risk_rule_sets SET state = 'active', published_by = '{TWO}', published_at = now() WHERE version = 1",
        pg.UniqueViolation,
    ),
    "a shadow without end": (
        f"""UPDATE risk_rule_sets SET state = 'shadow', shadowed_by = '{ONE}', shadow_from = now(),
            shadow_until = now() + interval '99 days' WHERE version = 1""",
        pg.CheckViolation,
    ),
    "a case is about another": (f"UPDATE risk_cases SET about_id = '{TWO}'", pg.RestrictViolation),
    "a case closes without a label": (
        f"UPDATE risk_cases SET state = 'closed', closed_by = '{ONE}', closed_at = now()",
        pg.CheckViolation,
    ),
    "who worked on the case answers": (
        f"UPDATE risk_appeals SET state = 'upheld', answered_by = '{ONE}', answered_at = now(), answer = 'x'",
        pg.RestrictViolation,
    ),
    "who answered takes the case": (
        f"""UPDATE risk_appeals SET state = 'upheld', answered_by = '{TWO}', answered_at = now(), answer = 'x';
            UPDATE risk_cases SET taken_by = '{TWO}', taken_at = now()""",
        pg.RestrictViolation,
    ),
    "a value stands on a list twice": (
        f"""INSERT INTO risk_lists VALUES ({BOOK}, 'l', 'x', '{ONE}', now());
            INSERT INTO risk_list_items (book_id, id, list_code, value, reason, added_by, added_at)
            SELECT {BOOK}, gen_random_uuid(), 'l', 'v', 'x', '{ONE}', now() FROM generate_series(1, 2)""",
        pg.UniqueViolation,
    ),
    "who acted answers": (
        f"UPDATE risk_appeals SET state = 'upheld', answered_by = '{UUID(int=50)}', answered_at = now(), answer = 'x'",
        pg.RestrictViolation,
    ),
    "the resident answers himself": (
        f"UPDATE risk_appeals SET state = 'overturned', answered_by = '{ANNA}', answered_at = now(), answer = 'x'",
        pg.CheckViolation,
    ),
    "the words of an appeal are edited": ("UPDATE risk_appeals SET text = 'y'", pg.RestrictViolation),
}


@pytest.mark.parametrize("case", list(REFUSED))
def test_an_insider_with_sql_is_refused(owner, case):
    statement, refusal = REFUSED[case]
    with pytest.raises(refusal):
        owner.execute(statement)


def test_the_right_ways_are_open(owner):
    """The control: what is refused above is refused for what is wrong with it."""
    answered = "UPDATE risk_appeals SET state = 'upheld', answered_by = %s, answered_at = now(), answer = 'x'"
    assert owner.execute(answered, [TWO]).rowcount == 1
    closed = "UPDATE risk_cases SET state = 'closed', closed_by = %s, closed_at = now(), label = 'false_positive'"
    assert owner.execute(closed, [ONE]).rowcount == 1
    with pytest.raises(pg.RestrictViolation):
        owner.execute("UPDATE risk_cases SET label = 'confirmed_risk'")


def test_a_failure_is_never_stored_as_a_yes_nor_a_no_without_a_case(owner):
    columns = (
        "book_id, id, kind, subject_id, decided_at, acted_by, points, order_fen, features_version, features, version"
    )
    insert = f"INSERT INTO risk_decisions ({columns}, answers, score, outcome, reasons, failure) VALUES"
    for outcome, failure in (("approve", "budget"), ("decline", None)):
        with pytest.raises(pg.CheckViolation), owner.transaction():
            owner.execute(
                f"{insert} (%s, %s, 'login', %s, %s, %s, 0, 0, 1, '{{}}', 0, '[]', 0, %s, '{{}}', %s)",
                [BOOK, uuid4(), uuid4(), NOW, ONE, outcome, failure],
            )


def test_a_snooze_ends_and_is_not_ones_own(owner):
    insert = "INSERT INTO risk_snoozes VALUES (%s, %s, 'r', 'resident', %s, %s, 'x', %s, %s, %s)"
    for pivot, until in ((ONE, NOW + timedelta(days=1)), (ANNA, NOW), (ANNA, NOW + timedelta(days=91))):
        with pytest.raises(pg.CheckViolation), owner.transaction():
            owner.execute(insert, [BOOK, uuid4(), pivot, DECISION, ONE, NOW, until])


MAY = {
    "risk_rule_sets": "insert update",
    "risk_cases": "insert update",
    "risk_decisions": "insert",
    "risk_facts": "insert update delete",
    "risk_shadows": "insert",
    "risk_case_events": "insert",
    "risk_appeals": "insert update",
    "risk_snoozes": "insert update",
    "risk_lists": "insert update",
    "risk_list_items": "insert update",
    "risk_findings": "insert update",
    "risk_backtests": "insert update",
}


RIGHTS = "SELECT privilege_type FROM information_schema.{} WHERE grantee = 'linli_app' AND table_name = %s"


def test_the_application_may_no_more_than_it_needs(owner_connection):
    for table, expected in MAY.items():
        granted = set()
        for view in ("table_privileges", "column_privileges"):
            granted |= {right.lower() for (right,) in owner_connection.execute(RIGHTS.format(view), [table])}
        assert granted == {"select", *expected.split()}, table


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("risk_rule_sets", "definition"),
        ("risk_rule_sets", "proposed_by"),
        ("risk_facts", "asked"),
        ("risk_lists", "code"),
    ],
)
def test_what_never_changes_the_application_may_not_change(database, table, column):
    with psycopg.connect(database.app_url) as connection, pytest.raises(pg.InsufficientPrivilege):
        connection.execute(f"UPDATE {table} SET {column} = {column}")
