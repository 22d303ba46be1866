"""Threads that really meet: started by a barrier, or stopped at a lock and let go together."""

import threading
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg

from app.kernel.errors import DomainError
from tests.fixtures.work import NOW
from tests.points.committed import Place, commit
from tests.points.ledger import Acts, Ledger

Work = Callable[[Acts], object]
WAITING = """SELECT count(*) FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock' AND backend_type = 'client backend'"""
PATIENCE = 20_000  # looks at the server, not seconds


@dataclass
class Runner(threading.Thread):
    """One act in one database transaction of its own. `answer` is what it returned or the refusal it met."""

    place: Place
    ledger: Ledger
    work: Work
    start_line: threading.Barrier
    now: datetime = NOW
    answer: object = None
    defect: BaseException | None = None

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        with self.place.app.app_context():
            self.start_line.wait()
            try:
                self.answer = commit(self.ledger, self.work, now=self.now)
            except DomainError as refusal:
                self.answer = refusal
            except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
                self.defect = error


def together(place: Place, ledger: Ledger, works: Sequence[Work], *, now: datetime = NOW) -> list[object]:
    """Start all at once; answers and refusals in the order given. Anything but a refusal is raised."""
    return finish(start(place, ledger, works, now=now))


def start(place: Place, ledger: Ledger, works: Sequence[Work], *, now: datetime = NOW) -> list[Runner]:
    """Start all at once and let them run."""
    barrier = threading.Barrier(len(works))
    runners = [Runner(place, ledger, work, barrier, now) for work in works]
    for runner in runners:
        runner.start()
    return runners


def finish(runners: Sequence[Runner]) -> list[object]:
    """Wait for all."""
    for runner in runners:
        runner.join(60)
        assert not runner.is_alive(), "it hangs"
    for runner in runners:
        if runner.defect is not None:
            raise runner.defect
    return [runner.answer for runner in runners]


@contextmanager
def gate(place: Place, ledger: Ledger, account_id):
    """Hold the lock of a balance: whoever wants it has read what came before, and waits. Open it by `.commit()`."""
    with psycopg.connect(place.database.superuser_url) as connection:
        connection.execute(
            "SELECT 1 FROM points_balances WHERE book_id = %s AND account_id = %s FOR NO KEY UPDATE",
            [ledger.id, account_id],
        )
        yield connection


def meet_at(place: Place, ledger: Ledger, account_id, works: Sequence[Work], *, now: datetime = NOW) -> list[object]:
    """Let every act run until it waits for the account's lock (or is done without it), then let all go at once."""
    with (
        gate(place, ledger, account_id) as locker,
        psycopg.connect(place.database.superuser_url, autocommit=True) as eye,
    ):
        runners = start(place, ledger, works, now=now)
        for _ in range(PATIENCE):
            waiting = eye.execute(WAITING).fetchone()[0]
            if waiting >= sum(runner.is_alive() for runner in runners):
                break
        else:
            raise AssertionError("they never met")
        locker.commit()
        return finish(runners)


def names(answers: Sequence[object]) -> list[str]:
    """What kind of answer each is."""
    return [type(answer).__name__ for answer in answers]


def deadlocks(place: Place) -> int:
    """How many deadlocks the server has met in this database."""
    with psycopg.connect(place.database.superuser_url, autocommit=True) as connection:
        connection.execute("SELECT pg_stat_force_next_flush()")
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        return connection.execute(query).fetchone()[0]
