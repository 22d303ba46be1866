import os
import signal
import subprocess
import sys

import psycopg
import pytest
from sqlalchemy import text

from app.infra.unit_of_work import run_in_transaction
from app.jobs import service, worker
from app.jobs.terms import Periodic, Slots
from app.kernel.actor import SYSTEM
from tests.fixtures.servers import ROOT
from tests.jobs import acts

JOBS = {"test.count_up": acts.count_up, "test.refuse": acts.refuse, "test.crash": acts.crash}


def run(work):
    return run_in_transaction(work, actor=SYSTEM)


def counts():
    rows = run(
        lambda uow: uow.session.execute(
            text("SELECT key, status FROM web_idempotency_keys WHERE route = 'count'")
        ).all()
    )
    return dict(map(tuple, rows))


def jobs():
    statement = text("SELECT task_name, status::text, attempts FROM procrastinate_jobs ORDER BY id")
    return [tuple(row) for row in run(lambda uow: uow.session.execute(statement).all())]


def work(app, schedule=None, concurrency=1):
    worker.work_until_done(worker.build_queue(app, jobs=JOBS, schedule=schedule or {}), Slots(short=concurrency))


def test_the_worker_does_each_job_once_as_the_system(real_commits):
    for number in range(5):
        run(lambda uow, number=number: uow.defer("test.count_up", name=f"n{number}"))
    work(real_commits, concurrency=3)
    assert counts() == {f"n{number}": 1 for number in range(5)}
    assert jobs() == []  # done is gone


def test_a_job_whose_worker_died_after_its_commit_is_not_done_twice(real_commits):
    job_id = run(lambda uow: uow.defer("test.count_up", name="once"))

    def first_life(uow):
        service.take_job(uow, job_id=job_id)
        acts.count_up(uow, name="once")

    run(first_life)  # the act committed; the worker died before it could tell the queue
    work(real_commits)
    assert counts() == {"once": 1}
    assert jobs() == []


def test_a_refused_job_keeps_nothing_and_is_not_tried_again(real_commits):
    run(lambda uow: uow.defer("test.refuse"))
    work(real_commits)
    assert counts() == {}
    assert jobs() == [("test.refuse", "failed", 1)]


def test_a_crashed_job_keeps_nothing_and_waits_for_another_attempt(real_commits):
    run(lambda uow: uow.defer("test.crash"))
    work(real_commits)
    assert counts() == {}
    assert jobs() == [("test.crash", "todo", 1)]
    waits = run(lambda uow: uow.session.scalar(text("SELECT scheduled_at > now() FROM procrastinate_jobs")))
    assert waits is True


def test_stalled_jobs_are_queued_again_and_those_of_living_workers_are_not(real_commits):
    ids = [run(lambda uow: uow.defer("test.count_up", name="stalled")) for _ in range(3)]

    def kill_two(uow):
        dead, alive = [
            uow.session.scalar(
                text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (:at) RETURNING id"), {"at": at}
            )
            for at in (uow.now.replace(year=2020), uow.now)
        ]
        for job_id, owner in zip(ids, (dead, alive, None), strict=True):
            uow.session.execute(
                text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :w WHERE id = :id"),
                {"w": owner, "id": job_id},
            )

    run(kill_two)
    assert run(service.retry_stalled_jobs) == 2
    assert run(service.retry_stalled_jobs) == 0
    assert [status for _, status, _ in jobs()] == ["todo", "doing", "todo"] or sorted(s for _, s, _ in jobs()) == [
        "doing",
        "todo",
        "todo",
    ]
    assert run(lambda uow: uow.session.scalar(text("SELECT count(*) FROM procrastinate_workers"))) == 1


def test_periodic_work_is_queued_by_the_clock_and_run(real_commits):
    schedule = {"test.tick": Periodic("* * * * * *", acts.tick)}
    queue = worker.build_queue(real_commits, jobs={}, schedule=schedule)
    task = queue.tasks["test.tick"]
    run(lambda uow: uow.defer("test.tick", timestamp=1))
    assert task.queueing_lock == "test.tick"
    assert [(periodic.task.name, periodic.cron) for periodic in queue.periodic_registry.periodic_tasks.values()] == [
        ("test.tick", "* * * * * *")
    ]
    worker.work_until_done(queue)
    assert counts()["tick"] >= 1  # the clock may have queued another meanwhile


def test_batched_periodic_work_runs_until_nothing_is_left(real_commits):
    for number in range(3):
        run(
            lambda uow, number=number: uow.session.execute(
                text("INSERT INTO web_idempotency_keys VALUES (:a, 'heap', :k, '', 1, NULL, now())"),
                {"a": uow.actor.id, "k": str(number)},
            )
        )
    schedule = {"test.drain": Periodic("0 0 1 1 *", acts.drain, until_zero=True)}
    run(lambda uow: uow.defer("test.drain", timestamp=1))
    worker.work_until_done(worker.build_queue(real_commits, jobs={}, schedule=schedule))
    assert counts() == {"drain": 4}


WORKER = """
import os, sys
from app.factory import create_app
from app.infra.config import Config
from app.jobs import worker
from app.jobs.terms import Slots
from tests.jobs import acts
from sqlalchemy import text

def hang(uow, *, name):
    acts.count_up(uow, name=name)
    if os.environ.get("HANG"):
        print("hanging", flush=True)
        uow.session.execute(text("SELECT pg_sleep(10)"))

app = create_app(Config.from_process())
queue = worker.build_queue(app, jobs={"test.hang": hang}, schedule={})
print("ready", flush=True)
if os.environ.get("FOREVER"):
    worker.work_until_stopped(queue, Slots())
else:
    worker.work_until_done(queue)
"""


def start_worker(app, **environment):
    config = app.extensions["linli.config"]
    return subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=ROOT,
        env={
            **os.environ,
            "LINLI_MODE": "test",
            "DATABASE_URL": config.database_url,
            "REDIS_URL": config.redis_url,
            "PYTHONPATH": str(ROOT),
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def await_line(process, wanted):
    for line in process.stdout:
        if line.strip() == wanted:
            return
    pytest.fail(f"no {wanted!r}: {process.stderr.read()}")


def test_a_worker_killed_in_mid_job_leaves_it_to_be_done_once(real_commits):
    run(lambda uow: uow.defer("test.hang", name="killed"))
    with start_worker(real_commits, HANG="1") as process:
        await_line(process, "hanging")
        process.kill()
    assert [status for _, status, _ in jobs()] == ["doing"]
    database = real_commits.extensions["linli.test_database"]
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:  # time passes for its heartbeat
        connection.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    assert run(service.retry_stalled_jobs) == 1
    with start_worker(real_commits) as process:
        assert process.wait(60) == 0, process.stderr.read()
    assert counts() == {"killed": 1}
    assert jobs() == []


def test_sigterm_stops_a_worker_cleanly(real_commits):
    run(lambda uow: uow.defer("test.hang", name="before"))
    with start_worker(real_commits, FOREVER="1", HANG="1", LINLI_STATEMENT_TIMEOUT_MS="300") as process:
        await_line(process, "hanging")  # so it has taken a job and its handlers stand
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, process.stderr.read()
    assert run(lambda uow: uow.session.scalar(text("SELECT count(*) FROM procrastinate_workers"))) == 0
    assert [status for _, status, _ in jobs()] == ["todo"]  # its statement timed out, so it was given back for a retry
