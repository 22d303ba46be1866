"""`flask --app wsgi worker`."""

from typing import cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.infra.config import EXTENSION, Config
from app.jobs import worker
from app.jobs.catalogue import JOBS
from app.jobs.schedule import SCHEDULE
from app.jobs.terms import Slots


@click.command("worker")
@click.option("--once", is_flag=True, help="Run what waits now, then stop.")
@with_appcontext
def work(*, once: bool) -> None:
    """Run background jobs and the schedule until stopped (SIGTERM finishes the running jobs first)."""
    app = cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - threads need the application itself
    config: Config = app.extensions[EXTENSION]
    queue = worker.build_queue(app, jobs=JOBS, schedule=SCHEDULE)
    slots = Slots(short=config.worker_jobs_max, long=config.worker_long_jobs_max)
    if once:
        worker.work_until_done(queue, slots)
    else:
        worker.work_until_stopped(queue, slots)
