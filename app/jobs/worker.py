"""The worker: takes jobs from the queue until it is told to stop, and comes back by itself when PostgreSQL does."""

import asyncio
import signal
from collections.abc import Mapping
from typing import Any, cast

import procrastinate
import structlog
from flask import Flask
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from app.infra import unit_of_work
from app.infra.config import EXTENSION, Config
from app.infra.queue import LONG, SHORT
from app.jobs import runner, terms
from app.jobs.retry import Patience
from app.jobs.terms import Act, Scheduled, Slots

log = structlog.get_logger(__name__)

ONE_EACH = Slots()
LANES = 2
FIRST = asyncio.FIRST_COMPLETED
WAKE = """
    SELECT pg_notify('procrastinate_queue_v1#' || %(queue)s,
                     json_build_object('type', 'job_inserted', 'job_id', %(job_id)s::bigint)::text)"""
WAITING = """
    SELECT id FROM procrastinate_jobs
     WHERE status = 'todo' AND lock IS NOT NULL AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY id"""


class Waking(JobManager):
    """Wakes the lane when a job that others waited for has ended: the queue itself tells of new ones only."""

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001 - the queue's shape
        """End the job, then say so."""
        await super().finish_job(job, status, delete_job)
        if job.lock is not None:
            await self.connector.execute_query_async(WAKE, queue=job.queue, job_id=job.id)


def build_queue(app: Flask, *, jobs: Mapping[str, Act], schedule: Mapping[str, Scheduled]) -> procrastinate.App:
    """Make the queue's application: every job and all periodic work, bound to `app`."""
    config: Config = app.extensions[EXTENSION]
    connector = procrastinate.PsycopgConnector(
        conninfo=config.database_url.replace("postgresql+psycopg://", "postgresql://", 1),
        min_size=1,
        max_size=config.worker_jobs_max + config.worker_long_jobs_max + 2 * LANES,
        timeout=config.pool_timeout_seconds,
        kwargs={"connect_timeout": config.connect_timeout_seconds, "application_name": "linli-worker"},
    )
    queue = procrastinate.App(connector=connector)
    queue.job_manager = Waking(connector)
    for name, act in jobs.items():
        _add_job(queue, app, name, act)
    for name, periodic in schedule.items():
        _add_periodic(queue, app, name, periodic)
    return queue


def _add_job(queue: procrastinate.App, app: Flask, name: str, act: Act) -> None:
    def run(context: JobContext, /, **arguments: Any) -> None:
        runner.run_job(app, name=name, job_id=cast("int", context.job.id), act=act, arguments=arguments)

    queue.task(name=name, queue=SHORT, pass_context=True, retry=Patience())(run)


def _add_periodic(queue: procrastinate.App, app: Flask, name: str, periodic: Scheduled) -> None:
    def run(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the queue passes the tick, acts use uow.now
        runner.run_periodic(app, name=name, job_id=cast("int", context.job.id), periodic=periodic)

    # one waiting run of each is enough, however long no worker was there to take it
    task = queue.task(name=name, queue=SHORT, pass_context=True, queueing_lock=name)(run)
    queue.periodic(cron=periodic.cron, periodic_id=name)(task)


def work_until_done(queue: procrastinate.App, slots: Slots = ONE_EACH) -> None:
    """Run the jobs that wait now, then return. Periodic work that is due is queued as well, and may be run."""
    asyncio.run(_work_off(queue, slots))


async def _work_off(queue: procrastinate.App, slots: Slots) -> None:
    async with queue.open_async():
        waited: list[int] = []
        while True:
            await run_lanes(queue, slots, wait=False, listen_notify=False)
            # a job that waited for one of its own book did not wait for long, but the lane had found nothing to do
            waiting = [row["id"] for row in await queue.connector.execute_query_all_async(WAITING)]
            if waiting in ([], waited):
                return
            waited = waiting


def work_until_stopped(queue: procrastinate.App, slots: Slots) -> None:
    """Run jobs until SIGTERM or SIGINT; running jobs are finished first. A lost database is waited for."""
    asyncio.run(_work(queue, slots))


async def run_lanes(queue: procrastinate.App, slots: Slots, **options: Any) -> None:
    """Work on both lanes beside each other, until cancelled; the end of one ends the other."""
    lanes = [
        asyncio.create_task(
            queue.run_worker_async(
                queues=[lane],
                concurrency=concurrency,
                install_signal_handlers=False,
                delete_jobs="successful",
                fetch_job_polling_interval=terms.LOOK_SECONDS,
                update_heartbeat_interval=terms.HEARTBEAT_SECONDS,
                stalled_worker_timeout=terms.STALLED_SECONDS,
                **options,
            )
        )
        for lane, concurrency in ((SHORT, slots.short), (LONG, slots.long))
    ]
    try:
        await asyncio.wait(lanes, return_when=asyncio.ALL_COMPLETED if not options.get("wait", True) else FIRST)
    finally:
        for lane in lanes:
            lane.cancel()  # the queue takes this as: finish what runs, take nothing new
        outcomes = await asyncio.gather(*lanes, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome


async def _work(queue: procrastinate.App, slots: Slots) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    failures = 0
    while not stop.is_set():
        started = loop.time()
        try:
            await _one_life(queue, slots, stop)
        except (ConnectorException, OSError) as error:
            log.warning("worker_lost_database", error=type(error).__name__)
        if not stop.is_set():
            failures = 0 if loop.time() - started > terms.STALLED_SECONDS else failures + 1
            await _pause(stop, unit_of_work.backoff_seconds(failures))


async def _one_life(queue: procrastinate.App, slots: Slots, stop: asyncio.Event) -> None:
    """Work until stopped or until the queue's own connections fail."""
    async with queue.open_async():
        working = asyncio.create_task(run_lanes(queue, slots))
        stopping = asyncio.create_task(stop.wait())
        log.info("worker_started")
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set() and not working.done():
            working.cancel()
        stopping.cancel()
        await asyncio.gather(stopping, return_exceptions=True)
        outcome = (await asyncio.gather(working, return_exceptions=True))[0]
        if isinstance(outcome, Exception):
            raise outcome
        log.info("worker_stopped")


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), timeout=seconds)
    except TimeoutError:
        return
