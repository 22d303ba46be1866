import pytest
from sqlalchemy import text

from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM
from app.kernel.errors import DomainError, Kind


class Refused(DomainError):
    kind = Kind.CONFLICT
    code = "test.refused_after_defer"
    text = {"zh": "不行", "en": "no"}


def jobs(session):
    return session.execute(text("SELECT task_name, args, status::text, queue_name FROM procrastinate_jobs")).all()


def test_a_deferred_job_commits_with_the_act(session):
    job_id = run_in_transaction(lambda uow: uow.defer("test.greet", name="王阿姨", count=2), actor=SYSTEM)
    assert job_id > 0
    assert jobs(session) == [("test.greet", {"name": "王阿姨", "count": 2}, "todo", "linli")]


def test_a_deferred_job_rolls_back_with_the_act(session):
    def work(uow):
        uow.defer("test.greet", name="王阿姨")
        raise Refused

    with pytest.raises(Refused):
        run_in_transaction(work, actor=SYSTEM)
    assert jobs(session) == []


def test_arguments_that_are_not_plain_json_are_refused(uow):
    with pytest.raises(TypeError):
        uow.defer("test.greet", whom=uow.new_id())
