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

from app.infra import unit_of_work
from app.infra.config import EXTENSION, Config
from app.infra.queue import QUEUE
from app.jobs import runner, terms
from app.jobs.retry import Patience
from app.jobs.terms import Act, Scheduled

log = structlog.get_logger(__name__)


def build_queue(app: Flask, *, jobs: Mapping[str, Act], schedule: Mapping[str, Scheduled]) -> procrastinate.App:
    """Make the queue's application: every job and all periodic work, bound to `app`."""
    config: Config = app.extensions[EXTENSION]
    connector = procrastinate.PsycopgConnector(
        conninfo=config.database_url.replace("postgresql+psycopg://", "postgresql://", 1),
        min_size=1,
        max_size=config.worker_jobs_max + 2,
        timeout=config.pool_timeout_seconds,
        kwargs={"connect_timeout": config.connect_timeout_seconds, "application_name": "linli-worker"},
    )
    queue = procrastinate.App(connector=connector)
    for name, act in jobs.items():
        _add_job(queue, app, name, act)
    for name, periodic in schedule.items():
        _add_periodic(queue, app, name, periodic)
    return queue


def _add_job(queue: procrastinate.App, app: Flask, name: str, act: Act) -> None:
    def run(context: JobContext, /, **arguments: Any) -> None:
        runner.run_job(app, name=name, job_id=cast("int", context.job.id), act=act, arguments=arguments)

    queue.task(name=name, queue=QUEUE, pass_context=True, retry=Patience())(run)


def _add_periodic(queue: procrastinate.App, app: Flask, name: str, periodic: Scheduled) -> None:
    def run(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the queue passes the tick, acts use uow.now
        runner.run_periodic(app, name=name, job_id=cast("int", context.job.id), periodic=periodic)

    # one waiting run of each is enough, however long no worker was there to take it
    task = queue.task(name=name, queue=QUEUE, pass_context=True, queueing_lock=name)(run)
    queue.periodic(cron=periodic.cron, periodic_id=name)(task)


def work_until_done(queue: procrastinate.App, *, concurrency: int = 1) -> None:
    """Run the jobs that wait now, then return. Periodic work that is due is queued as well, and may be run."""
    queue.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, **_options(concurrency))


def work_until_stopped(queue: procrastinate.App, *, concurrency: int) -> None:
    """Run jobs until SIGTERM or SIGINT; running jobs are finished first. A lost database is waited for."""
    asyncio.run(_work(queue, concurrency))


async def _work(queue: procrastinate.App, concurrency: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    failures = 0
    while not stop.is_set():
        started = loop.time()
        try:
            await _one_life(queue, concurrency, stop)
        except (ConnectorException, OSError) as error:
            log.warning("worker_lost_database", error=type(error).__name__)
        if not stop.is_set():
            failures = 0 if loop.time() - started > terms.STALLED_SECONDS else failures + 1
            await _pause(stop, unit_of_work.backoff_seconds(failures))


async def _one_life(queue: procrastinate.App, concurrency: int, stop: asyncio.Event) -> None:
    """Work until stopped or until the queue's own connections fail."""
    async with queue.open_async():
        working = asyncio.create_task(queue.run_worker_async(install_signal_handlers=False, **_options(concurrency)))
        stopping = asyncio.create_task(stop.wait())
        log.info("worker_started")
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set() and not working.done():
            working.cancel()  # the queue takes this as: finish what runs, take nothing new
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


def _options(concurrency: int) -> dict[str, Any]:
    return {
        "queues": [QUEUE],
        "concurrency": concurrency,
        "delete_jobs": "successful",
        "update_heartbeat_interval": terms.HEARTBEAT_SECONDS,
        "stalled_worker_timeout": terms.STALLED_SECONDS,
    }
