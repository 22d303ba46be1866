"""Migration 0012 on a database that was in use before: what was awarded then is in the register, and no more."""

import time
import uuid
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest
from flask_migrate import upgrade
from psycopg import sql

from app.factory import create_app
from app.infra.db import db
from app.points import errors
from app.points import service as points
from app.points.rules.facts import Fact
from app.points.service.awarding import award
from tests.fixtures import servers as places
from tests.fixtures.servers import OWNER, ROOT
from tests.fixtures.work import NOW
from tests.points import invariants
from tests.points.audited import audit
from tests.points.committed import commit, commit_ledger
from tests.points.ledger import ANNA, BORIS, SPONSOR

COORDINATOR, CLERK = uuid.UUID(int=71), uuid.UUID(int=72)
OLD_AWARD = """
    INSERT INTO volunteers_awards
           (book_id, id, resident_id, budget_id, points, activity, minutes, performed_on, coordinator_id,
            transaction_id, awarded_at)
    VALUES (%(book)s, %(id)s, %(who)s, %(budget)s, %(points)s, %(activity)s, %(minutes)s, %(day)s, %(by)s,
            %(transaction)s, %(at)s)"""
OLD_REPORT = """
    INSERT INTO reports_reports
           (book_id, id, reporter_id, text, place, state, filed_at, attempts, decided_by, decided_at, reason,
            points, budget_id, transaction_id)
    VALUES (%(book)s, %(id)s, %(who)s, '路灯不亮', '3 栋', %(state)s, %(at)s, %(attempts)s, %(by)s, %(decided)s,
            %(reason)s, %(points)s, %(budget)s, %(transaction)s)"""
REGISTER = """
    SELECT id, rule_code, subject, beneficiary_id, passbook_id, cycle, performed_on, title, minutes, chosen_points,
           computed_points, points, budget_id, awarded_by, awarded_at, transaction_id
      FROM points_awards WHERE book_id = %s ORDER BY id"""
AGAIN = """
    INSERT INTO points_awards
    SELECT (jsonb_populate_record(a, jsonb_build_object('id', uuid_nil, 'points', 0, 'transaction_id', NULL))).*
      FROM points_awards a, CAST('00000000-0000-0000-0000-000000000000' AS text) uuid_nil"""
REPORTS = "SELECT id, state, points, transaction_id, rule, award_id FROM reports_reports WHERE book_id = %s ORDER BY id"


@pytest.fixture
def old(servers, template):
    """A database as version 0011 left it, and the application on it. (`template`: for the roles.)"""
    name = f"linli_test_{int(time.time())}_{uuid.uuid4().hex[:10]}"
    made = places.database_of(servers, name)
    with places.alone(servers) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER[0]))
        )
    try:
        with create_app(made.config()).app_context():
            upgrade(directory=str(ROOT / "migrations"), revision="0011")
            yield made
            db.engine.dispose()
    finally:
        places.drop(servers, made)


def migrate(old) -> None:
    upgrade(directory=str(ROOT / "migrations"))
    db.engine.dispose()  # what was prepared before the tables changed is forgotten


def another_budget(ledger):
    """The same book, seen with another budget of the same sponsor."""

    def open_and_mint(acts):
        opened = points.create_budget(acts.uow, ledger.id, sponsor_id=SPONSOR, name="Winter", point_value_fen=0)
        beside = replace(acts, ledger=replace(ledger, budget_id=opened.id))
        beside.mint(100)
        return beside.ledger

    return commit(ledger, open_and_mint)


def old_award(connection, ledger, who, points, **more):
    """What 0.1.0 wrote when a coordinator awarded: a posting, and a row of its own."""
    id_ = uuid.uuid4()
    posted = commit(ledger, lambda acts: acts.award(who, points, cause=f"award:{id_}"))
    row = {
        "book": ledger.id,
        "id": id_,
        "who": who,
        "budget": ledger.budget_id,
        "points": points,
        "activity": "楼道保洁",
    }
    row |= {"minutes": None, "day": date(2026, 6, 14), "by": COORDINATOR, "transaction": posted.subject_id, "at": NOW}
    connection.execute(OLD_AWARD, row | more)
    return row | more


def old_report(connection, ledger, who, **more):
    row = {"book": ledger.id, "id": uuid.uuid4(), "who": who, "state": "filed", "at": NOW, "attempts": 0, "by": None}
    row |= dict.fromkeys(("decided", "reason", "points", "budget", "transaction"))
    connection.execute(OLD_REPORT, row | more)
    return row | more


def accepted(ledger, who, points):
    posted = commit(ledger, lambda acts: acts.award(who, points))
    told = {"state": "accepted", "attempts": 1, "by": CLERK, "decided": NOW, "points": points}
    return told | {"budget": ledger.budget_id, "transaction": posted.subject_id}


def register_of(row):
    """What the register must say of an old award."""
    rule = f"before.{row['budget'].hex}"
    return (
        *(
            row["id"],
            rule,
            f"award:{row['id']}",
            row["who"],
            row["who"],
            "once",
            row["day"],
            row["activity"],
            row["minutes"],
        ),
        *(row["points"], row["points"], row["points"], row["budget"], row["by"], row["at"], row["transaction"]),
    )


def test_what_was_awarded_before_rules_is_in_the_register_once_and_the_books_are_sound(old):
    ledger, other = commit_ledger(), commit_ledger()
    beside = another_budget(ledger)
    assert str(beside.budget_id)[:8] == str(ledger.budget_id)[:8]  # of one minute, as budgets set up together are
    with psycopg.connect(old.owner_url) as connection:
        rows = [
            old_award(connection, ledger, ANNA, 20, minutes=90),
            old_award(connection, ledger, ANNA, 20, minutes=90),  # the same again was two awards then
            old_award(
                connection, ledger, BORIS, 30_000, activity="护绿", at=NOW + timedelta(hours=1)
            ),  # above a rule's 10,000
        ]
        rows.append(old_award(connection, beside, BORIS, 5))
        theirs = old_award(connection, other, ANNA, 7)
        filed = old_report(connection, ledger, ANNA)
        dry = old_report(connection, ledger, BORIS, attempts=3)
        paid = old_report(connection, ledger, ANNA, **accepted(ledger, ANNA, 10))
        refused = old_report(connection, ledger, BORIS, state="rejected", by=CLERK, decided=NOW, reason="重复")
    migrate(old)

    with psycopg.connect(old.owner_url) as connection:
        assert connection.execute(REGISTER, [ledger.id]).fetchall() == sorted(map(register_of, rows))
        assert connection.execute(REGISTER, [other.id]).fetchall() == [register_of(theirs)]
        assert connection.execute("SELECT to_regclass('volunteers_awards')").fetchone() == (None,)
        kept = [(r["id"], r["state"], r["points"], r["transaction"], None, None) for r in (filed, dry, paid, refused)]
        assert connection.execute(REPORTS, [ledger.id]).fetchall() == sorted(kept)
        assert invariants.list_wrongs(invariants.fetch_on(connection), ledger.id) == []
    assert audit(old).findings == {}


def test_a_fact_of_before_is_paid_by_nobody_again(old):
    ledger = commit_ledger()
    with psycopg.connect(old.owner_url) as connection:
        row = old_award(connection, ledger, ANNA, 20)
    migrate(old)
    rule = f"before.{ledger.budget_id.hex}"
    fact = Fact(
        rule=rule,
        subject=f"award:{row['id']}",
        beneficiary_id=ANNA,
        performed_on=row["day"],
        title="楼道保洁",
        chosen_points=20,
    )
    told = commit(ledger, lambda acts: award(acts.uow, acts.book, facts=[fact])[0])
    assert isinstance(told.refusal, errors.RuleWithdrawn)
    assert commit(ledger, lambda acts: acts.available(ANNA)) == 20
    with psycopg.connect(old.owner_url) as connection, pytest.raises(psycopg.errors.UniqueViolation) as refused:
        connection.execute(AGAIN)
    assert refused.value.diag.constraint_name == "uq_points_awards_fact"
