"""Runs one job: the application's context, a transaction as the system, the completion beside the act."""

from functools import partial

import structlog
from flask import Flask

from app.infra.failures import DatabaseUnavailable
from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.jobs import service, terms
from app.jobs.terms import Act, Errands, Periodic, Rounds, Scheduled
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


def run_periodic(app: Flask, *, name: str, job_id: int, periodic: Scheduled) -> None:
    """Run work of the schedule, batch after batch where it has batches, key after key where it goes round."""
    with app.app_context(), structlog.contextvars.bound_contextvars(request_id=f"job-{job_id}", job=name):
        if isinstance(periodic, Rounds):
            _go_round(periodic)
        elif isinstance(periodic, Errands):
            _run_errands(periodic)
        else:
            _run_batches(periodic)
        log.debug("periodic_done")


def _run_batches(periodic: Periodic) -> None:
    for _ in range(terms.BATCHES_MAX if periodic.until_zero else 1):
        if not run_in_transaction(periodic.act, actor=SYSTEM):
            break


def _go_round(rounds: Rounds) -> None:
    failed: list[Exception] = []
    for key in run_in_transaction(rounds.keys, actor=SYSTEM):
        try:
            _run_steps(rounds, key)
        except DatabaseUnavailable:
            raise  # the other keys would only wait for it as well
        except Exception as error:
            log.exception("round_failed", key=str(key))
            failed.append(error)
    if failed:
        raise failed[0]


def _run_errands(errands: Errands) -> None:
    failed: list[Exception] = []
    run = 0
    while run < errands.most and (claimed := run_in_transaction(errands.claim, actor=SYSTEM)):
        run += len(claimed)
        for errand in claimed:
            try:
                outcome = errands.carry_out(errand)
            except Exception as error:
                log.exception("errand_failed")
                failed.append(error)
                continue
            run_in_transaction(partial(_record, errands, errand, outcome), actor=SYSTEM)
    if failed:
        raise failed[0]


def _record(errands: Errands, errand: object, outcome: object, uow: UnitOfWork) -> None:
    errands.record(uow, errand, outcome)


def _run_steps(rounds: Rounds, key: object) -> None:
    where: object = None
    for _ in range(terms.BATCHES_MAX):
        where = run_in_transaction(partial(_step, rounds, key, where), actor=SYSTEM)
        if where is None:
            break


def _step(rounds: Rounds, key: object, where: object, uow: UnitOfWork) -> object:
    return rounds.step(uow, key, where)
