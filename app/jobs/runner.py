"""Runs one job: the application's context, a transaction as the system, the completion beside the act."""

import structlog
from flask import Flask

from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.jobs import service, terms
from app.jobs.terms import Act, Periodic
from app.kernel.actor import SYSTEM

log = structlog.get_logger(__name__)


def run_job(app: Flask, *, name: str, job_id: int, act: Act, arguments: dict[str, object]) -> None:
    """Run a deferred job, unless its act already committed in a run whose worker died before saying so."""

    def work(uow: UnitOfWork) -> bool:
        first = service.take_job(uow, job_id=job_id)
        if first:
            act(uow, **arguments)
        return first

    with app.app_context(), structlog.contextvars.bound_contextvars(request_id=f"job-{job_id}", job=name):
        done = run_in_transaction(work, actor=SYSTEM)
        log.info("job_done" if done else "job_was_done_before")


def run_periodic(app: Flask, *, name: str, job_id: int, periodic: Periodic) -> None:
    """Run work of the schedule, batch after batch where it has batches."""
    with app.app_context(), structlog.contextvars.bound_contextvars(request_id=f"job-{job_id}", job=name):
        for _ in range(terms.BATCHES_MAX if periodic.until_zero else 1):
            if not run_in_transaction(periodic.act, actor=SYSTEM):
                break
        log.debug("periodic_done")
