from datetime import timedelta
from itertools import pairwise

from croniter import croniter
from sqlalchemy import text

from app.infra.failures import DatabaseBusy
from app.jobs import runner, service
from app.jobs.models import JobCompletion
from app.jobs.retry import Patience
from app.jobs.schedule import SCHEDULE
from tests.jobs.acts import Refused


def test_take_job_says_yes_once(uow):
    assert service.take_job(uow, job_id=1) is True
    assert service.take_job(uow, job_id=1) is False
    assert service.take_job(uow, job_id=2) is True


def test_purge_completions_keeps_young_ones_and_those_whose_job_still_exists(uow, monkeypatch):
    monkeypatch.setattr(service, "PURGE_BATCH", 2)
    existing = uow.defer("test.any")
    for job_id, age in [(existing, 9), (existing + 1, 9), (existing + 2, 8), (existing + 3, 8), (existing + 4, 6)]:
        uow.session.add(JobCompletion(job_id=job_id, completed_at=uow.now - timedelta(days=age)))
    uow.session.flush()
    assert [service.purge_completions(uow) for _ in range(3)] == [2, 1, 0]
    assert list(uow.session.scalars(text("SELECT job_id FROM jobs_completions ORDER BY 1"))) == [existing, existing + 4]


class FakeJob:
    def __init__(self, attempts):
        self.attempts = attempts


def test_patience_waits_longer_each_time_and_ends():
    def seconds(attempts, error=None):
        decision = Patience().get_retry_decision(exception=error or ValueError(), job=FakeJob(attempts))
        return decision and decision.retry_at

    moments = [seconds(attempts) for attempts in range(11)]
    assert all(earlier < later for earlier, later in pairwise(moments[:9]))
    assert moments[10] - moments[9] < timedelta(seconds=5)  # five minutes at most
    assert seconds(11) is None
    assert seconds(0, Refused()) is None
    assert seconds(0, DatabaseBusy()) is not None


def test_all_scheduled_work_runs_on_an_empty_house(real_commits):
    for name, scheduled in SCHEDULE.items():
        runner.run_periodic(real_commits, name=name, job_id=1, periodic=scheduled)


def test_the_clock_of_all_scheduled_work_is_a_cron():
    for scheduled in SCHEDULE.values():
        assert croniter.is_valid(scheduled.cron)
