"""Everything Linli does by the clock. Add a line: {name: Periodic(cron in UTC, service function)}."""

from collections.abc import Mapping

from app.jobs import service as jobs
from app.jobs.terms import Periodic
from app.web import idempotency

SCHEDULE: Mapping[str, Periodic] = {
    "jobs.retry_stalled_jobs": Periodic("* * * * * */20", jobs.retry_stalled_jobs),
    "jobs.purge_completions": Periodic("20 18 * * *", jobs.purge_completions, until_zero=True),
    "web.purge_idempotency_keys": Periodic("40 18 * * *", idempotency.purge_idempotency_keys, until_zero=True),
}
