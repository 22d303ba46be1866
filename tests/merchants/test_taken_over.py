"""The migration to redemptions on a database with payments: each is found under its number, as what it was."""

import time
import uuid

import psycopg
import pytest
from flask_migrate import upgrade
from psycopg import sql

from app.factory import create_app
from app.infra.db import db
from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM
from app.points import queries as points_queries
from tests.fixtures import servers as places
from tests.fixtures.servers import OWNER, ROOT
from tests.fixtures.work import NOW
from tests.points.committed import commit, commit_ledger
from tests.points.ledger import ANNA, SHOP, Ledger

BEFORE = next((ROOT / "migrations" / "versions").glob("*_enrol_merchants.py")).name[:4]
PAYMENT = """
    INSERT INTO merchants_payments
           (book_id, id, shop_id, out_trade_no, code_hash, points, state, cashier_id, requested_at, resident_id,
            decline, hold_id, hold_expires_at, captured_points, transaction_id, closed_at)
    VALUES (%(book)s, gen_random_uuid(), %(shop)s, %(no)s, sha256('x'), 10, %(state)s, %(shop)s, %(at)s, %(who)s,
            %(decline)s, %(hold)s, %(ends)s, %(captured)s, %(moved)s, %(closed)s) RETURNING id"""
REFUND = """
    INSERT INTO merchants_refunds
           (book_id, id, shop_id, out_refund_no, payment_id, points, state, cashier_id, requested_at, transaction_id)
    VALUES (%(book)s, gen_random_uuid(), %(shop)s, 'R-1', %(payment)s, 3, 'refunded', %(shop)s, %(at)s, %(moved)s)"""
NONE = dict.fromkeys(("decline", "hold", "ends", "captured", "moved", "closed"))
FOUND = """SELECT out_trade_no, mode, state, points, captured_points, refunded_points, decline, book_id
             FROM merchants_redemptions ORDER BY out_trade_no, book_id"""


@pytest.fixture
def old(servers, template):
    """A database as it was before redemptions, and the application on it. (`template`: for the roles.)"""
    name = f"linli_test_{int(time.time())}_{uuid.uuid4().hex[:10]}"
    made = places.database_of(servers, name)
    with places.alone(servers) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER[0]))
        )
    try:
        with create_app(made.config()).app_context():
            upgrade(directory=str(ROOT / "migrations"), revision=BEFORE)
            yield made
            db.engine.dispose()
    finally:
        places.drop(servers, made)


def pay_as_before(owner, ledger: Ledger) -> None:
    """One payment in each state, and a refund."""
    commit(ledger, lambda acts: acts.award(ANNA, 100))
    held, open_ = (commit(ledger, lambda acts: acts.hold(ANNA, 10)).hold_id for _ in range(2))
    moved = commit(ledger, lambda acts: acts.capture(held, ANNA)).subject_id
    back = commit(ledger, lambda acts: acts.refund(moved, ANNA, 3)).subject_id
    owner.execute(
        "INSERT INTO merchants_merchants (id, home_book_id, name, state, opened_at)"
        " VALUES (%s, %s, '面馆', 'unverified', now()) ON CONFLICT DO NOTHING",
        [SHOP, ledger.id],
    )
    owner.execute(
        "INSERT INTO merchants_branches (id, merchant_id, name, street, state, opened_at)"
        " VALUES (%s, %s, '面馆', '忠义街', 'open', now()) ON CONFLICT DO NOTHING",
        [SHOP, SHOP],
    )
    owner.execute("INSERT INTO merchants_shops VALUES (%s, %s, '面馆', '忠义街', now())", [ledger.id, SHOP])
    common = NONE | {"book": ledger.id, "shop": SHOP, "at": NOW, "who": ANNA}
    hold = {"ends": NOW, "hold": held}
    taken = owner.execute(
        PAYMENT,
        common | hold | {"no": "captured", "state": "captured", "captured": 10, "moved": moved, "closed": NOW},
    ).fetchone()
    owner.execute(PAYMENT, common | {"no": "held", "state": "authorised", "hold": open_, "ends": NOW})
    owner.execute(PAYMENT, common | {"no": "declined", "state": "declined", "decline": "points.insufficient"})
    owner.execute(REFUND, common | {"payment": taken[0], "moved": back})


@pytest.mark.slow
def test_payments_are_taken_over_as_redemptions(old):
    with psycopg.connect(old.owner_url, autocommit=True) as owner:
        first, second = commit_ledger(), commit_ledger()
        for ledger in (first, second):
            pay_as_before(owner, ledger)
        db.engine.dispose()
        upgrade(directory=str(ROOT / "migrations"))
        rows = owner.execute(FOUND).fetchall()
        refunds = owner.execute("SELECT out_refund_no FROM merchants_refunds ORDER BY book_id").fetchall()
        left = owner.execute("SELECT to_regclass('merchants_payments'), to_regclass('merchants_codes')").fetchone()
    a, b = first.id, second.id
    assert sorted(rows) == sorted(
        [
            ("captured", "cashier", "captured", 10, 10, 3, None, a),
            (f"captured*{b}", "cashier", "captured", 10, 10, 3, None, b),
            ("declined", "cashier", "declined", None, None, 0, "points.insufficient", a),
            (f"declined*{b}", "cashier", "declined", None, None, 0, "points.insufficient", b),
            ("held", "cashier", "held", 10, None, 0, None, a),
            (f"held*{b}", "cashier", "held", 10, None, 0, None, b),
        ]
    )
    assert refunds == [("R-1",), (f"R-1*{b}",)]
    assert left == (None, None)
    assert run_in_transaction(lambda uow: len(points_queries.list_books(uow.session)), actor=SYSTEM) == 2
