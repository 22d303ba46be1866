"""When a failed job is tried again."""

from datetime import timedelta

from procrastinate import RetryDecision
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy

from app.infra import unit_of_work
from app.jobs import terms
from app.kernel.errors import DomainError


class Patience(BaseRetryStrategy):
    """Twelve attempts over about half an hour; a refusal that will not change by waiting is not tried again."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Decide after attempt `job.attempts` + 1 failed; None leaves the job in its table as failed."""
        if isinstance(exception, DomainError) and not exception.retryable:
            return None
        if job.attempts + 1 >= terms.ATTEMPTS_MAX:
            return None
        seconds = min(2**job.attempts, terms.RETRY_SECONDS_MAX)
        return RetryDecision(retry_at=unit_of_work.clock() + timedelta(seconds=seconds))
