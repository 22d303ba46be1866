import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.kernel.actor import Role
from app.web import idempotency
from app.web.idempotency import IdempotencyKey

ROWS = "/toy/books/meilihua/rows"


def rows(session):
    return list(session.scalars(text("SELECT job_id FROM jobs_completions ORDER BY 1")))


def keys(session):
    return session.scalar(text("SELECT count(*) FROM web_idempotency_keys"))


@pytest.fixture
def post(client, bearer):
    def send(key, points, role=Role.TREASURER, path=ROWS, raw=None, **who):
        headers = bearer(role, **who) | {"Idempotency-Key": key}
        body = raw or f'{{"points": {points}}}'
        return client.post(path, data=body, content_type="application/json", headers=headers)

    return send


def test_a_repeat_gets_the_same_answer_and_does_nothing_again(post, session):
    first, second = post("k1", 7), post("k1", 7, raw='{ "points" : 7 }')
    assert (first.status_code, first.json) == (second.status_code, second.json) == (201, {"id": 7})
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert rows(session) == [7]


def test_the_same_key_with_other_content_is_refused(post, session):
    post("k1", 7)
    answer = post("k1", 8)
    assert answer.status_code == 422
    assert answer.json["code"] == "web.idempotency_key_reused"
    assert rows(session) == [7]


def test_keys_belong_to_their_actor_and_their_route(post, session):
    assert post("k1", 7, name="甲").status_code == 201
    assert post("k1", 8, name="乙").status_code == 201
    assert post("k1", 9, path="/toy/refusals", name="甲").status_code == 204
    assert rows(session) == [7, 8, 9]


def test_an_empty_answer_is_replayed_empty(post):
    post("k1", 9, path="/toy/refusals")
    again = post("k1", 9, path="/toy/refusals")
    assert again.status_code == 204
    assert again.data == b""
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_plain_refusal_leaves_nothing_so_a_repeat_tries_again(post, session):
    assert post("k1", 1, path="/toy/refusals").status_code == 409
    assert keys(session) == 0
    again = post("k1", 1, path="/toy/refusals")
    assert again.status_code == 409
    assert "Idempotency-Replayed" not in again.headers


def test_a_decline_is_an_outcome_and_is_replayed(post, session):
    first, second = post("k1", 2, path="/toy/refusals"), post("k1", 2, path="/toy/refusals")
    assert first.status_code == second.status_code == 409
    assert second.content_type == "application/problem+json"
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.json | {"trace_id": ""} == second.json | {"trace_id": ""}
    assert second.json["trace_id"] == second.headers["X-Request-Id"] != first.json["trace_id"]
    assert rows(session) == [2]


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 129, "a\tb"])
def test_a_malformed_key_is_refused(post, session, key):
    answer = post(key, 7)
    assert answer.status_code == 400
    assert answer.json["code"] == "web.idempotency_key_malformed"
    assert rows(session) == []


@pytest.mark.parametrize("key", ["!", "~" * 128, "0198c1d2-0000-7000-8000-000000000000"])
def test_a_visible_key_of_up_to_128_characters_is_taken(post, key):
    assert post(key, 7).status_code == 201


def test_concurrent_twins_do_it_once_and_get_one_answer(real_commits, bearer):
    count = 12
    headers = bearer(Role.TREASURER) | {"Idempotency-Key": "twin"}
    barrier = threading.Barrier(count)
    answers = []

    def send():
        client = real_commits.test_client()
        barrier.wait(30)
        answers.append(client.post(ROWS, json={"points": 7}, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [(answer.status_code, answer.json) for answer in answers] == [(201, {"id": 7})] * count
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1


def test_a_twin_waits_for_the_first_and_replays_its_answer(real_commits, bearer, monkeypatch):
    """The order is forced: the second starts while the first holds the key, and the first ends only then."""
    second_began, first_has_key = threading.Event(), threading.Event()
    begin, answers = idempotency.begin, {}
    headers = bearer(Role.TREASURER) | {"Idempotency-Key": "twin"}

    def watched(uow, claim):
        if threading.current_thread().name == "second":
            second_began.set()
            return begin(uow, claim)
        stored = begin(uow, claim)
        first_has_key.set()
        assert second_began.wait(30)
        return stored

    monkeypatch.setattr(idempotency, "begin", watched)

    def send():
        answers[threading.current_thread().name] = real_commits.test_client().post(
            ROWS, json={"points": 7}, headers=headers
        )

    first = threading.Thread(target=send, name="first")
    second = threading.Thread(target=send, name="second")
    first.start()
    assert first_has_key.wait(30)
    second.start()
    first.join(60)
    second.join(60)
    assert "Idempotency-Replayed" not in answers["first"].headers
    assert answers["second"].headers["Idempotency-Replayed"] == "true"
    assert answers["second"].json == {"id": 7}


def test_purge_forgets_old_keys_batch_by_batch(uow, monkeypatch):
    monkeypatch.setattr(idempotency, "PURGE_BATCH", 2)
    for number, age in enumerate([8, 8, 8, 6, 0]):
        created = uow.now - timedelta(days=age)
        uow.session.add(
            IdempotencyKey(
                actor_id=uow.actor.id, route="r", key=str(number), request_hash=b"", status=200, created_at=created
            )
        )
    uow.session.flush()
    later = replace(uow, now=uow.now)
    assert [idempotency.purge_idempotency_keys(later) for _ in range(3)] == [2, 1, 0]
    assert sorted(uow.session.scalars(text("SELECT key FROM web_idempotency_keys"))) == ["3", "4"]
