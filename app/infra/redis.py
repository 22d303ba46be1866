"""The Redis (or Valkey) client. It holds rate windows and caches; the ledger never asks it anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Any, cast

from flask import Flask, current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import NoScriptError, ResponseError
from redis.exceptions import TimeoutError as WaitedTooLong
from redis.retry import Retry

from app.infra.config import Config

CLIENT = "linli.redis"
Word = str | int
"""What a command is made of."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script that Redis runs whole, and the name by which it knows one it has run before."""

    text: str
    sha: str


def install(app: Flask, config: Config) -> None:
    """Give the application its client; it connects when first used, and never waits longer than configured."""
    seconds = config.redis_timeout_ms / 1000
    app.extensions[CLIENT] = Redis.from_url(
        config.redis_url,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 1),
        decode_responses=True,
    )


def client() -> Redis:
    """Give the current application's client."""
    return client_of(current_app)


def client_of(app: Flask) -> Redis:
    """Give the client of an application."""
    return cast("Redis", app.extensions[CLIENT])


def script(text: str) -> Script:
    """Make a script, for `run`."""
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


def run(asked: Redis, made: Script, keys: Sequence[Word], arguments: Sequence[Word]) -> Any:
    """Run a script on the path of a payment, and give what it answers. Raises RedisError."""
    told = (len(keys), *keys, *arguments)
    try:
        return ask(asked, ("EVALSHA", made.sha, *told))[0]
    except NoScriptError:
        return ask(asked, ("EVAL", made.text, *told))[0]


def ask(asked: Redis, *commands: Sequence[Word]) -> list[Any]:
    """Send commands on the path of a payment, in one round trip, and give what the server answers to each.

    They go over a connection of the client's own pool, with its waits, and once more when that was lost, as the client
    does; what else the client hands each of them through takes longer than the server. Raises RedisError.
    """
    pool = asked.connection_pool
    connection: Any = pool.get_connection()  # its methods come without types
    try:
        try:
            return _talk(connection, commands)
        except (ConnectionLost, WaitedTooLong):
            connection.disconnect()
            return _talk(connection, commands)
    finally:
        pool.release(connection)


def _talk(connection: Any, commands: Sequence[Sequence[Word]]) -> list[Any]:
    """All answers are read, whatever the first is: the next to have the connection finds none that is not his."""
    connection.send_packed_command(connection.pack_commands(commands))
    told = [_read(connection) for _ in commands]
    for each in told:
        if isinstance(each, ResponseError):
            raise each
    return told


def _read(connection: Any) -> Any:
    try:
        return connection.read_response()
    except ResponseError as error:
        return error
