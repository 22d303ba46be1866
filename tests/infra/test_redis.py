"""The short way to Redis that payments take: as good as the client's own."""

from uuid import uuid4

import pytest
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError, ResponseError

from app.infra import redis

ADD = redis.script("return redis.call('INCRBY', KEYS[1], ARGV[1])")


@pytest.fixture
def client(app):
    """A client with a pool of its own, and of one connection."""
    ours = redis.client_of(app)
    kept = type(ours)(connection_pool=type(ours.connection_pool)(**ours.connection_pool.connection_kwargs))
    yield kept
    kept.connection_pool.disconnect()


def lose(client, ours):
    """End the connection of a pool from the other side, while it lies there."""
    pool = client.connection_pool
    connection = pool.get_connection()
    connection.send_command("CLIENT", "ID")
    number = connection.read_response()
    pool.release(connection)
    assert ours.client_kill_filter(_id=number) == 1
    return connection


def test_commands_are_answered_in_their_order_over_one_connection(client):
    key = f"test:{uuid4()}"
    asked = redis.ask(client, ("SET", key, "a", "PX", 60_000, "NX", "GET"), ("GET", key), ("SET", key, 7, "GET"))
    assert asked == [None, "a", "a"]
    assert redis.ask(client, ("GET", key)) == ["7"]
    assert client.connection_pool._created_connections == 1


def test_a_script_is_run_though_the_server_never_saw_it(client):
    unseen = redis.script(f"return {{KEYS[1], ARGV[1], '{uuid4()}'}}")
    assert redis.run(client, unseen, ["a"], [1])[:2] == ["a", "1"]
    assert client.script_exists(unseen.sha) == [True]
    key = f"test:{uuid4()}"
    assert [redis.run(client, ADD, [key], [3]) for _ in range(2)] == [3, 6]


def test_what_the_server_refuses_leaves_no_answer_for_the_next(client):
    key, connection = f"test:{uuid4()}", redis.ask(client, ("CLIENT", "ID"))
    with pytest.raises(ResponseError):
        redis.ask(client, ("SET", key, "word"), ("INCR", key), ("GET", key))
    assert redis.ask(client, ("GET", key)) == ["word"]
    assert redis.ask(client, ("CLIENT", "ID")) == connection, "it was not thrown away for what nobody read"
    with pytest.raises(ResponseError):
        redis.run(client, ADD, [key], ["no number"])


def test_a_connection_that_was_lost_is_made_again_once(app, client, monkeypatch):
    connection = lose(client, redis.client_of(app))
    # it is seen to be lost when it is taken; here it is lost after that
    monkeypatch.setattr(connection, "can_read", lambda timeout=0: False)
    assert redis.ask(client, ("ECHO", "again")) == ["again"]
    monkeypatch.setattr(connection, "send_packed_command", _gone)
    with pytest.raises(ConnectionLost):
        redis.ask(client, ("ECHO", "again"))
    monkeypatch.undo()
    assert redis.ask(client, ("ECHO", "at last")) == ["at last"]
    assert client.connection_pool._created_connections == 1


def _gone(_packed):
    raise ConnectionLost


def test_without_a_server_it_says_so_as_the_client_does(client):
    nobody = type(client)(host="127.0.0.1", port=1, decode_responses=True, socket_connect_timeout=0.2)
    with pytest.raises(RedisError):
        redis.ask(nobody, ("GET", "a"))
