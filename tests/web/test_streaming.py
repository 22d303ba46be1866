import pytest
from sqlalchemy import text

from app.infra.db import db
from app.kernel.actor import SYSTEM
from app.web import streaming
from app.web.streaming import File, Stream
from tests.web import toy


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


def test_a_file_is_made_of_all_its_steps(session):
    def step(uow, where):
        number = (where or 0) + 1
        return [number] * number, number if number < 3 else None

    file = File(step, bytes, filename="x")
    assert streaming.content(file, actor=SYSTEM, now=None) == bytes([1, 2, 2, 3, 3, 3])


def test_no_connection_is_held_while_a_file_is_made(real_commits):
    seen = []

    def step(uow, where):
        uow.session.execute(text("SELECT 1"))
        return [1], None

    def render(rows):
        seen.append(db.engine.pool.checkedout())
        return b""

    streaming.content(File(step, render, filename="x"), actor=SYSTEM, now=None)
    assert seen == [0]


@pytest.mark.parametrize(("path", "body"), [("/toy/stream", "\ufeff1,2\r\n".encode()), ("/toy/file", b"\x00\xff12")])
def test_an_answer_that_is_not_json_has_its_type_and_a_name(client, path, body):
    answer = client.get(path)
    assert (answer.status_code, answer.data) == (200, body)
    assert answer.content_type == toy.TYPES[path]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="toy.bin"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_refusal_of_one_is_a_problem_all_the_same(client):
    answer = client.get("/toy/file?month=2026-13")
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    broken = client.get("/toy/file?month=2026-02")
    assert (broken.status_code, broken.content_type) == (500, "application/problem+json")
    assert toy.HUSH not in broken.text


@pytest.mark.parametrize("path", ["/toy/stream", "/toy/file"])
def test_it_is_documented_by_its_type(client, path):
    success = client.get("/openapi.json").json["paths"][path]["get"]["responses"]["200"]
    assert success["content"] == {toy.TYPES[path]: {"schema": {"type": "string", "format": "binary"}}}
