"""The access token: one for all, renewed in time, good without Redis."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.infra.wechat.errors import WeChatRefused, WeChatUnavailable
from app.infra.wechat.terms import RiskScene
from sandbox.wechat.faults import Fault
from tests.infra.wechat.conftest import ANNA
from tools.embedded.process import free_port


def token_of(client):
    return client.tokens.get(deadline=client.caller.now() + 5)


def rank(client, stand_in):
    stand_in.world.issue_code(ANNA)
    return client.rank_risk(openid=stand_in.world.person(ANNA).openid, scene=RiskScene.MARKETING, client_ip="10.0.0.1")


def fetched(stand_in):
    return stand_in.world.calls["stable_token"]


@pytest.fixture
def no_redis():
    """A client of a Redis that is not there."""
    with Redis(port=free_port(), retry=Retry(NoBackoff(), 1), decode_responses=True) as gone:
        yield gone


@pytest.fixture
def mute_redis():
    """A client of a Redis that takes connections and says nothing, as patient as the application's."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        with Redis(port=port, retry=Retry(NoBackoff(), 1), socket_timeout=0.2, decode_responses=True) as made:
            yield made


def test_all_processes_share_one_token_of_any_length(make_client, stand_in):
    first, second = token_of(make_client()), token_of(make_client())
    assert first == second
    assert len(first) >= 512
    assert fetched(stand_in) == 1


def test_many_at_once_fetch_it_once(make_client, stand_in):
    clients = [make_client() for _ in range(4)]
    start = Barrier(8)

    def ask(client):
        start.wait(10)
        return token_of(client)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, clients * 2))) == 1
    assert fetched(stand_in) == 1


def test_it_is_renewed_before_its_end_and_the_old_one_serves_until_then(make_client, stand_in, clock):
    client, other = make_client(), make_client()
    old = token_of(client)
    clock.seconds += 7200 - 241
    assert token_of(client) == old
    clock.seconds += 2
    new = token_of(client)
    assert new != old
    stand_in.world.check_token(old)  # for five minutes both are good, so whoever still uses it is served
    assert token_of(other) == new
    assert fetched(stand_in) == 2


def test_when_renewing_fails_the_old_one_is_used_up_to_its_end(make_client, stand_in, clock):
    client = make_client(patience=0.1)
    old = token_of(client)
    clock.seconds += 7200 - 100
    stand_in.faults.add(Fault("stable_token", "html"))
    assert token_of(client) == old
    clock.seconds += 101
    with pytest.raises(WeChatUnavailable):
        token_of(client)


def test_a_token_wechat_calls_invalid_is_dropped_for_all_and_the_call_made_again(make_client, stand_in):
    client, other = make_client(), make_client()
    old = token_of(client)
    assert token_of(other) == old
    stand_in.world.spoil_tokens()
    assert rank(client, stand_in) == 0
    assert rank(other, stand_in) == 0
    assert token_of(client) == token_of(other) != old
    assert fetched(stand_in) == 2  # the second process found the new one, and did not drop it


def test_a_token_that_ended_unseen_is_renewed_as_well(make_client, stand_in, clock):
    client = make_client()
    token_of(client)
    stand_in.world.tokens[-1].ends_at = clock.seconds  # ours thinks it has two hours
    assert rank(client, stand_in) == 0


def test_a_second_no_is_the_end_of_it(make_client, stand_in, monkeypatch):
    client = make_client()
    monkeypatch.setattr(stand_in.world, "give_token", lambda force: type("T", (), {"text": "x", "ends_at": 2e9})())
    with pytest.raises(WeChatRefused) as caught:
        rank(client, stand_in)
    assert caught.value.params == {"errcode": 40001}
    assert stand_in.world.calls["getuserriskrank"] == 2


def test_without_redis_each_process_has_its_own_copy(make_client, stand_in, no_redis):
    client = make_client(redis=no_redis)
    assert rank(client, stand_in) == 0
    assert rank(client, stand_in) == 0
    assert fetched(stand_in) == 1
    stand_in.world.spoil_tokens()
    assert rank(client, stand_in) == 0


def test_a_redis_that_says_nothing_costs_a_call_little(make_client, stand_in, mute_redis):
    client = make_client(redis=mute_redis)
    began = time.monotonic()
    assert rank(client, stand_in) == 0
    stand_in.world.spoil_tokens()
    assert rank(client, stand_in) == 0
    assert time.monotonic() - began < 1.5  # it was waited for once, not at every step


def test_a_lock_whose_holder_died_is_waited_for_only_so_long(make_client, stand_in, cache):
    cache.set(f"linli:wechat:{stand_in.world.appid}:token:lock", "somebody who died", px=60_000)
    assert token_of(make_client()) == stand_in.world.tokens[-1].text


def test_what_stands_in_redis_by_mistake_is_not_believed(make_client, stand_in, cache):
    for nonsense in ("{", "[]", '{"token": 1}', '{"token": "x", "good_until": "soon"}'):
        cache.set(f"linli:wechat:{stand_in.world.appid}:token", nonsense)
        assert token_of(make_client()) == stand_in.world.tokens[-1].text


def test_a_leaked_token_is_replaced_at_once(make_client, stand_in):
    client, other = make_client(), make_client()
    leaked = token_of(client)
    client.tokens.replace_leaked()
    assert leaked not in {token.text for token in stand_in.world.tokens}
    assert token_of(client) == token_of(other) != leaked
    with pytest.raises(WeChatRefused) as caught:
        client.tokens.replace_leaked()  # thirty seconds apart
    assert caught.value.params == {"errcode": 45011}


def test_the_token_is_shown_nowhere(make_client):
    client = make_client()
    text = token_of(client)
    assert text not in repr(client)
    assert client.secret not in repr(client)
