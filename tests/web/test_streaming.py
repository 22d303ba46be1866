import pytest
from sqlalchemy import text

from app.infra.db import db
from app.kernel.actor import SYSTEM
from app.web import streaming
from app.web.streaming import Stream


def count_to(limit):
    def step(uow, where):
        number = (where or 0) + 1
        uow.session.execute(text("INSERT INTO jobs_completions VALUES (:id, :now)"), {"id": number, "now": uow.now})
        return f"{number} ", number if number < limit else None

    return Stream("[ ", step, "]", filename="numbers.json")


def pieces(stream):
    return streaming.pieces(stream, actor=SYSTEM, now=None)


def test_a_stream_is_its_opening_its_steps_and_its_closing(session):
    assert "".join(pieces(count_to(3))) == "[ 1 2 3 ]"


def test_a_failure_in_the_middle_cuts_the_answer_short(session):
    def step(uow, where):
        if where:
            raise ZeroDivisionError
        return "1 ", 1

    answer = pieces(Stream("[ ", step, "]", filename="x"))
    assert [next(answer), next(answer)] == ["[ ", "1 "]
    with pytest.raises(ZeroDivisionError):
        next(answer)


def test_each_step_commits_and_no_connection_is_held_while_the_caller_reads(real_commits):
    reading = pieces(count_to(3))
    assert [next(reading), next(reading)] == ["[ ", "1 "]
    assert db.engine.pool.checkedout() == 0
    with db.engine.connect() as other:
        assert list(other.scalars(text("SELECT job_id FROM jobs_completions"))) == [1]
    assert "".join(reading) == "2 3 ]"
