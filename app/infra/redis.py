"""The Redis (or Valkey) client. It holds rate windows and caches; the ledger never asks it anything."""

from typing import cast

from flask import Flask, current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.infra.config import Config

CLIENT = "linli.redis"


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
