"""Long work of one book and the work of everybody else: who waits for whom."""

import asyncio
import threading
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text

from app.infra.queue import KEPT_APART
from app.infra.queue import LONG as LONG_LANE
from app.infra.unit_of_work import run_in_transaction
from app.jobs import terms, worker
from app.jobs.catalogue import JOBS
from app.jobs.terms import Slots
from app.kernel.actor import SYSTEM
from tools.embedded.process import wait_until

PATIENCE_SECONDS = 120  # only a test that fails waits so long
LONG, SHORT = "enrolment.commit_import", "points.hear_stop"
LISTENING = f"""SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND state = 'idle' AND query LIKE 'LISTEN%#{LONG_LANE}%'"""


def defer(*jobs):
    for name, book_id in jobs:
        run_in_transaction(lambda uow, n=name, b=book_id: uow.defer(n, book_id=b), actor=SYSTEM)


class Office:
    """Acts that write down when they begin and end; those of book 1 end only when all in `waits_for` is done."""

    def __init__(self, app, waits_for):
        self.app, self.waits_for = app, set(waits_for)
        self.told: list[tuple[str, str, int]] = []
        self.changed = threading.Condition()

    def act(self, name):
        def run(_uow, *, book_id):
            with self.changed:
                self.told.append(("begins", name, book_id))
                self.changed.notify_all()
                if book_id == 1 and name == LONG:
                    assert self.changed.wait_for(self.others_are_done, PATIENCE_SECONDS), self.told
                self.told.append(("ends", name, book_id))
                self.changed.notify_all()

        return run

    def others_are_done(self):
        return self.waits_for <= {(name, book) for word, name, book in self.told if word == "ends"}

    def work(self):
        queue = worker.build_queue(self.app, jobs={name: self.act(name) for name in (LONG, SHORT)}, schedule={})
        worker.work_until_done(queue, Slots(short=1, long=2))
        left = run_in_transaction(
            lambda uow: uow.session.scalar(text("SELECT count(*) FROM procrastinate_jobs")), actor=SYSTEM
        )
        assert (left, self.told.count(("begins", LONG, 1)) > 0) == (0, True)

    def most_at_once(self) -> int:
        """How many long jobs of book 1 ran beside each other."""
        running = most = 0
        for word, name, book_id in self.told:
            if (name, book_id) == (LONG, 1):
                running += 1 if word == "begins" else -1
                most = max(most, running)
        return most


def ends(told) -> Iterator[int]:
    return (book_id for word, _, book_id in told if word == "ends")


def test_short_work_and_long_work_of_another_book_are_done_while_six_long_ones_of_a_book_wait(real_commits):
    defer(*[(LONG, 1)] * 6, (LONG, 2), (SHORT, 1))
    office = Office(real_commits, waits_for={(LONG, 2), (SHORT, 1)})
    office.work()
    assert office.most_at_once() == 1


def test_a_book_that_asks_last_comes_before_what_others_asked_for_more_than_once(real_commits):
    """Six of book 1, three of book 2, then one of book 3, in two slots: the third book does not wait for nine."""
    defer(*[(LONG, 1)] * 6, *[(LONG, 2)] * 3, (LONG, 3))
    office = Office(real_commits, waits_for={(LONG, 3)})
    office.work()
    assert list(ends(office.told)).index(3) <= 1


def test_every_step_of_an_import_is_long_work_kept_apart_by_its_book():
    assert KEPT_APART.keys() <= JOBS.keys()
    # of one person, who waits for it; or a page of such people, whom a list was taken in for
    short = {"enrolment.match_claim", "enrolment.settle_household", "enrolment.match_waiting"}
    steps = {name for name in JOBS if name.startswith("enrolment.")} - short
    assert {name: KEPT_APART.get(name) for name in steps} == dict.fromkeys(steps, "book_id")
    assert short.isdisjoint(KEPT_APART)


class Lane:
    """Sees when the long lane has nothing to do: it hears of what is new, and its last look found nothing.

    A step that ends before is no trial of the waking. The lane may not listen yet, or be looking just then: what it is
    told meanwhile the queue forgets, and the lane's next look finds it.
    """

    def __init__(self, queue, superuser_url):
        self.superuser_url, self.idle, self.looked = superuser_url, False, threading.Condition()
        self.fetch, queue.job_manager.fetch_job = queue.job_manager.fetch_job, self.look

    async def look(self, queues, worker_id):
        job = await self.fetch(queues, worker_id)
        if LONG_LANE in queues:
            with self.looked:
                self.idle = job is None  # of one it found, the lane looks for another at once
                self.looked.notify_all()
        return job

    def wait_until_idle(self):
        with self.looked:
            assert self.looked.wait_for(lambda: self.idle, PATIENCE_SECONDS)
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            assert wait_until(lambda: connection.execute(LISTENING).fetchone() == (1,), seconds=PATIENCE_SECONDS)


def test_a_step_that_waited_for_its_book_starts_as_soon_as_the_one_before_has_ended(real_commits, monkeypatch):
    """The worker is woken; it does not find it out at its next look, seconds later."""
    monkeypatch.setattr(terms, "LOOK_SECONDS", 3600)
    defer(*[(LONG, 1)] * 3)
    office = Office(real_commits, waits_for=set())

    def act(uow, *, book_id):
        lane.wait_until_idle()
        office.act(LONG)(uow, book_id=book_id)

    queue = worker.build_queue(office.app, jobs={LONG: act}, schedule={})
    lane = Lane(queue, real_commits.extensions["linli.test_database"].superuser_url)

    def wait_until_all_have_ended():
        with office.changed:
            return office.changed.wait_for(lambda: office.told.count(("ends", LONG, 1)) == 3, PATIENCE_SECONDS)

    async def work():
        async with queue.open_async():
            working = asyncio.create_task(worker.run_lanes(queue, Slots(long=2)))
            done = await asyncio.to_thread(wait_until_all_have_ended)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            return done

    assert asyncio.run(work()), office.told


@pytest.mark.parametrize("name", sorted(KEPT_APART))
def test_a_long_job_says_what_it_is_kept_apart_by(uow, name):
    uow.defer(name, book_id=7)
    uow.defer(name, book_id=7)
    rows = uow.session.execute(text("SELECT queue_name, lock, priority FROM procrastinate_jobs ORDER BY id")).all()
    lock = f"{name.partition('.')[0]}:7"
    assert [tuple(row) for row in rows] == [("linli-long", lock, 0), ("linli-long", lock, -1)]
