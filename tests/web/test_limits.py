"""How often a route may be asked: what counts together, what counts at all, and what is said to one too many."""

from dataclasses import replace

import pytest

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
