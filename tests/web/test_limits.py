"""How often a route may be asked: what counts together, what counts at all, and what is said to one too many."""

from dataclasses import replace

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.infra import redis
from app.kernel.actor import Actor, Role
from app.web import limits as limiting
from app.web.limits import By, Limit
from app.web.refusals import TooOften
from tests.web import toy

LIMITED, GUESSES = "/toy/limited/x", "/toy/guesses"
BAD = frozenset({toy.Sticky.code})


@pytest.fixture
def ask(client, bearer):
    def send(path, name="a", *, address="127.0.0.1", **body):
        who = bearer(Role.TREASURER, name=name)
        more = {"json": body} if body else {}
        return client.post(path, headers=who, environ_base={"REMOTE_ADDR": address}, **more)

    return send


def statuses(answers):
    return [answer.status_code for answer in answers]


def test_one_too_many_of_an_account_is_told_when_to_come_back(ask):
    answers = [ask(LIMITED, address=f"10.0.0.{number}") for number in range(3)]
    assert statuses(answers) == [204, 204, 429]
    refused = answers[2]
    assert refused.content_type == "application/problem+json"
    assert (refused.json["code"], refused.json["status"], refused.json["retryable"]) == ("web.too_often", 429, True)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert ask(LIMITED, "b").status_code == 204


def test_an_address_is_counted_over_all_its_accounts_and_whoever_has_no_token(ask, client):
    assert client.post(LIMITED).status_code == 401
    assert statuses([ask(LIMITED, name) for name in "abc"]) == [204, 204, 429]
    assert ask(LIMITED, "c", address="10.0.0.9").status_code == 204


def test_who_is_refused_before_it_is_known_who_he_is_counts_by_his_address(ask, client, bearer):
    """Of a wrong token, and of a role that may not: so often, and then not even that is told."""
    clerk = bearer(Role.CLERK)
    answers = [client.post(LIMITED, headers=headers) for headers in ({}, clerk, {}, {}, clerk)]
    assert statuses(answers) == [401, 403, 401, 429, 429]
    assert {answer.json["code"] for answer in answers[3:]} == {"web.too_often"}
    assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in answers[3:])
    assert statuses([ask(LIMITED), ask(LIMITED, address="10.0.0.9")]) == [429, 204]


@pytest.mark.parametrize(("path", "body"), [(LIMITED, {}), (GUESSES, {"points": 3})])
def test_all_limits_of_a_caller_are_asked_in_one_round_trip(ask, monkeypatch, path, body):
    assert ask(path, **body).status_code == 204  # from here on Redis has the script
    sent, send = [], Redis.execute_command
    monkeypatch.setattr(Redis, "execute_command", lambda self, *words: (sent.append(words[0]), send(self, *words))[1])
    assert ask(path, **body).status_code == 204
    assert sent == ["EVALSHA"]


def test_of_what_counts_by_its_refusal_everything_else_is_free(ask):
    assert statuses([ask(GUESSES, points=3) for _ in range(4)]) == [204] * 4
    assert statuses([ask(GUESSES, points=1) for _ in range(4)]) == [409] * 4
    assert statuses([ask(GUESSES, points=2) for _ in range(3)]) == [409, 409, 429]
    blocked = ask(GUESSES, points=3)  # not even what is right is worked now
    assert (blocked.status_code, blocked.json["code"]) == (429, "web.too_often")
    assert ask(GUESSES, "b", points=3).status_code == 204


def test_the_same_refusal_given_again_under_its_key_is_no_further_try(client, bearer):
    who = bearer(Role.TREASURER) | {"Idempotency-Key": "k"}
    assert statuses([client.post(GUESSES, headers=who, json={"points": 2}) for _ in range(5)]) == [409] * 5


def test_of_many_at_once_that_were_all_judged_the_ones_too_many_do_not_hear_of_what(app, session, person):
    stated = (Limit(By.ACCOUNT, 2, 60, refused=BAD),)
    actor, told = person(Role.TREASURER), []
    for _ in range(4):
        try:
            limiting.count_refusal("POST /x", stated, actor=actor, refusal=toy.Sticky())
        except TooOften:
            told.append("too often")
        else:
            told.append("sticky")
    assert told == ["sticky", "sticky", "too often", "too often"]


@pytest.mark.parametrize("by", [By.ADDRESS, By.INPUT])
def test_refusals_are_counted_of_callers_only(by):
    with pytest.raises(TypeError):
        Limit(by, 1, 60, refused=BAD)


def test_a_device_is_the_installation_and_without_one_the_session(app, session, person):
    stated = (Limit(By.DEVICE, 1, 60),)
    anybody: Actor = person(Role.TREASURER)
    ids = [person(Role.TREASURER, name=str(number)).id for number in range(6)]

    def passes(**who):
        try:
            limiting.check("POST /x", stated, actor=replace(anybody, **who))
        except TooOften:
            return False
        return True

    assert passes(id=ids[0], session_id=ids[1], device_id=ids[2])
    assert not passes(id=ids[3], session_id=ids[4], device_id=ids[2])  # another account, the same device
    assert passes(id=ids[0], session_id=ids[1])
    assert not passes(id=ids[5], session_id=ids[1])
    assert passes(id=ids[5], session_id=ids[0])


def test_of_several_the_first_that_is_full_is_told_and_none_after_it_is_counted(app, session):
    windows = app.extensions[limiting.EXTENSION]
    one, two = Limit(By.ADDRESS, 1, 60), Limit(By.ADDRESS, 2, 60)
    asked = [(two, ("a",)), (one, ("b",)), (two, ("c",))]
    assert windows.look(asked) == (0, 0)
    assert windows.hit(asked) == (0, 0)
    place, seconds = windows.hit(asked)
    assert place == 2
    assert 1 <= seconds <= 60
    assert windows.hit([(two, ("a",))])[0] == 1  # before the full one: counted twice
    assert windows.hit([(two, ("c",))]) == (0, 0)  # after it: once until now
    assert windows.hit([(two, ("c",))])[0] == 1


def test_what_is_only_looked_at_comes_after_what_is_counted(app, session):
    windows = app.extensions[limiting.EXTENSION]
    one, two = Limit(By.ADDRESS, 1, 60), Limit(By.ADDRESS, 2, 60)
    for _ in range(2):
        assert windows.hit([(two, ("a",))], looks=[(one, ("b",))]) == (0, 0)  # looked at twice, counted never
    assert windows.hit([(two, ("a",))], looks=[(one, ("b",))])[0] == 1
    assert windows.hit([(one, ("b",))]) == (0, 0)
    assert windows.hit([(two, ("c",))], looks=[(one, ("b",))])[0] == 2


def test_tries_of_the_minute_before_fade(app, session):
    """A window that is half over: of ten tries before it five still count."""
    client, limit = redis.client_of(app), Limit(By.ADDRESS, 7, 60)
    windows = limiting.Windows(client, "linli:limits:fading")
    name = "{linli:limits:fading:a/7/60}"
    client.set(f"{name}/-1", 10, px=35_500)
    client.set(name, 1, px=95_500)
    assert windows.hit([(limit, ("a",))]) == (0, 0)
    place, seconds = windows.hit([(limit, ("a",))])
    assert place == 1
    assert 1 <= seconds <= 6  # each of the ten fades within six seconds
    assert client.get(name) == "2"


def test_a_window_that_is_over_becomes_the_one_before(app, session):
    client, limit = redis.client_of(app), Limit(By.ADDRESS, 3, 60)
    windows = limiting.Windows(client, "linli:limits:moving")
    name = "{linli:limits:moving:a/3/60}"
    client.set(name, 3, px=30_500)  # began ninety seconds ago
    client.delete(f"{name}/-1")
    assert windows.hit([(limit, ("a",))]) == (0, 0)
    assert (client.get(f"{name}/-1"), client.get(name)) == ("3", "1")


def test_while_redis_is_away_each_process_counts_for_itself(app, session):
    gone = Redis(host="127.0.0.1", port=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))
    windows = limiting.Windows(gone)
    days = 1_000_000  # of seconds: a window that does not end while this runs
    asked = [(Limit(By.ADDRESS, 2, days), ("a",)), (Limit(By.ADDRESS, 1, days), ("b",))]
    assert windows.hit(asked) == (0, 0)
    assert windows.look(asked)[0] == 2
    place, seconds = windows.hit(asked)
    assert place == 2
    assert 1 <= seconds <= days
    assert windows.hit(asked[:1])[0] == 1
