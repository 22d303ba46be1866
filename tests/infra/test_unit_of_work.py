import threading
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.infra import unit_of_work
from app.infra.db import db
from app.infra.failures import DatabaseBusy, DatabaseUnavailable
from app.infra.unit_of_work import ATTEMPTS_MAX, run_in_transaction
from app.kernel.actor import SYSTEM
from app.kernel.errors import Declined, DomainError, Kind

WRITE = text("INSERT INTO jobs_completions VALUES (:id, now())")


class Refused(DomainError):
    kind = Kind.CONFLICT
    code = "test.refused"
    text = {"zh": "不行", "en": "no"}


class RefusedForGood(Declined):
    kind = Kind.CONFLICT
    code = "test.refused_for_good"
    text = {"zh": "不行", "en": "no"}


def run(work, **options):
    return run_in_transaction(work, actor=SYSTEM, **options)


def rows(session) -> list[int]:
    return list(session.scalars(text("SELECT job_id FROM jobs_completions ORDER BY 1")))


def test_run_in_transaction_commits_and_returns(session):
    assert run(lambda uow: uow.session.execute(WRITE, {"id": 1}).rowcount) == 1
    assert rows(session) == [1]


@pytest.mark.parametrize("error", [Refused, ValueError])
def test_run_in_transaction_rolls_back_on_any_exception(session, error):
    def work(uow):
        uow.session.execute(WRITE, {"id": 1})
        raise error

    with pytest.raises(error):
        run(work)
    assert rows(session) == []


def test_run_in_transaction_commits_a_decline_and_raises_it_again(session):
    def work(uow):
        uow.session.execute(WRITE, {"id": 1})
        raise RefusedForGood

    with pytest.raises(RefusedForGood):
        run(work)
    assert rows(session) == [1]


def test_a_unit_of_work_knows_actor_time_and_makes_ids(session):
    before = datetime.now(UTC)
    uow = run(lambda uow: uow)
    assert uow.actor is SYSTEM
    assert before <= uow.now <= datetime.now(UTC)
    given = datetime(2026, 1, 1, tzinfo=UTC)
    assert run(lambda uow: uow.now, now=given) == given
    first, second = uow.new_id(), uow.new_id()
    assert first.version == 7
    assert first < second
    assert len({uow.new_token() for _ in range(50)}) == 50
    assert len(uow.new_digits(8)) == 8
    assert uow.new_digits(400).isdigit()
    pairs = [uow.new_digits(2) for _ in range(1000)]
    assert {len(pair) for pair in pairs} == {2}  # also of those that begin with zeros
    assert {pair[0] for pair in pairs} == {pair[1] for pair in pairs} == set("0123456789")


def test_backoff_is_bounded_and_random():
    waits = [unit_of_work.backoff_seconds(attempt) for attempt in range(40) for _ in range(5)]
    assert all(0 < wait <= 10 for wait in waits)
    assert len(set(waits)) > 100


class Server:
    """The database of `real_commits` seen from outside the application."""

    def __init__(self, app):
        self.database = app.extensions["linli.test_database"]
        self.connection = psycopg.connect(self.database.superuser_url, autocommit=True)

    def kill(self, pid: int) -> None:
        """End one backend, and wait until it is gone."""
        self.connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    def kill_all(self) -> None:
        self.connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'linli' AND datname = %s",
            [self.database.name],
        )

    def rows(self) -> list[int]:
        return [row[0] for row in self.connection.execute("SELECT job_id FROM jobs_completions ORDER BY 1")]


@pytest.fixture
def server(real_commits):
    seen = Server(real_commits)
    yield seen
    seen.connection.close()


def backend(uow) -> int:
    return uow.session.scalar(text("SELECT pg_backend_pid()"))


def test_a_connection_lost_before_commit_is_replaced_once(server):
    attempts = []

    def work(uow):
        attempts.append(backend(uow))
        uow.session.execute(WRITE, {"id": len(attempts)})
        if len(attempts) == 1:
            server.kill(attempts[0])
        uow.session.execute(text("SELECT 1"))

    run(work)
    assert len(set(attempts)) == 2
    assert server.rows() == [2]


def test_a_connection_lost_twice_is_a_retryable_refusal_and_keeps_nothing(server):
    def work(uow):
        uow.session.execute(WRITE, {"id": 1})
        server.kill(backend(uow))
        uow.session.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailable):
        run(work)
    assert server.rows() == []
    run(lambda uow: uow.session.execute(WRITE, {"id": 2}))  # and the pool is whole again
    assert server.rows() == [2]


def test_a_connection_lost_at_commit_is_not_repeated_because_nobody_knows(server, monkeypatch):
    attempts = []
    commit = unit_of_work.Session.commit

    def killed_commit(session):
        server.kill(session.scalar(text("SELECT pg_backend_pid()")))
        commit(session)

    monkeypatch.setattr(unit_of_work.Session, "commit", killed_commit)
    with pytest.raises(DatabaseUnavailable):
        run(lambda uow: attempts.append(uow.session.execute(WRITE, {"id": 1})))
    assert len(attempts) == 1


def test_idle_connections_that_all_died_are_replaced_unnoticed(server, real_commits):
    barrier = threading.Barrier(8)

    def use(_):
        with real_commits.app_context():
            run(lambda uow: (uow.session.execute(text("SELECT 1")), barrier.wait(30)))

    in_threads(use, 8)
    server.kill_all()
    for number in range(8):
        run(lambda uow, number=number: uow.session.execute(WRITE, {"id": number}))
    assert server.rows() == list(range(8))


def in_threads(act, count: int) -> list[object]:
    """Run `act(n)` in `count` threads and give what each returned or raised."""
    results: list[object] = [None] * count

    def call(number):
        try:
            results[number] = act(number)
        except Exception as error:  # noqa: BLE001 - the caller looks at whatever it was
            results[number] = error

    threads = [threading.Thread(target=call, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_a_deadlock_is_run_again_and_both_acts_succeed(server, real_commits):
    run(lambda uow: [uow.session.execute(WRITE, {"id": number}) for number in (1, 2)])
    both_hold_one = threading.Barrier(2)
    attempts = [0, 0]
    lock = text("UPDATE jobs_completions SET completed_at = now() WHERE job_id = :id")

    def cross(number):
        def work(uow):
            attempts[number] += 1
            uow.session.execute(lock, {"id": 1 + number})
            if attempts[number] == 1:
                both_hold_one.wait(30)
            uow.session.execute(lock, {"id": 2 - number})
            return "done"

        with real_commits.app_context():
            return run(work)

    assert in_threads(cross, 2) == ["done", "done"]
    assert sum(attempts) == 3


def test_a_serialization_failure_is_run_again(server):
    attempts = []

    def work(uow):
        attempts.append(1)
        uow.session.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
        uow.session.scalar(text("SELECT count(*) FROM jobs_completions"))
        if len(attempts) == 1:
            server.connection.execute("INSERT INTO jobs_completions VALUES (5, now())")
        uow.session.execute(text("UPDATE jobs_completions SET completed_at = now()"))
        if len(attempts) == 1:
            raise_serialization_failure(uow)

    run(work)
    assert len(attempts) == 2


def raise_serialization_failure(uow):
    uow.session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'rival' USING ERRCODE = '40001'; END $$"))


def test_endless_contention_ends_after_three_attempts_as_busy(session):
    attempts = []

    def work(uow):
        attempts.append(1)
        raise_serialization_failure(uow)

    with pytest.raises(DatabaseBusy):
        run(work)
    assert len(attempts) == ATTEMPTS_MAX


def test_a_lock_that_is_not_given_in_time_is_busy(server, real_commits):
    run(lambda uow: uow.session.execute(WRITE, {"id": 1}))
    with psycopg.connect(server.database.superuser_url) as rival:
        rival.execute("SELECT * FROM jobs_completions WHERE job_id = 1 FOR UPDATE")

        def work(uow):
            uow.session.execute(text("SET LOCAL lock_timeout = 50"))
            uow.session.execute(text("DELETE FROM jobs_completions"))

        with pytest.raises(DatabaseBusy):
            run(work)
        rival.rollback()
    assert server.rows() == [1]


def test_a_statement_that_takes_too_long_is_busy_and_not_repeated(session):
    attempts = []

    def work(uow):
        attempts.append(1)
        uow.session.execute(text("SET LOCAL statement_timeout = 20"))
        uow.session.execute(text("SELECT pg_sleep(5)"))

    with pytest.raises(DatabaseBusy):
        run(work)
    assert len(attempts) == 1


def test_an_empty_pool_is_busy(make_app):
    small = make_app(pool_size=1, pool_timeout_seconds=1)
    with small.app_context(), db.engine.connect(), pytest.raises(DatabaseBusy):
        run(lambda uow: uow.session.execute(text("SELECT 1")))


def test_a_server_that_is_not_there_is_unavailable(make_app):
    nowhere = make_app(database_url="postgresql://linli_app@127.0.0.1:1/linli")
    with nowhere.app_context(), pytest.raises(DatabaseUnavailable):
        run(lambda uow: uow.session.execute(text("SELECT 1")))


def test_driver_errors_that_bypass_sqlalchemy_are_classified_too(server):
    def work(uow):
        raw = uow.session.connection().connection.driver_connection
        server.kill(raw.info.backend_pid)
        raw.execute("SELECT 1")

    with pytest.raises(DatabaseUnavailable):
        run(work)
    assert run(lambda uow: uow.session.scalar(text("SELECT 1"))) == 1


def test_an_own_mistake_in_sql_stays_an_own_mistake(session):
    with pytest.raises(ProgrammingError):
        run(lambda uow: uow.session.execute(text("SELECT nonsense")))


def test_sessions_are_bounded_and_in_utc(session, app):
    config = app.extensions["linli.config"]
    shown = {
        name: session.scalar(text(f"SHOW {name}"))
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
    }
    assert shown == {
        "statement_timeout": "15s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "30s",
        "timezone": "UTC",
    }
    assert config.lock_timeout_ms == 3000


def test_the_application_may_not_change_the_schema(session):
    for statement in ("CREATE TABLE x ()", "DROP TABLE jobs_completions", "TRUNCATE jobs_completions"):
        savepoint = session.begin_nested()
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            session.execute(text(statement))
        savepoint.rollback()
