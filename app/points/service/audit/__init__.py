"""The audit: re-derives every balance, lot, hold, version, chain and folded tail from the entries alone.

It reads one snapshot and nothing else of the application: no cache, no posting code, no stored total that it does not
check. PostgreSQL does the sums and hashes over ranges, so memory stays the same for a thousand entries or a billion.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import Connection, Engine, text

from app.points import errors
from app.points.service.audit import jobs
from app.points.service.audit.findings import KEPT_MAX, Finding, Verdict
from app.points.service.audit.snapshot import open_snapshot, settle, stop

REPORT_SECONDS = 1.0
STOP_SECONDS = 0.2
STREAM = {"stream_results": True, "max_row_buffer": 1000}

__all__ = ["KEPT_MAX", "Finding", "Progress", "Verdict", "audit_books", "audit_snapshot"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an audit is: `done` of 1, `entries` in all, after `seconds`."""

    done: float
    entries: int
    seconds: float


def audit_books(
    engine: Engine, *, book: str | None = None, workers: int = 2, report: Callable[[Progress], None] = lambda _: None
) -> Verdict:
    """Audit all books, or the one of this code, with `workers` connections at once; `report` is called every second.

    Refuses BookMissing. Writes nothing.
    """
    with open_snapshot(engine, connections=workers) as connections:
        return audit_snapshot(connections, book=book, report=report)


def audit_snapshot(
    connections: Sequence[Connection], *, book: str | None = None, report: Callable[[Progress], None] = lambda _: None
) -> Verdict:
    """As `audit_books`, on connections that see the same snapshot; each is a worker."""
    started = time.perf_counter()
    sizes = jobs.measure_books(connections[0], book)
    if book is not None and not sizes:
        raise errors.BookMissing
    verdict = Verdict(
        books=len(sizes),
        accounts=sum(size.accounts for size in sizes),
        transactions=sum(size.transactions for size in sizes),
        entries=sum(size.entries for size in sizes),
    )
    work = [*jobs.foundation_jobs()]
    for size in sizes:
        work.extend(jobs.book_jobs(connections[0], size, workers=len(connections)))
    _do(work, connections, verdict, lambda done: report(Progress(done, verdict.entries, time.perf_counter() - started)))
    verdict.seconds = time.perf_counter() - started
    return verdict


def _do(
    work: list[jobs.Job], connections: Sequence[Connection], verdict: Verdict, report: Callable[[float], None]
) -> None:
    crew = _Crew(work, verdict)
    with ThreadPoolExecutor(len(connections), thread_name_prefix="audit") as pool:
        running = [pool.submit(crew.work, connection) for connection in connections]
        try:
            while wait(running, timeout=REPORT_SECONDS, return_when=FIRST_EXCEPTION).not_done and not _failed(running):
                report(crew.done)
        finally:  # one has failed, or Ctrl-C: the others must not go on for minutes
            if crew.give_up():
                stop(connections)
                # a worker that had its job and had not sent it yet is stopped when it has
                while wait(running, timeout=STOP_SECONDS).not_done:
                    stop(connections)
    if crew.error is not None:
        raise crew.error


def _failed(running: list[Future[None]]) -> bool:
    return any(future.done() and future.exception() is not None for future in running)


class _Crew:
    """Workers that take jobs from one list and note their findings in one verdict."""

    def __init__(self, work: list[jobs.Job], verdict: Verdict) -> None:
        self._todo: Iterator[jobs.Job] = iter(work)
        self._left = len(work)
        self._weight = sum(job.weight for job in work) or 1.0
        self._weight_done = 0.0
        self._verdict = verdict
        self._lock = Lock()
        self.error: Exception | None = None

    @property
    def done(self) -> float:
        return self._weight_done / self._weight

    def give_up(self) -> bool:
        """Hand out no more jobs. Answers whether some were not finished."""
        with self._lock:
            self._todo = iter(())
            return self._left > 0

    def work(self, connection: Connection) -> None:
        """Take jobs until there are none. The first error of all workers is kept: the others' only follow from it."""
        try:
            self._work(connection)
        except Exception as error:
            with self._lock:
                self.error = self.error or error
            raise

    def _work(self, connection: Connection) -> None:
        while True:
            with self._lock:
                job = next(self._todo, None)
            if job is None:
                return
            self._run(connection, job)
            with self._lock:
                self._left -= 1
                self._weight_done += job.weight

    def _run(self, connection: Connection, job: jobs.Job) -> None:
        avoided = job.statement.avoids
        settle(connection, dict.fromkeys(avoided, "off"))
        with connection.execute(text(job.statement.sql), job.parameters, execution_options=STREAM) as rows:
            for check, subject, expected, found in rows:
                with self._lock:
                    self._verdict.note(Finding(check, subject, expected, found, job.book))
        settle(connection, dict.fromkeys(avoided, "on"))
