"""Doing each job once, and tidying up after jobs."""

from datetime import timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.jobs import terms
from app.jobs.models import JobCompletion

KEPT = timedelta(days=7)
PURGE_BATCH = 5000

STALLED = text(
    "SELECT job.id FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id"
    " WHERE job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < :silent_since)"
    " ORDER BY job.id FOR UPDATE OF job SKIP LOCKED"
)
RETRY = text("SELECT procrastinate_retry_job_v2(:job_id, :now, NULL, NULL, NULL)")
PRUNE = text("DELETE FROM procrastinate_workers WHERE last_heartbeat < :silent_since")


def take_job(uow: UnitOfWork, *, job_id: int) -> bool:
    """Record that `job_id` is done in this transaction; False when an earlier one already did it."""
    row = insert(JobCompletion).values(job_id=job_id, completed_at=uow.now)
    taken = uow.session.execute(row.on_conflict_do_nothing().returning(JobCompletion.job_id))
    return taken.first() is not None


def retry_stalled_jobs(uow: UnitOfWork) -> int:
    """Queue again the jobs of workers that died in the middle (no heartbeat for 30 seconds); returns how many."""
    silent_since = uow.now - timedelta(seconds=terms.STALLED_SECONDS)
    jobs = list(uow.session.scalars(STALLED, {"silent_since": silent_since}))
    for job_id in jobs:
        uow.session.execute(RETRY, {"job_id": job_id, "now": uow.now})
    uow.session.execute(PRUNE, {"silent_since": silent_since})
    return len(jobs)


def purge_completions(uow: UnitOfWork) -> int:
    """Forget one batch of completions older than seven days whose job is gone as well; returns how many."""
    job_exists = select(text("1")).select_from(text("procrastinate_jobs job")).where(text("job.id = job_id")).exists()
    old = (
        select(JobCompletion.job_id)
        .where(JobCompletion.completed_at < uow.now - KEPT, ~job_exists)
        .order_by(JobCompletion.completed_at)
        .limit(PURGE_BATCH)
    )
    gone = uow.session.scalars(
        delete(JobCompletion)
        .where(JobCompletion.job_id.in_(old.scalar_subquery()))
        .returning(JobCompletion.job_id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
