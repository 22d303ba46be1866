"""The short way to the driver: in the session's transaction, after what is pending, and seen by whoever counts."""

from functools import partial

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import sessionmaker

from app.infra import db
from app.infra.failures import Failure, classify
from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM
from app.web.idempotency import IdempotencyKey
from tests.fixtures.work import NOW

BACKEND = "SELECT pg_backend_pid()"
COUNT = "SELECT count(*) FROM web_idempotency_keys WHERE actor_id = %(actor_id)s"


def pending(session):
    row = {"actor_id": SYSTEM.id, "route": "POST /x", "key": "k", "request_hash": b"x" * 32, "created_at": NOW}
    session.add(IdempotencyKey(**row))


def test_it_sees_what_is_pending_as_execute_does_unless_told_not_to(session):
    pending(session)
    assert db.fetch(session, COUNT, {"actor_id": SYSTEM.id}, flushes=False) == [(0,)]
    with session.no_autoflush:
        assert db.fetch(session, COUNT, {"actor_id": SYSTEM.id}) == [(0,)]
    assert db.fetch(session, COUNT, {"actor_id": SYSTEM.id}) == [(1,)]


def test_it_is_of_the_transaction(session):
    with session.begin_nested() as savepoint:
        pending(session)
        db.run(session, "UPDATE web_idempotency_keys SET status = %s", (200,))
        assert session.scalar(text("SELECT status FROM web_idempotency_keys")) == 200
        savepoint.rollback()
    assert db.fetch(session, COUNT, {"actor_id": SYSTEM.id}) == [(0,)]


def test_a_savepoint_that_begins_with_it_is_one(session):
    """The session makes a savepoint when it is asked for its connection first."""
    pending(session)
    assert db.fetch(session, COUNT, {"actor_id": SYSTEM.id}) == [(1,)]
    with session.begin_nested() as savepoint:
        db.run(session, "DELETE FROM web_idempotency_keys", ())
        savepoint.rollback()
    assert db.fetch(session, COUNT, {"actor_id": SYSTEM.id}) == [(1,)]


def test_whoever_counts_statements_counts_these(session):
    seen = []
    note = lambda _c, _k, statement, *_: seen.append(statement)  # noqa: E731 - a listener
    event.listen(db.db.engine, "before_cursor_execute", note)
    try:
        assert list(db.fetch(session, "SELECT %(one)s + 1", {"one": 1})) == [(2,)]
        db.run(session, "SELECT set_config('linli.test', %s, true)", ("x",))
    finally:
        event.remove(db.db.engine, "before_cursor_execute", note)
    assert [statement for statement in seen if not statement.startswith("SAVEPOINT")] == [
        "SELECT %(one)s + 1",
        "SELECT set_config('linli.test', %s, true)",
    ]
    assert db.fetch(session, "SELECT current_setting('linli.test')", ()) == [("x",)]


def test_its_errors_are_told_apart_like_all_others(session):
    with session.begin_nested() as savepoint:
        with pytest.raises(psycopg.errors.LockNotAvailable) as refused:
            db.run(session, "DO $$ BEGIN RAISE lock_not_available; END $$", ())
        savepoint.rollback()
    assert classify(refused.value) is Failure.CONTENDED


def test_a_connection_that_is_lost_under_it_is_taken_anew(app, session):
    """Of a transaction of its own: the server ends the connection, once, and the act goes through."""
    ends = [True]

    def act(uow):
        if ends.pop() if ends else False:
            db.run(uow.session, "SELECT pg_terminate_backend(pg_backend_pid())", ())
        return db.fetch(uow.session, "SELECT 1", ())

    joined = app.extensions[db.SESSIONS]
    app.extensions[db.SESSIONS] = sessionmaker(db.db.engine, expire_on_commit=False)
    try:
        assert run_in_transaction(act, actor=SYSTEM) == [(1,)]
    finally:
        app.extensions[db.SESSIONS] = joined


def test_a_row_is_read_by_name_watched_or_not(session):
    ask = partial(db.fetch_one, session, db.driver_text("SELECT :one::int AS first,\n   :two AS second"))
    assert (ask({"one": 1, "two": "b"}).first, ask({"one": 1, "two": "b"}).second) == (1, "b")
    note = lambda *_: None  # noqa: E731 - a listener
    event.listen(db.db.engine, "before_cursor_execute", note)
    try:
        assert (ask({"one": 1, "two": "b"}).first, ask({"one": 1, "two": "b"}).second) == (1, "b")
    finally:
        event.remove(db.db.engine, "before_cursor_execute", note)
    with pytest.raises(ValueError, match="unpack"):
        db.fetch_one(session, "SELECT 1 WHERE false", ())


def test_each_transaction_goes_its_own_way(app):
    one, other = db.new_session(), db.new_session()
    try:
        db.fetch(one, BACKEND, ())
        one.commit()  # its connection is free, and goes to the other
        theirs = db.fetch(other, BACKEND, ())
        assert db.fetch(one, BACKEND, ()) != theirs
    finally:
        one.close()
        other.close()
